import json

import pytest

from sensorann.cli import run
from sensorann.formats import open_drive, pack, read_labels
from sensorann.scene import Rig
from sensorann.simulate import simulate_drive
from tests.builders import MemoryDrive


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    """Five sweeps of a street; the pictures of the simulated cameras would take longer than all the rest."""
    path = tmp_path_factory.mktemp("drive") / "town.drive.h5"
    town = simulate_drive(seed=5, n_frames=5, n_actors=15, n_beams=32, n_columns=600)[0]
    times = town.times["LIDAR_TOP"]
    sweeps = [town.sweep("LIDAR_TOP", index) for index in range(len(times))]
    pack(
        MemoryDrive(
            rig=Rig((town.rig["LIDAR_TOP"],)),
            trajectory=town.trajectory,
            times={"LIDAR_TOP": times},
            sweeps={"LIDAR_TOP": sweeps},
        ),
        path,
    )
    return str(path)


def test_proposals_are_written_and_summed_up(drive, tmp_path, capsys):
    out = tmp_path / "p.json"
    assert run(["prelabel", drive, "-o", str(out), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    labels = read_labels(out, drive=open_drive(drive))
    assert len(labels.tracks) == summary["tracks"] == sum(summary["by_category"].values()) > 2
    assert labels.n_boxes == summary["detected"] + summary["filled"] == summary["written"]
    assert all(0 < track.attributes["confidence"] <= 1 for track in labels.tracks)


def test_frames_and_categories_are_chosen(drive, tmp_path, capsys):
    out = tmp_path / "p.json"
    assert run(["prelabel", drive, "-o", str(out), "--frames", "1:4", "--categories", "car, van"]) == 0
    assert "tracks proposed" in capsys.readouterr().out
    labels = read_labels(out, drive=open_drive(drive))
    assert {track.category for track in labels.tracks} <= {"car", "van"}
    assert max(len(track) for track in labels.tracks) <= 3


@pytest.mark.parametrize(
    ("frames", "message"),
    [("4:1", "got '4:1': did you mean 1:4?"), ("2:2", "B must be the greater one, got '2:2'"), (":0", "got ':0'")],
)
def test_frames_that_end_before_they_begin_are_wrong_usage(drive, tmp_path, capsys, frames, message):
    assert run(["prelabel", drive, "-o", str(tmp_path / "p.json"), f"--frames={frames}"]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("frames", ["3", "a:b", "-1:4", "1:2:3"])
def test_frames_that_are_no_range_are_wrong_usage(drive, tmp_path, capsys, frames):
    assert run(["prelabel", drive, "-o", str(tmp_path / "p.json"), f"--frames={frames}"]) == 2
    assert "--frames must be A:B" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--frames", "90:95"], "hold no sweep"), (["--categories", "dragon"], "unknown category 'dragon'")],
    ids=["frames beyond the end", "unknown category"],
)
def test_what_cannot_be_done_is_told_in_one_line(drive, tmp_path, capsys, words, message):
    assert run(["prelabel", drive, "-o", str(tmp_path / "p.json"), *words]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "p.json").exists()


def test_boxes_on_pictures_are_read(drive, tmp_path, capsys):
    boxes = tmp_path / "boxes.json"
    boxes.write_text('{"images": [], "annotations": [], "categories": []}')
    words = ["prelabel", drive, "-o", str(tmp_path / "p.json"), "--frames", "0:1", "--image-detections", str(boxes)]
    assert run(words) == 0
    boxes.write_text('{"images": 3, "annotations": [], "categories": []}')
    capsys.readouterr()
    assert run(words) == 1
    assert "images: expected a list" in capsys.readouterr().err
