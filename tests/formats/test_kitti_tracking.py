"""The layout of KITTI tracking."""

import logging

import numpy as np
import pytest

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats import list_drives, open_drive
from sensorann.formats.kitti import tracking as kitti_tracking
from sensorann.geometry import Transform
from sensorann.scene import frame_timestamps_ns
from tests.formats.kitti_files import (
    CAMERA_FROM_LIDAR,
    PROJECTIONS,
    RECTIFICATION,
    SIZE,
    calibration_text,
    make_row,
    open_tracking,
    write_picture,
    write_points,
    write_text,
    write_tracking,
)


def test_a_full_sequence_opens(tmp_path):
    drive = open_tracking(tmp_path)
    assert drive.name == "0000"
    assert list(drive.rig) == ["velodyne", "image_02", "image_00"]
    np.testing.assert_array_equal(drive.timestamps_ns("velodyne"), np.arange(5) * 100_000_000)
    sweep = drive.sweep("velodyne", 2)
    np.testing.assert_array_equal(sweep.points[1], [4, 5, 6])
    np.testing.assert_array_equal(sweep.fields["intensity"][:2], [3, 7])
    assert sweep.timestamp_ns == 200_000_000
    assert drive.image("image_02", 3).shape == (120, 400, 3)
    assert drive.image("image_02", 3)[0, 0, 0] == 3


@pytest.mark.parametrize("root", ["training", "."], ids=["training", "its parent"])
def test_both_roots_are_recognised(tmp_path, root):
    write_tracking(tmp_path, sequence="0003")
    write_tracking(tmp_path, sequence="0001", parts=("oxts", "calib"))
    assert list_drives(tmp_path / root) == [f"{tmp_path / root}#0001", f"{tmp_path / root}#0003"]


def test_sequences_of_testing_have_their_own_names(tmp_path):
    write_tracking(tmp_path, n_frames=2)
    testing = tmp_path / "testing"
    write_text(testing / "calib" / "0000.txt", calibration_text())
    for i in range(7):
        write_points(testing / "velodyne" / "0000" / f"{i:06d}.bin", n_points=3)
    assert kitti_tracking.drive_names(tmp_path) == ["0000", "testing/0000"]
    assert len(open_drive(f"{tmp_path}#testing/0000").timestamps_ns("velodyne")) == 7
    assert len(open_drive(f"{tmp_path}#0000").timestamps_ns("velodyne")) == 2


def test_a_calibration_alone_is_no_drive(tmp_path):
    assert not kitti_tracking.recognises(write_tracking(tmp_path, parts=("calib",)))


def test_sensors_stand_where_the_calibration_puts_them(tmp_path):
    drive = open_tracking(tmp_path)
    point_velodyne = np.array([12.0, 1.5, -0.4])
    rect = RECTIFICATION @ (CAMERA_FROM_LIDAR @ point_velodyne + [0.01, -0.07, -0.27])
    pixel = PROJECTIONS["P2"] @ [*rect, 1.0]
    camera_from_velodyne = drive.rig["image_02"].ego_from_sensor.inverse() @ drive.rig["velodyne"].ego_from_sensor
    in_camera = camera_from_velodyne.apply(point_velodyne)
    projected = drive.rig.camera("image_02").matrix @ in_camera
    np.testing.assert_allclose(projected[:2] / projected[2], pixel[:2] / pixel[2], atol=1e-6)
    rect_from_velodyne = drive.rig["image_00"].ego_from_sensor.inverse() @ drive.rig["velodyne"].ego_from_sensor
    np.testing.assert_allclose(rect_from_velodyne.apply(point_velodyne), rect, atol=1e-9)


def test_the_picture_tells_the_size_of_its_camera(tmp_path):
    assert open_tracking(tmp_path).rig.camera("image_02").size == SIZE


def test_without_pictures_the_usual_size_is_taken(tmp_path):
    assert open_tracking(tmp_path, parts=("calib", "oxts")).rig.camera("image_02").size == (1242, 375)


def test_labels_and_poses_alone_are_a_drive_that_names_what_is_missing(tmp_path):
    drive = open_tracking(tmp_path, parts=("calib", "oxts", "label_02"), rows=[make_row()])
    assert len(drive.timestamps_ns("velodyne")) == 5
    with pytest.raises(MissingDataError, match=r"velodyne/0000/000003\.bin does not exist"):
        drive.sweep("velodyne", 3)
    with pytest.raises(MissingDataError, match=r"image_02/0000/000004\.png does not exist"):
        drive.image_bytes("image_02", 4)


def test_frames_reach_as_far_as_the_labels(tmp_path):
    drive = open_tracking(tmp_path, parts=("calib", "label_02"), rows=[make_row(frame=11), make_row(frame=3)])
    assert len(drive.timestamps_ns("velodyne")) == 12
    assert drive.trajectory is None


def test_without_poses_and_imu_the_ego_frame_is_the_lidar(tmp_path):
    calibration = calibration_text(without=("Tr_imu_velo",))
    drive = open_tracking(tmp_path, parts=("calib", "velodyne"), calibration=calibration)
    np.testing.assert_array_equal(drive.rig["velodyne"].ego_from_sensor.matrix, Transform.identity().matrix)
    assert "image_02" in drive.rig


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("oxts", "velodyne"), "calib/0000.txt does not exist"),
        (("oxts", "velodyne", "calib"), "calib/0000.txt does not say where the LiDAR sits on the IMU (Tr_imu_velo)"),
    ],
    ids=["no calibration", "no place of the LiDAR"],
)
def test_poses_without_the_place_of_the_lidar_leave_the_rig_empty_and_say_so(tmp_path, parts, said, caplog):
    drive = open_tracking(tmp_path, parts=parts, calibration=calibration_text(without=("Tr_imu_velo",)))
    assert list(drive.rig) == []
    assert drive.trajectory is not None
    assert f"{said}: there are ego poses but the sensors cannot be placed" in caplog.text
    assert len(drive.sweep("velodyne", 0)) == 10
    assert len(frame_timestamps_ns(drive)) == 5


def test_a_cut_sweep_is_refused(tmp_path):
    training = write_tracking(tmp_path)
    path = training / "velodyne" / "0000" / "000001.bin"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(FormatError, match=r"000001\.bin, byte 160: expected points of 16 bytes.*found 173 bytes"):
        open_drive(training).sweep("velodyne", 1)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\xff" * 8])
def test_a_damaged_picture_is_refused(tmp_path, content):
    training = write_tracking(tmp_path)
    (training / "image_02" / "0000" / "000001.png").write_bytes(content)
    with pytest.raises(FormatError, match=r"000001\.png"):
        open_drive(training).image("image_02", 1)


def test_a_damaged_first_picture_leaves_the_rest_of_the_drive_open(tmp_path):
    training = write_tracking(tmp_path)
    (training / "image_02" / "0000" / "000000.png").write_bytes(b"")
    drive = open_drive(training)
    assert len(drive.sweep("velodyne", 0)) == 10
    assert drive.image("image_02", 1).shape == (120, 400, 3)


def test_jpeg_pictures_are_found(tmp_path):
    training = write_tracking(tmp_path, parts=("calib", "oxts"))
    write_picture(training / "image_02" / "0000" / "000000.jpg", size=(64, 32))
    drive = open_drive(training)
    assert drive.rig.camera("image_02").size == (64, 32)
    assert drive.image("image_02", 0).shape == (32, 64, 3)


def test_an_absurd_file_number_is_refused(tmp_path):
    training = write_tracking(tmp_path)
    write_points(training / "velodyne" / "0000" / "99999999999.bin", n_points=1)
    with pytest.raises(FormatError, match="numbered below"):
        open_drive(training)


def test_an_empty_oxts_file_is_refused(tmp_path):
    training = write_tracking(tmp_path, n_frames=0, parts=("calib", "oxts"))
    with pytest.raises(FormatError, match=r"oxts/0000\.txt.*an empty file"):
        open_drive(training)


@pytest.mark.real_data
def test_every_recorded_sequence_opens(real_data, caplog):
    addresses = list_drives(real_data / "kitti_tracking")
    assert len(addresses) == 11
    for address in addresses:
        drive = open_drive(address)
        assert drive.trajectory is not None
        assert len(drive.trajectory.timestamps_ns) == len(drive.timestamps_ns("velodyne"))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
