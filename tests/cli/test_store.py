"""`sensorann store`, and the commands that read and write labels in a store."""

import json

import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.scene import Source, frame_timestamps_ns
from sensorann.store import Filter, log
from sensorann.store.hashing import file_sha256
from sensorann.tracks import interpolate
from tests.cli.test_convert import write_drive
from tests.formats.kitti_files import make_row, write_tracking
from tests.store.edits import contents, full_labels, move_box


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
