"""`sensorann suggest`."""

import json

import pytest

from sensorann.cli import run
from tests.cli.test_interpolate import write_drive


def test_a_frame_and_its_reason_are_printed(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    assert run(["suggest", labels, "--drive", drive]) == 0
    out = capsys.readouterr().out
    assert "frame 2: no keyframe for 0.4 s" in out
    assert "no more frames between keyframes to correct" in out


def test_suggestions_are_printed_for_programs(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    assert run(["suggest", labels, "--drive", drive, "-n", "1", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["frame"] == 2
    assert found["timestamp_ns"] == 200_000_000
    assert found["gain"] > 0


def test_only_frames_that_are_labelled_are_named(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    assert run(["suggest", labels, "--drive", drive, "-n", "1", "--every", "3"]) == 0
    assert "frame 3: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["-n", "0"], 2, "1 or more, got 0"),
        (["--every", "0"], 2, "--every must be a number of frames"),
        (["--track", "nobody"], 1, "no track 'nobody'"),
    ],
)
def test_wrong_words_are_named(tmp_path, capsys, options, status, message):
    drive, labels = write_drive(tmp_path)
    assert run(["suggest", labels, "--drive", drive, *options]) == status
    assert message in capsys.readouterr().err
