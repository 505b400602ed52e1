"""What nuScenes tables cannot hold: counted, and said once."""

from dataclasses import replace

import cv2
import numpy as np

from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.scene import Rig, Tag
from tests.builders import (
    FRAME_NS,
    START_NS,
    make_camera,
    make_labels,
    make_rig,
    make_track,
)
from tests.formats.nuscenes_drives import imported, make_drive, tables


def test_without_sweeps_counts_stay_as_imported_and_that_is_said(tmp_path, caplog):
    track = make_track(box_attributes={"num_lidar_pts": (4, 4, 4, 4, None)})
    write_labels(make_labels(track), tmp_path / "out", drive=make_drive(sweeps={}))
    assert read_labels(tmp_path / "out").tracks[0].box_attributes["num_lidar_pts"] == (4, 4, 4, 4, 0)
    assert "5 boxes have no sweep to count points in" in caplog.text
    assert "10 sensor files are absent" in caplog.text


def test_labels_that_lose_nothing_are_written_without_a_warning(tmp_path, caplog):
    track = imported(make_track(category="vehicle.car", box_attributes={"vehicle.parked": (True,) * 5}))
    write_labels(make_labels(track), tmp_path / "out", drive=make_drive())
    assert caplog.text == ""


def test_everything_lost_is_counted_in_one_warning(tmp_path, caplog):
    times = START_NS + np.array([0, FRAME_NS // 2, 3 * FRAME_NS // 2, 2 * FRAME_NS])
    track = make_track(
        timestamps_ns=times,
        category="Van",
        attributes={"colour": "red"},
        box_attributes={"occluded": (0, 1, None, 2)},
    )
    labels = make_labels(track, tags=(Tag(name="weather", value="rain"),))
    write_labels(labels, tmp_path / "out", drive=make_drive())
    assert len(caplog.records) == 1
    for said in (
        "2 boxes at instants that are no frame of the drive are left out",
        "the source of 4 boxes and the sigma of 0 are lost",
        "keep their own name: Van (2 boxes)",
        "attributes with values are lost: colour (of the object) (1), occluded (3)",
        "1 tags are lost",
    ):
        assert said in caplog.text
    assert read_labels(tmp_path / "out").n_boxes == 2


def test_a_track_without_a_box_at_any_frame_makes_no_instance(tmp_path):
    track = make_track(timestamps_ns=[START_NS + 7], id="2")
    far = make_track(timestamps_ns=[START_NS + 5000], id="3")
    write_labels(make_labels(track, far), tmp_path / "out", drive=make_drive())
    assert [instance["sensorann_id"] for instance in tables(tmp_path / "out")["instance"]] == ["2"]


def test_boxes_in_the_ego_frame_are_moved_into_the_world_of_the_drive(tmp_path):
    drive, track = make_drive(), make_track(frame="ego")
    write_labels(make_labels(track, frame="ego"), tmp_path / "out", drive=drive)
    expected = track.cuboids.moved(drive.trajectory.sample(track.timestamps_ns), frame="world")
    back = read_labels(tmp_path / "out").tracks[0].cuboids
    np.testing.assert_allclose(back.corners(), expected.corners(), atol=1e-9)


def test_a_drive_without_poses_stands_still_and_that_is_said(tmp_path, caplog):
    times = dict.fromkeys(make_rig(), START_NS + np.arange(5, dtype=np.int64) * FRAME_NS)
    drive = make_drive(rig=make_rig(), trajectory=None, times=times)
    track = make_track(frame="ego")
    write_labels(make_labels(track, frame="ego"), tmp_path / "out", drive=drive)
    assert "no ego poses: the ego frame is written as the global frame" in caplog.text
    back = read_labels(tmp_path / "out").tracks[0].cuboids
    np.testing.assert_allclose(back.corners(), track.cuboids.corners(), atol=1e-9)


def test_frames_outside_the_trajectory_are_left_out_and_said(tmp_path, caplog):
    times = dict.fromkeys(make_rig(), START_NS + np.arange(7, dtype=np.int64) * FRAME_NS)
    write_labels(make_labels(make_track()), tmp_path / "out", drive=make_drive(rig=make_rig(), times=times))
    assert "2 frames outside the ego trajectory are left out" in caplog.text
    assert len(tables(tmp_path / "out")["sample"]) == 5


def test_each_camera_picture_belongs_to_at_most_one_sample(tmp_path):
    slow = START_NS + np.array([10, 2 * FRAME_NS + 10, 4 * FRAME_NS - 10], np.int64)
    drive = make_drive(times={"CAM_FRONT": slow})
    write_labels(make_labels(make_track()), tmp_path / "out", drive=drive)
    sample_of = {row["token"]: row["timestamp"] for row in tables(tmp_path / "out")["sample"]}
    pictures = [row for row in tables(tmp_path / "out")["sample_data"] if row["fileformat"] == "png"]
    start = START_NS // 1000
    assert [sample_of[row["sample_token"]] - start for row in pictures] == [0, 200_000, 400_000]


def test_pictures_between_the_samples_are_left_out_and_said(tmp_path, caplog):
    fast = START_NS + np.arange(13, dtype=np.int64) * FRAME_NS // 3
    drive = make_drive(times={"CAM_FRONT": fast}, images={"CAM_FRONT": make_drive().images["CAM_FRONT"][:1] * 13})
    write_labels(make_labels(imported(make_track(category="car"))), tmp_path / "out", drive=drive)
    assert len(open_drive(tmp_path / "out").timestamps_ns("CAM_FRONT")) == 5
    assert caplog.messages[0].endswith("hold everything: 8 measurements that belong to no sample are left out")


def test_a_sensor_that_measured_nothing_is_left_out_and_said(tmp_path, caplog):
    drive = make_drive(times={"CAM_FRONT": np.zeros(0, np.int64)})
    write_labels(make_labels(make_track()), tmp_path / "out", drive=drive)
    assert set(open_drive(tmp_path / "out").rig) == {"LIDAR_TOP", "RADAR_FRONT"}
    assert "sensors that measured nothing are left out: CAM_FRONT" in caplog.text


def test_lens_distortion_is_removed_from_the_pictures_and_said(tmp_path, caplog):
    camera = make_camera(distortion=(-0.3, 0.1, 0, 0))
    rig = make_rig()
    rig = Rig(tuple(replace(s, camera=camera) if s.kind == "camera" else s for s in rig.sensors))
    line = np.zeros((480, 640, 3), np.uint8)
    ray = np.stack([np.linspace(-0.5, 0.5, 400), np.full(400, -0.35), np.ones(400)], axis=1)
    for u, v in camera.project(ray).round().astype(int):
        cv2.circle(line, (int(u), int(v)), 1, (255, 255, 255), -1)
    drive = make_drive(rig=rig, images={"CAM_FRONT": [cv2.imencode(".png", line)[1].tobytes()] * 5})
    write_labels(make_labels(make_track()), tmp_path / "out", drive=drive)
    assert "the lens distortion of 5 pictures was removed" in caplog.text
    straight = open_drive(tmp_path / "out").image("CAM_FRONT", 0)[:, :, 0]
    rows = [np.flatnonzero(straight[:, u] > 100).mean() for u in range(120, 520, 40)]
    np.testing.assert_allclose(rows, 240 + 500 * -0.35, atol=1.5)
