"""Coordinate systems of OpenLABEL documents: where the boxes of other programs stand."""

import numpy as np
import pytest

from sensorann.errors import FormatError, TimeRangeError
from sensorann.formats.openlabel import labels as openlabel
from sensorann.geometry import Transform
from tests.builders import START_NS, MemoryDrive, make_labels, make_rig, make_track
from tests.formats.openlabel_documents import EULER, make_document, read


@pytest.mark.parametrize("system", ["ego", "world"])
def test_frames_of_the_drive_need_no_declaration_of_their_own(tmp_path, system):
    systems = {"car": {"type": "local_cs", "parent": ""}, "roof": {"type": "sensor_cs", "parent": "car"}}
    drive = MemoryDrive()
    labels = read(tmp_path, make_document(system=system, systems=systems), drive)
    assert labels.frame == "world"
    pose = drive.trajectory.at(START_NS) if system == "ego" else Transform.identity()
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers[0], pose.apply(EULER[:3]), atol=1e-9)
    with pytest.raises(FormatError, match=f"one of the coordinate systems car, roof, found '{system}'"):
        read(tmp_path, make_document(system=system, systems=systems))
    if system == "world":
        with pytest.raises(FormatError, match="one of the coordinate systems car, roof, ego"):
            read(tmp_path, make_document(system=system, systems=systems), MemoryDrive(trajectory=None))


def test_euler_angles_turn_about_moving_axes(tmp_path):
    rx, ry, rz = 0.1, -0.2, 0.7
    labels = read(tmp_path, make_document(val=[1, 2, 3, rx, ry, rz, 4, 2, 1]))
    c, s = np.cos, np.sin
    about_z = np.array([[c(rz), -s(rz), 0], [s(rz), c(rz), 0], [0, 0, 1]])
    about_y = np.array([[c(ry), 0, s(ry)], [0, 1, 0], [-s(ry), 0, c(ry)]])
    about_x = np.array([[1, 0, 0], [0, c(rx), -s(rx)], [0, s(rx), c(rx)]])
    np.testing.assert_allclose(labels.tracks[0].cuboids.rotations[0], about_z @ about_y @ about_x, atol=1e-15)


def test_quaternions_are_x_y_z_w(tmp_path):
    val = [1, 2, 3, 0, 0, np.sin(0.35), np.cos(0.35), 4, 2, 1]
    labels = read(tmp_path, make_document(val=val))
    np.testing.assert_allclose(labels.tracks[0].cuboids.yaws, [0.7])
    np.testing.assert_array_equal(labels.tracks[0].cuboids.sizes, [[4, 2, 1]])


def sensor_systems(pose):
    return {
        "odom": {"type": "scene_cs", "parent": "", "children": ["car"]},
        "car": {"type": "local_cs", "parent": "odom", "children": ["lidar"]},
        "lidar": {"type": "sensor_cs", "parent": "car", **({"pose_wrt_parent": pose} if pose else {})},
    }


POSE = {"quaternion": [0, 0, 0, 1], "translation": [1.0, 0.0, 1.8]}


def test_boxes_of_a_sensor_come_into_the_ego_frame(tmp_path):
    labels = read(tmp_path, make_document(system="lidar", systems=sensor_systems(POSE)))
    assert labels.frame == "ego"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, [[11.0, 2.0, 2.3]])


@pytest.mark.parametrize("direction", ["car to odom", "odom to car"])
def test_poses_of_the_file_carry_boxes_into_the_world(tmp_path, direction):
    document = make_document(system="lidar", systems=sensor_systems(POSE))
    world_from_car = Transform.from_yaw(np.pi / 2, [100.0, 50.0, 0.0])
    given = world_from_car if direction == "car to odom" else world_from_car.inverse()
    source, _, target = direction.split()
    edge = {"src": source, "dst": target, "transform_src_to_dst": {"matrix4x4": given.matrix.ravel().tolist()}}
    document["openlabel"]["frames"]["0"]["frame_properties"]["transforms"] = {"pose": edge}
    labels = read(tmp_path, document)
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, [[98.0, 61.0, 2.3]])
    np.testing.assert_allclose(labels.tracks[0].cuboids.yaws, [0.3 + np.pi / 2])


def test_the_rig_and_the_trajectory_of_the_drive_carry_boxes_into_its_world(tmp_path):
    drive = MemoryDrive()
    labels = read(tmp_path, make_document(system="LIDAR_TOP"), drive)
    world_from_lidar = drive.trajectory.at(START_NS) @ drive.rig["LIDAR_TOP"].ego_from_sensor
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, world_from_lidar.apply([EULER[:3]]))


def test_ego_labels_of_ours_come_into_the_world_of_a_drive_with_poses(tmp_path):
    drive, track = MemoryDrive(), make_track(frame="ego")
    openlabel.write(make_labels(track, frame="ego"), tmp_path / "labels.json", None)
    labels = openlabel.read(tmp_path / "labels.json", drive)
    world_from_ego = drive.trajectory.sample(track.timestamps_ns)
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, world_from_ego.apply(track.cuboids.centers))


def test_a_box_outside_the_ego_trajectory_is_refused_at_its_place(tmp_path):
    with pytest.raises(TimeRangeError, match=r"frames\.0\..*cuboid\[0\]: 1 of 1 instants lie outside"):
        read(tmp_path, make_document(timestamp=START_NS - 1), MemoryDrive())


def test_boxes_stay_in_the_ego_frame_of_a_drive_without_poses(tmp_path):
    labels = read(tmp_path, make_document(), MemoryDrive(trajectory=None))
    assert labels.frame == "ego"
    np.testing.assert_array_equal(labels.tracks[0].cuboids.centers, [EULER[:3]])


def test_the_world_is_the_root_of_the_systems(tmp_path):
    systems = {
        "town": {"type": "scene_cs", "parent": "utm", "pose_wrt_parent": POSE},
        "utm": {"type": "geo_utm", "parent": ""},
    }
    labels = read(tmp_path, make_document(system="town", systems=systems))
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, [[11.0, 2.0, 2.3]])


def test_a_system_that_leads_nowhere_is_refused(tmp_path):
    with pytest.raises(
        FormatError, match=r"cuboid\[0\]: expected a coordinate system that transforms .* found 'lidar'"
    ):
        read(tmp_path, make_document(system="lidar", systems=sensor_systems(None)))


def test_an_undeclared_system_is_refused(tmp_path):
    message = r"cuboid\[0\]\.coordinate_system: expected one of the coordinate systems ego, found 'roof'"
    with pytest.raises(FormatError, match=message):
        read(tmp_path, make_document(system="roof"))


def test_a_box_without_system_is_in_the_only_one_there_is(tmp_path):
    labels = read(tmp_path, make_document(system=None, systems={"map": {"type": "scene_cs", "parent": ""}}))
    assert labels.frame == "world"


def test_a_box_without_system_is_refused_where_there_are_several(tmp_path):
    with pytest.raises(FormatError, match="declares several"):
        read(tmp_path, make_document(system=None, systems=sensor_systems(POSE)))


def test_a_box_without_any_system_is_taken_to_be_in_the_ego_frame_and_said(tmp_path, caplog):
    assert read(tmp_path, make_document(system=None, systems={})).frame == "ego"
    assert "1 cuboids without a coordinate system were taken to be in the ego frame" in caplog.text


def test_a_box_in_camera_axes_keeps_its_corners_and_gets_z_up(tmp_path, caplog):
    val = [0.5, 1.0, 12.0, 0.0, 0.4, 0.0, 4.2, 1.5, 1.8]  # x forward, y down, z to the side
    drive = MemoryDrive(rig=make_rig(), trajectory=None)
    (track,) = read(tmp_path, make_document(system="CAM_FRONT", val=val), drive).tracks
    np.testing.assert_allclose(track.cuboids.sizes, [[4.2, 1.8, 1.5]])
    np.testing.assert_allclose(track.cuboids.rotations[0][:, 2], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(track.cuboids.yaws, [-0.4 - np.pi / 2])
    assert "1 cuboids in camera axes had their axes renamed" in caplog.text
