"""`sensorann store`, and the commands that read and write labels in a store."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.cli.times import unix_ns
from sensorann.scene import Source, frame_timestamps_ns
from sensorann.store import Filter, log
from sensorann.store.hashing import file_sha256
from sensorann.tracks import interpolate
from tests.builders import START_NS, make_labels, make_track
from tests.cli.test_convert import write_drive
from tests.formats.kitti_files import make_row, write_tracking
from tests.store.edits import contents, full_labels, moved


@pytest.fixture
def db(tmp_path, monkeypatch) -> str:
    """A store with one drive, made by the commands."""
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    sa.write_labels(full_labels(), tmp_path / "labels.json")
    path = str(tmp_path / "labels.db")
    assert run(["store", "init", path]) == 0
    assert run(["store", "import", f"{path}#monday", str(tmp_path / "labels.json"), "--note", "from tool X"]) == 0
    return path


def move_box(db: str, *, actor="anna", note=None) -> None:
    with sa.open_store(db, actor=actor) as store:
        seen = store.track("monday", "7")
        store.edit(seen, moved(seen.track, 1), note=note)


def test_labels_go_in_and_come_out_as_they_were(db, tmp_path, capsys):
    out = tmp_path / "out.json"
    assert run(["store", "export", f"{db}#monday", str(out)]) == 0
    assert capsys.readouterr().out.endswith(f"{out}: 3 tracks, 7 boxes\n")
    expected = contents(full_labels())
    assert contents(sa.read_labels(out)) == ["monday", *expected[1:]]


def test_drives_are_listed(db, capsys):
    move_box(db)
    capsys.readouterr()
    assert run(["store", "drives", db, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {"drive": "monday", "objects": 3, "boxes": 7, "human": 4, "last_event": 2}
    assert run(["store", "drives", db]) == 0
    assert "monday" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ([], ["import", "edit", "undo"]),
        (["--actor", "ben"], ["edit", "undo"]),
        (["--kind", "undo"], ["undo"]),
        (["--object", "a b"], ["import"]),
        (["-n", "1"], ["undo"]),
        (["--until", "2020-01-01"], []),
        (["--since", "2020-01-01T12:00", "--object", "7"], ["import", "edit", "undo"]),
        (["--since", "2200-01-01"], []),
    ],
    ids=["all", "actor", "kind", "object", "newest", "until", "since", "since then"],
)
def test_the_log_is_filtered(db, capsys, options, kinds):
    move_box(db, actor="ben")
    with sa.open_store(db, actor="ben") as store:
        store.undo("monday")
    capsys.readouterr()
    assert run(["store", "log", f"{db}#monday", *options, "--json"]) == 0
    assert [event["kind"] for event in json.loads(capsys.readouterr().out)] == kinds


def test_the_log_says_what_was_done(db, capsys):
    move_box(db)
    capsys.readouterr()
    assert run(["store", "log", db]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "anna  import  monday: 7 boxes added; 3 objects" in first
    assert "from tool X" in first
    assert second.endswith("anna  edit  monday, object 7: 1 boxes changed")


def test_show_tells_why_a_box_is_here(db, capsys):
    move_box(db, note=sa.Note(kind="fit", text="after a look", machine={"seed": 7}))
    move_box(db, actor="ben")
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--at", str(START_NS + 90_000_000), "--why"]) == 0
    out = capsys.readouterr().out
    assert "object 7: Car, parked True, colour red; boxes: 4 human; version 3" in out
    assert f"box at {START_NS + 100_000_000}: human, centre (12.50, 0.10, 0.75) m, 4.20 x 1.80 x 1.50 m" in out
    assert "anna with sensorann" in out
    assert "fit\n    moved by 1.000 m\n    with seed 7\n    after a look" in out
    assert "sha256" in out
    assert "track added" not in out  # the box was asked for, not the object


def test_show_tells_of_an_object_as_a_whole(db, capsys):
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--why"]) == 0
    out = capsys.readouterr().out
    assert "track added: category Car" in out
    assert "image_track added: id 7, camera CAM_FRONT" in out
    assert "4 boxes added" in out


def test_show_names_the_keyframes_around_a_computed_box(db, capsys):
    with sa.open_store(db) as store:
        rows = make_track(id="9", n=3)
        store.create("monday", rows[[0, 2]])
        store.complete("monday", make_labels(make_computed(rows)), note=sa.Note(kind="interpolate"))
    capsys.readouterr()
    assert run(["store", "show", db, "9", "--at", str(rows.timestamps_ns[1])]) == 0
    assert f"nearest keyframes: {rows.timestamps_ns[0]}, {rows.timestamps_ns[2]}" in capsys.readouterr().out


def make_computed(track):
    return replace(track, sources=np.array([Source.HUMAN, Source.INTERPOLATED, Source.HUMAN], np.uint8))


def test_a_computed_box_names_the_keyframes_that_it_rests_on(db, capsys):
    rows = make_track(id="9", n=5, step_ns=100)
    with sa.open_store(db) as store:
        store.create("monday", rows[[0, 2, 4]])
        computed = replace(rows, sources=np.array([0, 1, 0, 1, 0], np.uint8))
        store.complete("monday", make_labels(computed), note=sa.Note(kind="interpolate", machine={"method": "smooth"}))
    capsys.readouterr()
    assert run(["store", "show", db, "9", "--at", str(rows.timestamps_ns[1]), "--why"]) == 0
    first, second, third = rows.timestamps_ns[[0, 2, 4]]
    out = capsys.readouterr().out
    assert f"from 3 keyframes, the nearest of them {first} and {second}\n    with method smooth" in out
    assert run(["store", "show", db, "9", "--at", str(rows.timestamps_ns[3]), "--why"]) == 0
    assert f"the nearest of them {second} and {third}" in capsys.readouterr().out
    assert run(["store", "show", db, "9", "--why"]) == 0
    assert f"from 3 keyframes, {first} to {third}" in capsys.readouterr().out


def test_what_was_there_then_is_shown_and_exported(db, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("time.time_ns", lambda: unix_ns("2200-01-02", ""))
    move_box(db)
    monkeypatch.setattr("time.time_ns", lambda: unix_ns("2200-01-03T12:30+02:00", ""))
    with sa.open_store(db, actor="anna") as store:
        store.delete(store.track("monday", "7"))
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--as-of", "2200-01-01", "--why"]) == 0
    out = capsys.readouterr().out
    assert "boxes: 4 human; version 1" in out
    assert ": import\n" in out
    assert ": edit\n" not in out
    assert run(["store", "show", db, "7", "--as-of", "2200-01-03T10:29:59.9"]) == 0
    assert "version 2" in capsys.readouterr().out
    assert run(["store", "show", db, "7", "--as-of", "2200-01-03T10:30"]) == 0
    assert "object 7: not there any more" in capsys.readouterr().out
    assert run(["store", "export", db, str(tmp_path / "then.json"), "--as-of", "2200-01-01"]) == 0
    assert contents(sa.read_labels(tmp_path / "then.json"))[1:] == contents(full_labels())[1:]
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--as-of", "2000-01-01"]) == 1
    assert "no object '7' was ever in drive" in capsys.readouterr().err


def test_what_was_deleted_still_tells_its_story(db, capsys):
    with sa.open_store(db) as store:
        store.delete(store.track("monday", "7"))
    capsys.readouterr()
    assert run(["store", "show", db, "7"]) == 0
    out = capsys.readouterr().out
    assert "object 7: not there any more" in out
    assert "delete\n    track removed" in out


def test_undo_and_redo(db, capsys):
    move_box(db)
    capsys.readouterr()
    assert run(["store", "undo", db]) == 0
    assert run(["store", "undo", db, "--redo"]) == 0
    assert run(["store", "undo", db, "--redo"]) == 0
    assert capsys.readouterr().out == "undone: event 2\nredone: undo 3\nnothing of anna to redo in monday\n"


def test_verify_says_whether_all_is_well(db, capsys):
    capsys.readouterr()
    assert run(["store", "verify", db]) == 0
    assert "as it was written, 1 events, the last one's hash is" in capsys.readouterr().out
    with sa.open_store(db) as store, store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM box WHERE object = '7'")
    assert run(["store", "verify", db, "--json"]) == 1
    assert "box monday 7" in json.loads(capsys.readouterr().out)["faults"][0]
    assert run(["store", "verify", db, "--rebuild"]) == 0
    assert "rebuilt from its journal" in capsys.readouterr().out
    assert run(["store", "verify", db]) == 0


def test_migrate_has_nothing_to_do_today(db, capsys):
    assert run(["store", "migrate", db]) == 0
    assert "format 2, nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["store", "drives", "absent.db"],
            "absent.db does not exist: make a store with `sensorann store init absent.db`",
        ),
        (["store", "export", "{db}#tuesday", "o.json"], "no drive 'tuesday' in this store, there are: monday"),
        (["store", "show", "{db}#monday", "99"], "no object '99' was ever in drive 'monday'"),
        (["store", "log", "{db}#tuesday"], "no drive 'tuesday'"),
        (["store", "verify", "{json}"], "labels.json: is not a SQLite database"),
        (["store", "import", "{db}#monday", "{json}"], "has a drive 'monday' already"),
        (["convert", "{db}#tuesday", "o.json"], "no drive 'tuesday'"),
    ],
    ids=["no file", "drive", "object", "log", "no database", "twice", "convert"],
)
def test_errors_are_one_line(db, tmp_path, capsys, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert run([word.format(db=db, json=tmp_path / "labels.json") for word in arguments]) == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_wrong_times_and_formats_are_wrong_usage(db, capsys):
    assert run(["store", "log", db, "--since", "yesterday"]) == 2
    assert run(["store", "log", db, "--since", "2900-01-01"]) == 2
    assert run(["store", "log", db, "-n", "-1"]) == 2
    assert run(["store", "show", db, "7", "--as-of", "yesterday"]) == 2
    assert run(["store", "export", db, "o.json", "--as-of", "2026-01-01", "--provenance", "p.json"]) == 2
    assert run(["convert", db, "o.json", "--from", "kitti"]) == 2
    assert run(["store", "frobnicate"]) == 2
    assert "no command 'frobnicate', there are: init, import" in capsys.readouterr().err


def test_commands_read_and_write_stores(tmp_path, monkeypatch, capsys):
    """KITTI labels into a store, interpolated there, compared with themselves."""
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    drive, labels = write_drive(tmp_path)
    db = str(tmp_path / "labels.db")
    assert run(["store", "init", db]) == 0
    assert run(["convert", str(labels), f"{db}#0000", "--drive", drive]) == 0
    assert run(["interpolate", f"{db}#0000", "--drive", drive, "-o", f"{db}#0000", "--no-points"]) == 0
    assert run(["interpolate", f"{db}#0000", "--drive", drive, "-o", f"{db}#again", "--no-points"]) == 0
    assert run(["suggest", f"{db}#0000", "--drive", drive]) == 0
    capsys.readouterr()
    assert run(["compare", f"{db}#0000", str(labels), "--drive", drive, "--metric", "clear", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["categories"]["all"]["mota"] == 1.0
    with sa.open_store(db) as store:
        assert store.drives() == ("0000", "again")
        imported = log(store, Filter(drive="0000"))[0]
    calibration = sa.open_drive(drive).rig.calibration_sha256
    assert imported.machine == {
        "source": str(labels), "sha256": file_sha256(labels), "calibration_sha256": calibration,
    }  # fmt: skip


def test_an_interpolation_says_how_it_was_made(tmp_path, monkeypatch):
    rows = [make_row(frame=frame, track_id=track_id) for track_id in (0, 1) for frame in (0, 2)]
    drive = str(write_tracking(tmp_path, parts=("calib", "oxts", "label_02"), rows=rows, n_frames=3))
    recording = sa.open_drive(drive)
    first, between, last = frame_timestamps_ns(recording).tolist()
    db = str(tmp_path / "labels.db")
    assert run(["store", "init", db]) == 0
    assert run(["store", "import", f"{db}#0000", f"{drive}/label_02/0000.txt", "--drive", drive]) == 0

    def interpolate_while_somebody_deletes(*args, **options):
        with sa.open_store(db) as store:
            store.delete(store.track("0000", "1"))
        return interpolate(*args, **options)

    monkeypatch.setattr("sensorann.tracks.interpolate", interpolate_while_somebody_deletes)
    words = ["interpolate", f"{db}#0000", "--drive", drive, "-o", f"{db}#0000", "--at", str(between), "--no-points"]
    assert run(words) == 0
    with sa.open_store(db) as store:
        (track,) = store.load("0000").labels.tracks
        event = log(store)[-1]
    assert track.sources.tolist() == [Source.IMPORTED, Source.INTERPOLATED, Source.IMPORTED]
    assert event.kind == "interpolate"
    assert event.machine["method"] == "smooth"
    assert event.machine["calibration_sha256"] == recording.rig.calibration_sha256
    assert event.machine["keyframes"]["0"] == [first, last]
    monkeypatch.undo()
    words[words.index("-o") + 1] = f"{db}#filled"
    assert run(words) == 0
    with sa.open_store(db) as store:
        assert log(store, Filter(drive="filled"))[0].machine["keyframes"] == {"0": [first, last]}


def test_a_team_passes_a_drive_on(db, monkeypatch, capsys):
    drive = f"{db}#monday"

    def call(actor, *words):
        monkeypatch.setenv("SENSORANN_ACTOR", actor)
        capsys.readouterr()
        assert run(["store", *words]) == 0
        return capsys.readouterr().out

    for person, role in [("anna", "lead"), ("ben", "annotator"), ("carla", "reviewer")]:
        assert call("anna", "assign", db, person, "--role", role) == f"{person}: {role}\n"
    assert call("anna", "assign", drive, "ben") == "monday: ben, todo\n"
    call("ben", "status", drive, "--to", "annotating")
    call("ben", "status", drive, "--to", "review", "--note", "done")
    assert "(open): object 7, carla: too long" in call("carla", "review", drive, "7", "--say", "too long")
    assert "object 7: accept by carla, version 1" not in call("carla", "review", drive)
    assert "object 7: accept by carla" in call("carla", "review", drive, "7", "--accept")
    assert "monday: rework, ben" in call("carla", "status", drive, "--to", "rework")
    summary = json.loads(call("anna", "status", drive, "--json"))
    assert (summary["open_comments"], summary["accepted"], summary["tasks"][0]["state"]) == (1, 1, "rework")
    story = call("anna", "show", drive, "7", "--at", str(START_NS), "--why")
    assert "carla with sensorann" in story
    assert "review added: decision accept, by carla" in story
    figures = json.loads(call("anna", "stats", drive, "--json"))
    assert figures["rework_rate"] == 1.0
    move_box(db, actor="ben")
    assert ", changed since: look again" in call("anna", "review", drive, "7")
    assert "1 objects accepted, 0 rejected; 1 changed since: look again" in call("anna", "status", drive)
    with_id = call("anna", "review", drive).split()
    comment_id = with_id[with_id.index("(open):") - 1]
    assert "resolved by ben" in call("ben", "review", drive, "--resolved", comment_id)


def test_a_guideline_is_set_and_told(db, tmp_path, capsys):
    rules = tmp_path / "rules.md"
    rules.write_text("boxes are tight")
    capsys.readouterr()
    assert run(["store", "guideline", db]) == 0
    assert run(["store", "guideline", db, str(rules), "--version", "2.1"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "monday: no guideline"
    assert second.startswith("monday: rules.md, version 2.1, sha256 ")
    assert run(["store", "guideline", db, str(rules)]) == 2
    assert run(["store", "guideline", db, str(tmp_path / "absent.md"), "--version", "1"]) == 1


def test_statistics_count_boxes_and_work(db, tmp_path, capsys):
    move_box(db, note=sa.Note(spent_s=2.5))
    move_box(db, actor="ben", note=sa.Note(spent_s=4))
    capsys.readouterr()
    assert run(["store", "stats", db, "--json", "--picture", str(tmp_path / "stats.png")]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["boxes"] == {"human": 4, "interpolated": 3, "fitted": 0, "detected": 0, "imported": 0}
    assert figures["keyframe_share"] == pytest.approx(4 / 7)
    assert figures["people"] == {"anna": {"actions": 1, "seconds": 2.5}, "ben": {"actions": 1, "seconds": 4}}
    assert figures["objects"] == {"7": {"actions": 2, "seconds": 6.5}}
    assert figures["rework_rate"] is None
    assert (tmp_path / "stats.png").stat().st_size > 1000
    assert run(["store", "stats", db]) == 0
    assert "keyframe share 57.1%, rework rate unknown" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["review", "{db}", "7", "--accept", "--reject"],
        ["review", "{db}", "--accept"],
        ["review", "{db}", "7", "--say", " "],
        ["review", "{db}", "7", "--at", "5"],
        ["assign", "{db}", "anna", "--role", "lead", "--start-ns", "1"],
        ["assign", "{db}", "anna", "--role", "boss"],
        ["status", "{db}", "--to", "done"],
    ],
    ids=["two decisions", "no object", "empty comment", "instant alone", "role and span", "role", "state"],
)
def test_wrong_words_of_a_team_are_wrong_usage(db, words):
    assert run(["store", *(word.format(db=db) for word in words)]) == 2


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["0000", "0004"])
def test_recorded_labels_pass_through_a_store_unchanged(real_data, name, tmp_path, monkeypatch, capsys):
    root = real_data / "kitti_tracking" / "training"
    drive = f"{root}#{name}"
    labels = root / "label_02" / f"{name}.txt"
    db = str(tmp_path / "labels.db")
    assert run(["store", "init", db]) == 0
    assert run(["store", "import", db, str(labels), "--drive", drive]) == 0
    given = sa.read_labels(labels, drive=sa.open_drive(drive))
    with sa.open_store(db) as store:
        assert contents(store.load(name).labels) == contents(given)
    assert run(["store", "export", db, str(tmp_path / "out.txt"), "--drive", drive]) == 0
    assert run(["convert", str(labels), str(tmp_path / "straight.txt"), "--drive", drive]) == 0
    assert (tmp_path / "out.txt").read_bytes() == (tmp_path / "straight.txt").read_bytes()


def test_a_drive_on_a_server_is_addressed_like_one_in_a_file(server, tmp_path, monkeypatch, capsys):
    address = server.address("anna", server.new_place())
    sa.write_labels(full_labels(), tmp_path / "labels.json")
    assert run(["store", "init", address]) == 0
    assert run(["convert", str(tmp_path / "labels.json"), f"{address}#monday"]) == 0
    assert run(["store", "export", f"{address}#monday", str(tmp_path / "out.json")]) == 0
    assert sa.read_labels(tmp_path / "out.json").n_boxes == 7
    capsys.readouterr()
    assert run(["store", "log", address, "--json"]) == 0
    assert [event["actor"] for event in json.loads(capsys.readouterr().out)] == ["anna"]
