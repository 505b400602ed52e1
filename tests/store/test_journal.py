"""The journal: nothing in it changes, and what changed it anyway is named."""

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sensorann.errors import StoreError
from sensorann.store import Note, Store, journal, open_store, verify
from sensorann.store.patch import Box, BoxChange, DocumentChange, Patch, packed, unpacked
from tests.builders import make_labels, make_track
from tests.store import workload
from tests.store.edits import contents, full_labels, moved

BOXES = st.none() | st.builds(
    Box, st.integers(0, 4), st.binary(min_size=176, max_size=176), st.none() | st.sampled_from(['{"a":1}', '{"b":"x"}'])
)
BODIES = st.none() | st.dictionaries(st.text(), st.integers() | st.floats(allow_nan=False, allow_infinity=False))


@given(
    boxes=st.lists(st.builds(BoxChange, st.text(), st.integers(-(2**63), 2**63 - 1), BOXES, BOXES)),
    documents=st.lists(st.builds(DocumentChange, st.text(), st.text(), BODIES, BODIES)),
)
def test_patches_come_back_as_they_were_packed(boxes, documents):
    patch = Patch(documents=tuple(documents), boxes=tuple(boxes))
    assert unpacked(*packed(patch)) == patch


def edited_store(store: Store, *, n_edits: int = 8) -> None:
    store.import_labels(make_labels(make_track(n=20)))
    seen = store.track("drive", "1")
    for i in range(n_edits):
        seen = store.edit(seen, moved(seen.track, i))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'eve' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 3",
        "INSERT INTO event SELECT * FROM event WHERE seq = 1",
    ],
    ids=["update", "delete", "insert"],
)
def test_the_database_refuses_to_change_events(anna, statement):
    edited_store(anna, n_edits=2)
    with pytest.raises(StoreError, match="append-only"), anna.writing() as connection:
        connection.execute(text(statement))
    assert verify(anna).faults == ()


def test_events_are_not_replaced_in_sqlite(labels_db):
    edited_store(labels_db, n_edits=2)
    with pytest.raises(StoreError, match="append-only"), labels_db.writing() as connection:
        connection.execute(text("INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2"))


def test_postgresql_logins_cannot_write_for_others(server):
    schema = server.new_place()
    with open_store(server.address("anna", schema), create=True) as anna:
        assert anna.actor == "anna"
        edited_store(anna, n_edits=1)
        with pytest.raises(StoreError, match="carries the name of its login"), anna.writing() as connection:
            journal.append(connection, Patch(), Note(), actor="ben", drive="drive")
    with pytest.raises(StoreError, match="log in as ben"):
        open_store(server.address("anna", schema), actor="ben")


def tamper(store: Store, *statements: str) -> None:
    """Change rows as somebody would who owns the file."""
    store.close()
    with closing(sqlite3.connect(store.name, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE event SET actor = 'eve' WHERE seq = 4"], "event 4 was changed after it was written"),
        (["UPDATE event SET time_ns = time_ns + 1 WHERE seq = 1"], "event 1 was changed"),
        (["UPDATE event SET hash = zeroblob(32) WHERE seq = 5"], "event 5 was changed"),
        (["DELETE FROM touched", "DELETE FROM event WHERE seq = 6"], "event 6 is missing: 5 is followed by 7"),
        (["DELETE FROM touched", "DELETE FROM event WHERE seq > 6"], "event 7 is missing: the journal was cut short"),
        (
            [
                "DELETE FROM touched",
                "UPDATE event SET seq = 99 WHERE seq = 3",
                "UPDATE event SET seq = 3 WHERE seq = 4",
                "UPDATE event SET seq = 4 WHERE seq = 99",
            ],
            "event 3 was changed",
        ),
        (["UPDATE head SET hash = zeroblob(32)"], "event 9 is not the one that the store wrote last"),
        (["UPDATE box SET source = 4 WHERE timestamp_ns % 7 = 0"], "differs from the journal"),
    ],
    ids=["actor", "time", "hash", "deleted", "cut short", "reordered", "end", "projection"],
)
def test_verify_names_what_was_changed(labels_db, statements, fault):
    edited_store(labels_db)
    assert verify(labels_db).faults == ()
    tamper(labels_db, *statements)
    assert fault in verify(labels_db).faults[0]


@pytest.mark.parametrize("change", ["altered", "deleted", "swapped"])
def test_whichever_event_is_tampered_with_is_the_one_that_is_named(labels_db, tmp_path, change):
    edited_store(labels_db, n_edits=18)
    tamper(labels_db)
    for seq in range(2, 19):
        statements = {
            "altered": [f"UPDATE event SET note = 'never said' WHERE seq = {seq}"],
            "deleted": ["DELETE FROM touched", f"DELETE FROM event WHERE seq = {seq}"],
            "swapped": [
                "DELETE FROM touched",
                f"UPDATE event SET seq = -1 WHERE seq = {seq}",
                f"UPDATE event SET seq = {seq} WHERE seq = {seq + 1}",
                f"UPDATE event SET seq = {seq + 1} WHERE seq = -1",
            ],
        }[change]
        copy = Path(shutil.copy(labels_db.name, tmp_path / "copy.db"))
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)
        with open_store(copy) as tampered:
            (fault,) = verify(tampered).faults
        assert fault.startswith(f"event {seq} "), fault
        for path in tmp_path.glob("copy.db*"):
            path.unlink()


def test_a_forged_event_breaks_the_chain_behind_it(labels_db):
    edited_store(labels_db)
    with labels_db.reading() as connection:
        row = next(journal.rows_singly(connection, 3))._asdict() | {"actor": "eve"}
    tamper(labels_db, f"UPDATE event SET actor = 'eve', hash = x'{journal.row_hash(row).hex()}' WHERE seq = 4")
    assert verify(labels_db).faults == ("event 5 does not follow event 4: that one was replaced, hash and all",)


def row_in_file(store: Store, seq: int) -> range:
    """Where the row of an event lies in the file: its columns from the time to the hash."""
    with closing(sqlite3.connect(store.name)) as connection:
        *before, patch, numbers = connection.execute(
            "SELECT actor, client, kind, drive, object, machine, patch, numbers FROM event WHERE seq = ?", (seq,)
        ).fetchone()
    payload = patch.encode() + numbers
    start = Path(store.name).read_bytes().index(payload)
    n_before = 8 + sum(len(text) for text in before if text is not None)
    return range(start - n_before, start + len(payload) + 2 * 32)


@pytest.mark.parametrize("seq", range(2, 10))
def test_a_flipped_byte_is_named_with_its_event(labels_db, seq):
    edited_store(labels_db)
    labels_db.close()
    tamper(labels_db, "PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(labels_db.name)
    original = path.read_bytes()
    for offset in row_in_file(labels_db, seq)[:: 1 if workload.SOAK else 7]:
        path.write_bytes(original[:offset] + bytes([original[offset] ^ 0x20]) + original[offset + 1 :])
        faults = verify(labels_db).faults
        labels_db.close()
        assert any(f"event {seq} " in fault for fault in faults), (offset, faults)


def test_damage_beside_the_rows_is_found_by_the_database_itself(labels_db):
    edited_store(labels_db)
    tamper(labels_db, "PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(sqlite3.connect(labels_db.name)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event_by_time'").fetchone()
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    path = Path(labels_db.name)
    content = bytearray(path.read_bytes())
    content[page * page_size - 4] ^= 0x20  # in the first entry, at the end of the page of that index
    path.write_bytes(content)
    (first, *_) = verify(labels_db).faults
    assert first.startswith("SQLite's own check: row 1 missing from index event_by_time")


def test_the_projection_is_rebuilt_from_the_journal(anna):
    anna.import_labels(full_labels())
    seen = anna.track("drive", "7")
    anna.edit(seen, moved(seen.track, 1))
    anna.delete(anna.track("drive", "a b"))
    anna.undo("drive")
    before = contents(anna.load("drive").labels)
    with anna.writing() as connection:
        connection.execute(text("DELETE FROM box"))
        connection.execute(text("UPDATE document SET body = '{}'"))
    assert verify(anna).faults
    assert verify(anna, rebuild=True).rebuilt
    assert contents(anna.load("drive").labels) == before
    assert verify(anna, rebuild=True) == verify(anna)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_any_edits_the_projection_is_what_the_journal_says(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("store")
    with open_store(folder / "labels.db", actor="anna", create=True) as store:
        store.import_labels(make_labels(make_track(id="1"), make_track(id="2")))
        for _ in range(data.draw(st.integers(1, 8))):
            if not store.drives():  # its import was undone
                store.redo("drive")
            action = data.draw(st.sampled_from(["move", "drop", "add", "undo", "redo"]))
            tracks = store.load("drive").labels.tracks
            if action in ("undo", "redo"):
                getattr(store, action)("drive")
            elif action == "add":
                store.create("drive", make_track(id=f"n{data.draw(st.integers(0, 10**9))}"))
            elif tracks:
                track = data.draw(st.sampled_from(tracks))
                wanted = moved(track, 0) if action == "move" and len(track) else track[1:]
                store.edit(store.track("drive", track.id), wanted)
        assert verify(store).faults == ()


def test_a_clock_that_runs_backwards_is_told_and_changes_no_order(anna, monkeypatch, caplog):
    edited_store(anna, n_edits=1)
    monkeypatch.setattr("time.time_ns", lambda: 1_000)
    seen = anna.track("drive", "1")
    with caplog.at_level(logging.WARNING):
        anna.edit(seen, moved(seen.track, 3))
    assert "behind the last event: events keep their order by number" in caplog.text
    assert verify(anna).n_events == 3
    assert verify(anna).faults == ()
