"""Where nuScenes tables are written: what is replaced, linked and left alone."""

import os

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.nuscenes import drive as nuscenes
from sensorann.formats.nuscenes import labels as nuscenes_labels
from sensorann.formats.nuscenes import write as nuscenes_write
from sensorann.formats.nuscenes.folder import VERSION
from tests.builders import (
    make_labels,
    make_rig,
    make_track,
)
from tests.formats.nuscenes_drives import make_drive, names_in
from tests.formats.nuscenes_files import START_US, STEP_US, make_root


def test_without_a_drive_nothing_can_be_written(tmp_path):
    with pytest.raises(ArgumentError, match="needs the drive"):
        write_labels(make_labels(), tmp_path / "out")


def test_a_root_written_before_is_replaced(tmp_path):
    out = tmp_path / "out"
    write_labels(make_labels(make_track(id="1")), out, drive=make_drive())
    write_labels(make_labels(make_track(id="2")), out, drive=make_drive(name="day2"))
    assert read_labels(out).tracks[0].id == "2"
    assert not list((out / "samples").rglob("day1*"))
    assert names_in(tmp_path) == ["out"]


@pytest.mark.parametrize("place", ["samples/notes.txt", "samples/LIDAR_TOP/mine.bin", f"{VERSION}/own.json", "maps/a"])
def test_a_file_that_somebody_put_into_a_root_written_before_is_never_deleted(tmp_path, place):
    out = tmp_path / "out"
    write_labels(make_labels(make_track()), out, drive=make_drive())
    (out / place).write_text("mine")
    with pytest.raises(ArgumentError, match=f"holds 1 files that its tables do not name, the first is {place}"):
        write_labels(make_labels(make_track()), out, drive=make_drive())
    assert (out / place).read_text() == "mine"


def test_labels_in_the_world_are_not_written_for_a_drive_without_ego_poses(tmp_path):
    drive = make_drive(rig=make_rig(), trajectory=None, times={name: make_track().timestamps_ns for name in make_rig()})
    with pytest.raises(ArgumentError, match="are in the world frame, but drive day1 has no ego poses"):
        write_labels(make_labels(make_track()), tmp_path / "out", drive=drive)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("entry", ["v1.0-mini", "photo.jpg", "samples"])
def test_any_other_folder_is_left_alone(tmp_path, entry):
    (tmp_path / "out" / entry).mkdir(parents=True)
    with pytest.raises(ArgumentError, match="choose a new folder"):
        write_labels(make_labels(make_track()), tmp_path / "out", drive=make_drive())
    assert names_in(tmp_path / "out") == [entry]


def test_a_file_is_left_alone(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ArgumentError, match="is a file"):
        write_labels(make_labels(make_track()), tmp_path / "out", drive=make_drive())


def test_a_writer_that_fails_leaves_the_old_root_and_nothing_else(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write_labels(make_labels(make_track(id="1")), out, drive=make_drive())

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(nuscenes_write, "annotation_tables", fail)
    with pytest.raises(OSError, match="disk full"):
        write_labels(make_labels(make_track(id="2")), out, drive=make_drive())
    assert read_labels(out).tracks[0].id == "1"
    assert names_in(tmp_path) == ["out"]


@pytest.fixture
def scene(tmp_path):
    return nuscenes.open_drive(make_root().write(tmp_path / "data"), "scene-0061")


def test_a_scene_written_again_is_the_same_scene(scene, tmp_path):
    labels = nuscenes_labels.read(scene.root, scene)
    write_labels(labels, tmp_path / "out", drive=scene)
    again = open_drive(tmp_path / "out")
    back = read_labels(tmp_path / "out", drive=again)
    assert list(again.rig) == list(scene.rig)
    assert again.name == scene.name
    for sensor in scene.rig:
        np.testing.assert_array_equal(again.timestamps_ns(sensor), scene.timestamps_ns(sensor))
        for mine, theirs in zip(again.recordings[sensor], scene.recordings[sensor], strict=True):
            assert (mine.filename, mine.is_key_frame) == (theirs.filename, theirs.is_key_frame)
    for mine, theirs in zip(back.tracks, labels.tracks, strict=True):
        assert (mine.id, mine.category) == (theirs.id, theirs.category)
        np.testing.assert_allclose(mine.cuboids.corners(), theirs.cuboids.corners(), atol=1e-9)


def test_files_of_a_scene_are_linked_not_copied(scene, tmp_path):
    write_labels(nuscenes_labels.read(scene.root, scene), tmp_path / "out", drive=scene)
    again = open_drive(tmp_path / "out")
    for sensor in scene.rig:
        assert again.path(sensor, 0).samefile(scene.path(sensor, 0))


def test_files_are_copied_where_they_cannot_be_linked(scene, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    write_labels(nuscenes_labels.read(scene.root, scene), tmp_path / "out", drive=scene)
    again = open_drive(tmp_path / "out")
    assert not again.path("LIDAR_TOP", 0).samefile(scene.path("LIDAR_TOP", 0))
    np.testing.assert_array_equal(again.sweep("LIDAR_TOP", 0).points, scene.sweep("LIDAR_TOP", 0).points)


def test_boxes_at_sweeps_between_the_samples_make_every_frame_a_sample(scene, tmp_path):
    times = (START_US + np.arange(5) * STEP_US // 2) * 1000
    track = make_track(timestamps_ns=times)
    write_labels(make_labels(track), tmp_path / "out", drive=scene)
    back = read_labels(tmp_path / "out")
    np.testing.assert_array_equal(back.tracks[0].timestamps_ns, times)


@pytest.mark.real_data
def test_kitti_boxes_keep_ids_corners_and_points_in_nuscenes_tables(real_data, tmp_path):
    kitti = real_data / "kitti_tracking"
    drive = open_drive(f"{kitti}#0000")
    labels = read_labels(kitti / "training" / "label_02" / "0000.txt", drive=drive)
    write_labels(labels, tmp_path / "out", drive=drive)
    back = read_labels(tmp_path / "out", drive=drive)
    assert [track.id for track in back.tracks] == [track.id for track in labels.tracks]
    for mine, theirs in zip(back.tracks, labels.tracks, strict=True):
        np.testing.assert_allclose(mine.cuboids.corners(), theirs.cuboids.corners(), atol=1e-6, rtol=0)
    counts = [n for track in back.tracks for n in track.box_attributes["num_lidar_pts"]]
    assert (len(counts), sum(counts), min(counts) >= 5) == (232, 125_149, True)
