"""What is written as nuScenes tables comes back as it was."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.nuscenes import labels as nuscenes_labels
from sensorann.formats.nuscenes import write as nuscenes_write
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_quaternions
from tests.builders import (
    FRAME_NS,
    START_NS,
    MemoryDrive,
    make_labels,
    make_rig,
    make_track,
    make_trajectory,
)
from tests.formats.nuscenes_drives import make_drive, tables

TOKEN = "0123456789abcdef0123456789abcdef"


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
