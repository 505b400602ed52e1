"""`sensorann convert`."""

import json

import pytest

from sensorann.cli import run
from sensorann.formats import write_labels
from sensorann.formats.kitti.rows import read_rows
from tests.builders import make_labels
from tests.formats.kitti_files import make_row, write_tracking


def write_drive(folder):
    rows = [make_row(frame=0), make_row(frame=1, track_id=3, type="Cyclist"), make_row(frame=1)]
    training = write_tracking(folder, parts=("calib", "oxts", "label_02"), rows=rows)
    return str(training), training / "label_02" / "0000.txt"


def test_labels_go_through_openlabel_and_come_back(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    assert run(["convert", str(labels), str(tmp_path / "l.json"), "--drive", drive]) == 0
    assert "2 tracks, 3 boxes" in capsys.readouterr().out
    assert run(["convert", str(tmp_path / "l.json"), str(tmp_path / "back.txt"), "--drive", f"{drive}#0000"]) == 0
    assert (tmp_path / "back.txt").read_text() == labels.read_text()


def test_json_tells_what_was_written(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    out = tmp_path / "labels.out"
    arguments = ["convert", str(labels), str(out), "--drive", drive, "--from", "kitti", "--to", "kitti", "--json"]
    assert run(arguments) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary == {
        "out": str(out), "drive": "0000", "frame": "world", "tracks": 2, "boxes": 3, "image_tracks": 2, "left_out": 0,
    }  # fmt: skip
    assert len(read_rows(out)) == 3


def test_what_was_written_is_told_not_what_was_read(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    assert run(["convert", str(labels), str(tmp_path / "l.json"), "--drive", drive]) == 0
    write_tracking(tmp_path / "short", parts=("calib", "oxts"), n_frames=1)
    capsys.readouterr()
    out = str(tmp_path / "out.txt")
    assert run(["convert", str(tmp_path / "l.json"), out, "--drive", str(tmp_path / "short")]) == 0
    assert capsys.readouterr().out == f"{out}: 1 tracks, 1 boxes, 1 tracks in pictures, 2 boxes left out\n"
    assert len(read_rows(out)) == 1


@pytest.mark.parametrize(("name", "format_name"), [("out.txt", "kitti"), ("out", "nuscenes")])
def test_boxes_of_another_drive_are_refused(tmp_path, name, format_name, capsys):
    write_labels(make_labels(), tmp_path / "l.json")
    drive, _ = write_drive(tmp_path)
    arguments = ["convert", str(tmp_path / "l.json"), str(tmp_path / name), "--drive", drive, "--to", format_name]
    assert run(arguments) == 1
    assert "no box's instant is a frame of drive 0000: wrong --drive?" in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_labels_without_boxes_are_written(tmp_path):
    drive = str(write_tracking(tmp_path, parts=("calib", "oxts", "label_02")))
    labels = tmp_path / "training" / "label_02" / "0000.txt"
    assert run(["convert", str(labels), str(tmp_path / "out.txt"), "--drive", drive]) == 0
    assert (tmp_path / "out.txt").read_text() == ""


def test_a_missing_drive_is_one_line_and_exit_1(tmp_path, capsys):
    _, labels = write_drive(tmp_path)
    assert run(["convert", str(labels), str(tmp_path / "l.json")]) == 1
    error = capsys.readouterr().err
    assert "--drive" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "l.json").exists()


def test_an_unknown_format_is_named(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    assert run(["convert", str(labels), str(tmp_path / "l"), "--drive", drive, "--to", "waymo"]) == 2
    assert "waymo" in capsys.readouterr().err


def test_one_argument_is_wrong_usage(tmp_path):
    assert run(["convert", str(tmp_path)]) == 2
