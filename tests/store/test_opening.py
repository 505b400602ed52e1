"""What is no store of today, or cannot be opened, is told in one line and stays as it is."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sensorann.errors import MissingDataError, StoreError
from sensorann.store import Note, connecting, journal, migrate, open_store, verify
from sensorann.store.patch import Box, BoxChange, Patch
from tests.builders import make_labels
from tests.store.edits import contents, moved

GOLDEN = Path(__file__).parents[1] / "data" / "format_1.labels.db"


def text_file(path):
    path.write_text("# this is a file of something else, long enough to be looked at\n" * 20)


def other_database(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")


def newer_store(path):
    with open_store(path, create=True):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = '3' WHERE name = 'format_version'")


def older_store(path):
    newer_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE name = 'format_version'")


def nameless_store(path):
    newer_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = 'two' WHERE name = 'format_version'")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (text_file, "labels.db: is not a SQLite database"),
        (other_database, "labels.db is a SQLite database, but no label store"),
        (Path.touch, "labels.db is a SQLite database, but no label store"),
        (Path.mkdir, "labels.db is no file"),
        (newer_store, "labels.db has format 3, this sensorann reads up to 2: upgrade sensorann"),
        (older_store, "labels.db has format 1, this sensorann writes 2: run `sensorann store migrate"),
        (nameless_store, "labels.db: its format should be a number, got 'two': go back to a copy"),
    ],
    ids=["text", "other database", "empty", "folder", "newer", "older", "nameless"],
)
def test_what_is_no_store_of_today_is_refused(tmp_path, make, message):
    path = tmp_path / "labels.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    for create in (False, True):
        if create and not before:
            continue  # an empty file becomes a store
        with pytest.raises(StoreError, match=message) as caught:
            open_store(path, create=create)
        assert "\n" not in str(caught.value)
        assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_store_that_is_not_there_is_not_made_by_opening(tmp_path):
    with pytest.raises(MissingDataError, match="sensorann store init"):
        open_store(tmp_path / "labels.db")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="cannot be opened: is its folder there"):
        open_store(tmp_path / "absent" / "labels.db", create=True)


def test_init_leaves_a_store_as_it_is(place, anna):
    anna.import_labels(make_labels())
    assert place.open("anna", create=True).drives() == ("drive",)


def test_a_locked_store_is_told_after_waiting(place, anna):
    anna.import_labels(make_labels())
    impatient = place.open("anna", wait_s=0.05)
    seen = impatient.track("drive", "1")
    with anna.writing(), pytest.raises(StoreError, match="another program holds the store locked"):
        impatient.edit(seen, moved(seen.track, 0))
    impatient.edit(seen, moved(seen.track, 0))


def test_who_waits_for_another_writer_says_how_long(place):
    with place.open("anna", wait_s=2.5).reading() as connection:
        asked = {"sqlite": "PRAGMA busy_timeout", "postgresql": "SHOW lock_timeout"}[connection.dialect.name]
        assert connection.exec_driver_sql(asked).scalar_one() in (2500, "2500ms")


def test_readers_do_not_wait_for_writers(place, anna):
    anna.import_labels(make_labels())
    reader = place.open("anna", wait_s=0.05)
    with anna.writing():
        assert reader.drives() == ("drive",)


def test_network_file_systems_are_refused(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/export {tmp_path}/far\\040away nfs4 rw 0 0\n")
    monkeypatch.setattr(connecting, "_MOUNTS", mounts)
    with pytest.raises(StoreError, match=r"lies on a network file system \(nfs4\)"):
        open_store(tmp_path / "far away" / "labels.db", create=True)
    with open_store(tmp_path / "labels.db", create=True) as store:
        assert store.drives() == ()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://anna:secret@127.0.0.1:1/labels", "(?i)connection"),
        ("postgresql://anna@host:notaport/labels", "a store on a server is postgresql://USER@HOST:PORT/DATABASE"),
        ("mysql://anna@host/labels", "got one of mysql"),
    ],
    ids=["no server", "no address", "another server"],
)
def test_a_server_that_is_not_there_is_told_without_the_password(address, message):
    with pytest.raises(StoreError, match=message) as caught:
        open_store(address)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_event_whose_patch_does_not_apply_is_named(anna):
    anna.import_labels(make_labels())
    seen = anna.track("drive", "1").track
    wrong = BoxChange("1", int(seen.timestamps_ns[0]), Box(0, bytes(176), None), None)
    with anna.writing() as connection:
        journal.append(connection, Patch(boxes=(wrong,)), Note(), actor="anna", drive="drive")
    (fault,) = verify(anna).faults
    assert "event 2 does not apply: the box of object 1" in fault
    assert contents(anna.load("drive").labels) == contents(make_labels())


def test_damage_anywhere_in_the_file_is_told_in_one_line(tmp_path):
    path = Path(shutil.copy(GOLDEN, tmp_path / "labels.db"))
    migrate(path)
    whole = path.read_bytes()
    told = []
    for offset in range(0, len(whole), 499):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x21]) + whole[offset + 1 :])
        try:
            with open_store(path) as store:
                told += verify(store).faults
        except StoreError as error:
            told.append(str(error))
    assert len(told) > 10  # the rest fell into empty space
    assert not any("\n" in line for line in told)
