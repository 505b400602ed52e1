"""KITTI calibration text and oxts packets."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats.kitti.calibration import read_raw_calibration, read_tracking_calibration
from sensorann.formats.kitti.oxts import EARTH_RADIUS_M, poses_from_packets, read_packets
from tests.formats.kitti_files import (
    CAMERA_FROM_LIDAR,
    LIDAR_FROM_IMU,
    RECTIFICATION,
    calibration_text,
    oxts_text,
    write_raw_calibration,
    write_text,
)

TRACKING = {"rect": "R_rect", "lidar": "Tr_velo_cam", "imu": "Tr_imu_velo"}
OBJECT = {"rect": "R0_rect", "lidar": "Tr_velo_to_cam", "imu": "Tr_imu_to_velo"}


@pytest.mark.parametrize("names", [TRACKING, OBJECT], ids=["tracking names", "object names"])
@pytest.mark.parametrize("colon", ["", ":"], ids=["without colon", "with colon"])
def test_every_spelling_gives_the_same_calibration(tmp_path, names, colon):
    calibration = read_tracking_calibration(write_text(tmp_path / "c.txt", calibration_text(colon=colon, **names)))
    np.testing.assert_allclose(calibration.rect_from_velodyne.rotation, RECTIFICATION @ CAMERA_FROM_LIDAR, atol=1e-10)
    assert calibration.velodyne_from_ego is not None
    np.testing.assert_allclose(calibration.velodyne_from_ego.translation, [-0.8, 0.3, -0.8])
    assert list(calibration.projections) == ["image_00", "image_01", "image_02", "image_03"]


def test_raw_calibration_equals_the_tracking_one(tmp_path):
    write_raw_calibration(tmp_path)
    raw, sizes = read_raw_calibration(tmp_path)
    tracking = read_tracking_calibration(write_text(tmp_path / "c.txt", calibration_text()))
    np.testing.assert_allclose(raw.rect_from_velodyne.matrix, tracking.rect_from_velodyne.matrix, atol=1e-9)
    np.testing.assert_allclose(raw.velodyne_from_ego.matrix, tracking.velodyne_from_ego.matrix, atol=1e-9)
    assert sizes["image_02"] == (410, 130)


def test_the_imu_may_be_unknown(tmp_path):
    text = calibration_text(without=("Tr_imu_velo",))
    assert read_tracking_calibration(write_text(tmp_path / "c.txt", text)).velodyne_from_ego is None


def test_printed_digits_are_made_a_rotation_again(tmp_path):
    rounded = np.round(RECTIFICATION, 4)
    calibration = read_tracking_calibration(write_text(tmp_path / "c.txt", calibration_text(rotation=rounded)))
    rotation = calibration.rect_from_velodyne.rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(rotation, RECTIFICATION @ CAMERA_FROM_LIDAR, atol=2e-4)


@pytest.mark.parametrize(
    ("text", "where", "found"),
    [
        (calibration_text(rotation=RECTIFICATION * 0.934), r"line 5, R_rect", "det R = 0.81"),
        (calibration_text(rotation=RECTIFICATION * [1, 1, -1]), r"line 5, R_rect", "det R = -1"),
        (calibration_text(rotation=RECTIFICATION[:2]), r"line 5, R_rect: expected 9 numbers", "6 fields"),
        (calibration_text().replace("R_rect 9", "R_rect x9"), r"line 5, R_rect: expected 9 numbers", "x9"),
        (calibration_text().replace("R_rect 9.99", "R_rect nan 9.99"), r"line 5, R_rect", "10 fields"),
        (calibration_text(without=("R_rect",)), r"a line R_rect or R0_rect", "lines named P0"),
        (calibration_text().replace("P2: 3.0", "P2: -3.0"), r"line 3, P2", "-300.0"),
    ],
    ids=["det 0.81", "mirrored", "short row", "no number", "long row", "absent", "negative focal length"],
)
def test_a_damaged_calibration_names_line_and_matrix(tmp_path, text, where, found):
    path = write_text(tmp_path / "c.txt", text)
    with pytest.raises(FormatError, match=where) as caught:
        read_tracking_calibration(path)
    assert found in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_picture_without_an_edge_is_refused(tmp_path):
    write_raw_calibration(tmp_path)
    path = tmp_path / "calib_cam_to_cam.txt"
    path.write_text(path.read_text().replace("S_rect_02: 4.1e+02", "S_rect_02: 0.0e+00"))
    with pytest.raises(FormatError, match=r"S_rect_02: expected a width and a height in pixels, above 0, found 0 130"):
        read_raw_calibration(tmp_path)


def test_nan_in_a_calibration_is_refused(tmp_path):
    lines = calibration_text().splitlines()
    lines[4] = "R_rect nan 0 0 0 1 0 0 0 1"
    with pytest.raises(FormatError, match="line 5, R_rect: expected finite numbers"):
        read_tracking_calibration(write_text(tmp_path / "c.txt", "\n".join(lines)))


def test_a_missing_calibration_is_named(tmp_path):
    with pytest.raises(MissingDataError, match="calib_cam_to_cam"):
        read_raw_calibration(tmp_path)


def test_poses_follow_the_mercator_projection(tmp_path):
    packets = read_packets(write_text(tmp_path / "o.txt", oxts_text(6)))
    poses = poses_from_packets(packets)
    # pykitti's formula, written out for one packet.
    scale = np.cos(packets[0, 0] * np.pi / 180)

    def place(latitude, longitude, altitude):
        east = scale * longitude * np.pi * EARTH_RADIUS_M / 180
        north = scale * EARTH_RADIUS_M * np.log(np.tan((90 + latitude) * np.pi / 360))
        return np.array([east, north, altitude])

    expected = place(*packets[4, :3]) - place(*packets[0, :3])
    np.testing.assert_allclose(poses.translations[4], expected, atol=1e-6)
    roll, pitch, yaw = packets[4, 3:]
    np.testing.assert_allclose(
        poses.rotations[4], Rotation.from_euler("ZYX", [yaw, pitch, roll]).as_matrix(), atol=1e-12
    )
    np.testing.assert_array_equal(poses.translations[0], 0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("49 8 112 0 0 0", "line 2: expected 30 fields, found 6"),
        ("49 8 112 0 0 nan" + " 0" * 24, "line 2: expected latitude"),
        ("95 8 112 0 0 0" + " 0" * 24, "line 2: expected latitude"),
        ("49 8 abc 0 0 0" + " 0" * 24, "line 2: expected numbers"),
    ],
    ids=["short", "nan", "beyond the pole", "text"],
)
def test_damaged_packets_name_their_line(tmp_path, line, message):
    path = write_text(tmp_path / "o.txt", oxts_text(1) + line + "\n")
    with pytest.raises(FormatError, match=message):
        read_packets(path)


def test_the_builder_is_turned_about_every_axis():
    for matrix in (LIDAR_FROM_IMU, RECTIFICATION):
        assert (np.abs(Rotation.from_matrix(matrix).as_rotvec()) > 1e-3).all()
