import json
import os
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.nuscenes import drive as nuscenes
from sensorann.formats.nuscenes import labels as nuscenes_labels
from sensorann.formats.nuscenes import write as nuscenes_write
from sensorann.formats.nuscenes.folder import VERSION
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_quaternions
from sensorann.scene import Rig, Source, Sweep, Tag
from tests.builders import (
    FRAME_NS,
    START_NS,
    MemoryDrive,
    make_camera,
    make_labels,
    make_rig,
    make_track,
    make_trajectory,
)
from tests.formats.nuscenes_files import START_US, STEP_US, make_root

TOKEN = "0123456789abcdef0123456789abcdef"


def imported(track):
    return replace(track, sources=np.full(len(track), Source.IMPORTED, np.uint8))


def make_drive(n=5, *, rig=None, **parts):
    """A drive whose sensors all measure at the frames; each sweep holds ten points at the vehicle's left."""
    rig = rig or make_rig(radars=("RADAR_FRONT",))
    points = np.tile(np.array([[3, 4, 0.5]], np.float32), (10, 1)) + np.arange(10, dtype=np.float32)[:, None] * 0.01
    sweeps = {
        "LIDAR_TOP": [
            Sweep(
                sensor="LIDAR_TOP",
                timestamp_ns=START_NS + i * FRAME_NS,
                points=points + i,
                fields={"intensity": np.linspace(0, 1, 10, dtype=np.float32), "ring": np.arange(10, dtype=np.uint8)},
            )
            for i in range(n)
        ],
        "RADAR_FRONT": [
            Sweep(
                sensor="RADAR_FRONT",
                timestamp_ns=START_NS + i * FRAME_NS,
                points=points[:i],
                fields={"vx_comp": np.full(i, 2.5, np.float32), "id": np.arange(i)},
            )
            for i in range(n)
        ],
    }
    picture = cv2.imencode(".png", np.full((480, 640, 3), 60, np.uint8))[1].tobytes()
    drive = {
        "name": "day1",
        "rig": rig,
        "trajectory": make_trajectory(n=n),
        "sweeps": sweeps,
        "images": {"CAM_FRONT": [picture] * n},
    }
    return MemoryDrive(**(drive | parts))


def names_in(folder):
    return [entry.name for entry in folder.iterdir()]


def tables(path):
    return {file.stem: json.loads(file.read_text()) for file in (path / VERSION).glob("*.json")}


@given(
    boxes=st.lists(
        st.tuples(
            st.tuples(*[st.floats(-1e6, 1e6)] * 3),
            st.tuples(*[st.floats(0.01, 50)] * 3),
            st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: sum(x * x for x in q) > 0.1),
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=15)
def test_corners_survive_a_round_trip_to_a_micrometre(tmp_path_factory, boxes):
    path = tmp_path_factory.mktemp("root") / "out"
    centers, sizes, quaternions = (np.array(column) for column in zip(*boxes, strict=True))
    cuboids = Cuboids(centers=centers, sizes=sizes, rotations=rotations_from_quaternions(quaternions), frame="world")
    track = replace(make_track(n=len(boxes)), cuboids=cuboids)
    drive = make_drive(sweeps={}, images={})
    nuscenes_write.write(make_labels(track), path, drive)
    back = nuscenes_labels.read(path, drive).tracks[0]
    np.testing.assert_allclose(back.cuboids.corners(), cuboids.corners(), atol=1e-6, rtol=0)
    np.testing.assert_array_equal(back.timestamps_ns, track.timestamps_ns)


@pytest.mark.parametrize("track_id", ["17", "Ünïcode id", TOKEN, TOKEN.upper(), "a" * 31])
def test_ids_survive_a_round_trip(tmp_path, track_id):
    write_labels(make_labels(make_track(id=track_id)), tmp_path / "out", drive=make_drive())
    assert read_labels(tmp_path / "out").tracks[0].id == track_id


def test_an_id_that_is_a_token_is_the_token_of_the_instance(tmp_path):
    write_labels(make_labels(make_track(id=TOKEN), make_track(id="17")), tmp_path / "out", drive=make_drive())
    instances = tables(tmp_path / "out")["instance"]
    assert instances[0]["token"] == TOKEN
    assert "sensorann_id" not in instances[0]
    assert instances[1]["sensorann_id"] == "17"
    assert len(instances[1]["token"]) == 32


def test_the_same_labels_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_labels(make_labels(make_track()), tmp_path / name, drive=make_drive())
    for file in sorted((tmp_path / "a").rglob("*.*")):
        if file.is_file():
            assert file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()


def test_all_thirteen_tables_and_the_map_are_there(tmp_path):
    write_labels(make_labels(make_track()), tmp_path / "out", drive=make_drive())
    assert set(tables(tmp_path / "out")) == {
        *("category", "attribute", "visibility", "instance", "sensor", "calibrated_sensor", "ego_pose"),
        *("log", "scene", "sample", "sample_data", "sample_annotation", "map", "splits"),
    }
    assert cv2.imread(str(tmp_path / "out" / "maps" / "empty.png")) is not None


def test_tokens_differ_and_have_32_hexadecimal_digits(tmp_path):
    write_labels(make_labels(make_track(), make_track(id="2")), tmp_path / "out", drive=make_drive())
    for name, rows in tables(tmp_path / "out").items():
        if name not in ("splits", "visibility"):
            tokens = [row["token"] for row in rows]
            assert len(set(tokens)) == len(tokens)
            assert all(len(token) == 32 and int(token, 16) >= 0 for token in tokens)


def test_a_drive_reads_back_with_its_sensors_poses_points_and_pictures(tmp_path):
    drive = make_drive()
    write_labels(make_labels(make_track()), tmp_path / "out", drive=drive)
    back = open_drive(tmp_path / "out")
    assert back.name == "day1"
    assert set(back.rig) == set(drive.rig)
    for sensor in drive.rig:
        np.testing.assert_array_equal(back.timestamps_ns(sensor), drive.timestamps_ns(sensor))
        expected = drive.rig[sensor].ego_from_sensor.matrix
        np.testing.assert_allclose(back.rig[sensor].ego_from_sensor.matrix, expected, atol=1e-12)
    time = START_NS + 3 * FRAME_NS
    np.testing.assert_allclose(back.trajectory.at(time).matrix, drive.trajectory.at(time).matrix, atol=1e-12)
    for sensor in ("LIDAR_TOP", "RADAR_FRONT"):
        for i in range(5):
            mine, theirs = back.sweep(sensor, i), drive.sweep(sensor, i)
            np.testing.assert_array_equal(mine.points, theirs.points)
            for name, column in theirs.fields.items():
                np.testing.assert_array_equal(mine.fields[name], column)
    assert back.image_bytes("CAM_FRONT", 2) == drive.image_bytes("CAM_FRONT", 2)


def test_a_radar_file_ends_with_one_byte_more_as_the_devkit_wants_it(tmp_path):
    write_labels(make_labels(make_track()), tmp_path / "out", drive=make_drive())
    file = sorted((tmp_path / "out" / "samples" / "RADAR_FRONT").iterdir())[2]
    header, _, payload = file.read_bytes().partition(b"DATA binary\n")
    assert len(payload) == 2 * 43 + 1
    assert header.splitlines()[0].startswith(b"#")
    assert header.splitlines()[1].startswith(b"VERSION")


def test_the_reference_lidar_is_called_as_the_devkit_asks(tmp_path):
    drive = MemoryDrive(rig=make_rig(lidars=("velodyne", "side"), cameras=()), trajectory=make_trajectory(n=3))
    write_labels(make_labels(make_track(n=3)), tmp_path / "out", drive=drive)
    assert list(open_drive(tmp_path / "out").rig) == ["LIDAR_TOP", "side"]


def test_points_are_counted_in_the_frame_of_the_sensor_at_its_own_time(tmp_path):
    drive = make_drive()
    lidar = drive.rig["LIDAR_TOP"].ego_from_sensor
    centers = [
        (drive.trajectory.at(START_NS + i * FRAME_NS) @ lidar).apply(drive.sweep("LIDAR_TOP", i).points.mean(axis=0))
        for i in range(5)
    ]
    track = make_track(centers=centers, size=(1, 1, 1), box_attributes={"num_lidar_pts": (3,) * 5})
    away = make_track(id="2", size=(1, 1, 1))
    write_labels(make_labels(track, away), tmp_path / "out", drive=drive)
    back = read_labels(tmp_path / "out")
    assert back.track("1").box_attributes["num_lidar_pts"] == (10,) * 5
    assert back.track("2").box_attributes["num_lidar_pts"] == (0,) * 5


def test_points_of_all_lidars_are_summed(tmp_path):
    drive = make_drive(rig=make_rig(lidars=("LIDAR_TOP", "LIDAR_REAR", "LIDAR_SIDE")))
    drive.sweeps["LIDAR_REAR"] = [replace(sweep, sensor="LIDAR_REAR") for sweep in drive.sweeps["LIDAR_TOP"]]
    poses = [
        drive.trajectory.at(int(time)) @ drive.rig["LIDAR_TOP"].ego_from_sensor
        for time in drive.timestamps_ns("LIDAR_TOP")
    ]
    centers = [pose.apply(drive.sweep("LIDAR_TOP", i).points.mean(axis=0)) for i, pose in enumerate(poses)]
    write_labels(make_labels(make_track(centers=centers, size=(1, 1, 1))), tmp_path / "out", drive=drive)
    assert read_labels(tmp_path / "out").tracks[0].box_attributes["num_lidar_pts"] == (20,) * 5


def test_without_sweeps_counts_stay_as_imported_and_that_is_said(tmp_path, caplog):
    track = make_track(box_attributes={"num_lidar_pts": (4, 4, 4, 4, None)})
    write_labels(make_labels(track), tmp_path / "out", drive=make_drive(sweeps={}))
    assert read_labels(tmp_path / "out").tracks[0].box_attributes["num_lidar_pts"] == (4, 4, 4, 4, 0)
    assert "5 boxes have no sweep to count points in" in caplog.text
    assert "10 sensor files are absent" in caplog.text


def test_attributes_and_visibility_survive(tmp_path):
    attributes = {
        "vehicle.moving": (True, False, True, True, None),
        "visibility": ("v0-40", "v80-100", None, "unknown", "behind a tree"),
    }
    write_labels(make_labels(make_track(box_attributes=attributes)), tmp_path / "out", drive=make_drive())
    back = read_labels(tmp_path / "out").tracks[0].box_attributes
    assert back["vehicle.moving"] == (True, False, True, True, False)
    assert back["visibility"] == ("v0-40", "v80-100", "unknown", "unknown", "behind a tree")


@pytest.mark.parametrize(
    ("category", "written"),
    [
        ("Car", "vehicle.car"),
        ("car", "vehicle.car"),
        ("vehicle.emergency.police", "vehicle.emergency.police"),
        ("Van", "Van"),
        ("no such thing", "no such thing"),
    ],
)
def test_categories_are_spelled_as_nuscenes_does_where_it_has_a_word(tmp_path, category, written):
    write_labels(make_labels(make_track(category=category)), tmp_path / "out", drive=make_drive())
    assert read_labels(tmp_path / "out").tracks[0].category == written


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
