import json

import numpy as np

from sensorann.cli import run
from sensorann.formats import open_drive, read_labels
from sensorann.scene import Source
from tests.formats.kitti_files import write_text, write_tracking

ROW = "{frame},2,10.0,20.0,110.5,60.25,3.5,1.5,1.7,4.2,2.0,1.6,{z},0.4,-1.25\n"


def files(tmp_path, frames=range(5)):
    root = write_tracking(tmp_path)
    rows = "".join(ROW.format(frame=i, z=15 + 0.1 * i) for i in frames)
    return f"{root}#0000", write_text(tmp_path / "det" / "Car" / "0000.txt", rows)


def test_detections_become_labels(tmp_path, capsys):
    drive, detections = files(tmp_path, frames=(0, 1, 3, 4))
    assert run(["track", str(detections), "--drive", drive, "-o", str(tmp_path / "t.json")]) == 0
    out = capsys.readouterr().out
    assert "1 tracks of 4 of 4 detections, 1 boxes filled between them; 5 boxes written" in out
    assert "scores of tracks from 2.80 to 2.80" in out
    labels = read_labels(tmp_path / "t.json", drive=open_drive(drive))
    np.testing.assert_array_equal(labels.tracks[0].sources == Source.DETECTED, [True, True, False, True, True])
    assert np.isfinite(labels.tracks[0].sigmas).all()


def test_a_folder_is_read_and_the_summary_is_json(tmp_path, capsys):
    drive, detections = files(tmp_path)
    folder = str(detections.parent.parent)
    assert run(["track", folder, "--drive", drive, "-o", str(tmp_path / "t.json"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["tracks"], summary["detected"], summary["filled"]) == (1, 5, 0)
    assert summary["scores"] == [3.5]


def test_a_damaged_row_is_told_in_one_line(tmp_path, capsys):
    drive, _ = files(tmp_path)
    bad = write_text(tmp_path / "bad.txt", ROW.format(frame=0, z="nan"))
    assert run(["track", str(bad), "--drive", drive, "-o", str(tmp_path / "t.json")]) == 1
    assert "line 1, field z: expected a finite number" in capsys.readouterr().err
    assert not (tmp_path / "t.json").exists()


def test_wrong_options_are_wrong_usage(tmp_path, capsys):
    drive, detections = files(tmp_path)
    words = ["track", str(detections), "--drive", drive, "-o", str(tmp_path / "t.json"), "--min-detections", "0"]
    assert run(words) == 2
    assert "--min-detections must be" in capsys.readouterr().err
