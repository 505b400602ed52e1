"""`sensorann info`."""

import json
import re

import numpy as np
import pytest

from sensorann.cli import run
from sensorann.formats import pack
from tests.formats.kitti_files import write_tracking
from tests.formats.packed_drives import make_drive


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "garage.drive.h5"
    pack(make_drive(), path)
    return str(path)


def test_text_in_a_pipe_is_plain_and_aligned(packed, capsys):
    assert run(["info", packed]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "garage/7 ü: 4 frames of LIDAR_TOP, 20 ego poses, 9.5 m"
    assert lines[1].split()[:4] == ["sensor", "kind", "frames", "span"]
    assert lines[2].split()[:5] == ["LIDAR_TOP", "lidar", "4", "0.300", "10.00"]
    assert lines[2].index("lidar") == lines[3].index("camera") == lines[1].index("kind")
    assert "200 points" in lines[2]
    assert "64 x 48" in lines[3]
    assert not any("─" in line or "\x1b" in line for line in lines)


def test_what_is_odd_is_said_in_words(packed, capsys):
    assert run(["info", packed]) == 0
    out = capsys.readouterr().out
    assert "odd: 1\n  - CAM_FRONT: images are 64 x 48 px, the calibration speaks of 640 x 480 px\n" in out


def test_a_sensor_that_is_placed_and_not_recorded_is_shown_as_that(tmp_path, capsys):
    training = write_tracking(tmp_path)
    assert run(["info", str(training)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"image_00 +camera +0 .*not recorded", out)
    assert "no measurements" not in out


def test_a_terminal_gets_a_table(packed, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["info", packed]) == 0
    out = capsys.readouterr().out
    assert "LIDAR_TOP" in out
    assert "┃" in out or "│" in out


def test_json_holds_the_same(packed, capsys):
    assert run(["info", packed, "--json", "--samples", "2"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["name"], document["n_frames"], document["reference"]) == ("garage/7 ü", 4, "LIDAR_TOP")
    lidar = document["sensors"][0]
    assert (lidar["n"], lidar["samples"]["n_points"], lidar["gaps"]) == (4, [200, 200], [])
    assert lidar["translation_m"] == [0.9, 0.0, 1.8]
    assert len(document["odd"]) == 1


def test_what_is_no_drive_is_one_line_and_exit_1(tmp_path, capsys):
    assert run(["info", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "an empty folder" in captured.err


@pytest.mark.real_data
def test_a_root_of_several_drives_is_listed(real_data, capsys):
    root = real_data / "kitti_tracking" / "training"
    assert run(["info", str(root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{root}#0000"
    assert len(lines) == 11
    assert run(["info", str(root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"drives": lines}


@pytest.mark.real_data
def test_early_cameras_of_a_recorded_drive_are_noticed(real_data, capsys):
    assert run(["info", str(real_data / "pandaset_nuscenes")]) == 0
    out = capsys.readouterr().out
    assert "scene-0002: 12 frames of LIDAR_TOP" in out
    assert "CAM_FRONT: measures 50 ms before LIDAR_TOP throughout" in out
    assert "jump" not in out


def test_a_few_points_without_position_are_counted(tmp_path, capsys):
    (tmp_path / "lidar").mkdir()
    np.save(tmp_path / "lidar/1.npy", np.array([[1, 2, 3], [np.nan, 2, 3], [4, 5, 6]], np.float32))
    assert run(["info", str(tmp_path)]) == 0
    assert "3 points (NaN: 1 of 3)" in capsys.readouterr().out


def test_a_drive_of_poses_alone_has_frames(tmp_path, capsys):
    training = write_tracking(tmp_path, parts=("oxts", "label_02"), n_frames=77)
    assert run(["info", str(training)]) == 0
    assert capsys.readouterr().out.startswith("0000: 77 frames, 77 ego poses, ")
