"""LiDAR and radar, camera and LiDAR: the same equations, other sensors."""

import numpy as np
import pytest

from calib import PixelDetections, PointDetections, Prior, calibrate_camera_lidar, calibrate_lidar_radar
from calib.estimation.simulation import simulate_session
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.estimation.tangent import difference, moved
from calib.targets.boards import reflectors_behind, split_boards
from sensorann.errors import ArgumentError, CalibrationError
from sensorann.geometry import Transform
from tests.builders import make_camera

LIDAR_FROM_CAMERA = moved(
    Transform(FORWARD_FROM_CAMERA.rotation, np.array([0.3, -0.1, -0.4])), [0.02, -0.03, 0.5, 0, 0, 0]
)


def make_boards(*, n=12, sigma=0.005, seed=0):
    """Corners of boards in front of a camera: true points (4 n, 3), board numbers, noisy points of camera and LiDAR."""
    rng = np.random.default_rng(seed)
    centers = np.stack([rng.uniform(-2, 2, n), rng.uniform(-1, 1, n), rng.uniform(3, 7, n)], axis=1)
    corners = np.array([[0.2, 0.2, 0], [-0.2, 0.2, 0], [-0.2, -0.2, 0], [0.2, -0.2, 0]])
    points = (centers[:, None] + corners).reshape(-1, 3)
    noise = sigma * rng.normal(size=(2, *points.shape))
    return points, np.repeat(np.arange(n), 4), points + noise[0], LIDAR_FROM_CAMERA.apply(points) + noise[1]


def test_a_lidar_finds_its_place_in_the_frame_of_a_radar():
    session = simulate_session(np.random.default_rng(2), n=40)
    radar_from_lidar = Transform.from_yaw(0.3, [-1.2, 0.1, 1.1])
    lidar = radar_from_lidar.inverse().apply(session.points_radar)
    noisy = lidar + 0.01 * np.random.default_rng(3).normal(size=lidar.shape)
    found = calibrate_lidar_radar(PointDetections.isotropic(noisy, 0.01), session.radar)
    assert found.trustworthy
    assert np.all(np.abs(difference(found.target_from_source, radar_from_lidar)) < 4 * found.sigmas)


def test_boards_join_camera_and_lidar_without_a_start():
    _, boards, camera, lidar = make_boards()
    found = calibrate_camera_lidar(
        PointDetections.isotropic(camera, 0.005), PointDetections.isotropic(lidar, 0.005), boards=boards
    )
    off = difference(found.target_from_source, LIDAR_FROM_CAMERA)
    assert found.trustworthy
    assert np.all(np.abs(off) < 4 * found.sigmas)
    assert np.all(found.sigmas[:3] < np.deg2rad(0.1))


def test_pixels_of_boards_refine_a_prior():
    points, boards, _, lidar = make_boards()
    lens = make_camera()
    pixels = PixelDetections(camera=lens, pixels=lens.project(points), sigma=0.3)
    prior = Prior.from_sigmas(
        moved(LIDAR_FROM_CAMERA, [0.03, 0.02, -0.03, 0.05, -0.04, 0.03]), rotation=0.05, translation=0.1
    )
    found = calibrate_camera_lidar(pixels, PointDetections.isotropic(lidar, 0.005), boards=boards, prior=prior)
    assert np.all(np.abs(difference(found.target_from_source, LIDAR_FROM_CAMERA)) < 4 * found.sigmas)
    with pytest.raises(CalibrationError, match="no place to start: give a prior"):
        calibrate_camera_lidar(pixels, PointDetections.isotropic(lidar, 0.005), boards=boards)


def test_a_board_is_left_out_as_a_whole():
    _, boards, camera, lidar = make_boards()
    lidar[4:8] += [0.3, 0.0, 0.1]
    found = calibrate_camera_lidar(
        PointDetections.isotropic(camera, 0.005), PointDetections.isotropic(lidar, 0.005), boards=boards
    )
    assert [item.name for item in found.rejected] == ["1"]
    assert found.inliers.sum() == 11


def test_the_reflector_is_behind_the_board_on_the_far_side():
    points = np.array([[5.0, 0.2, 0.1], [5.0, -0.2, 0.1], [5.0, -0.2, 0.5], [5.0, 0.2, 0.5]])
    placed = reflectors_behind(points, np.zeros(4, int), depth=0.1, sigma=0.01)
    np.testing.assert_allclose(placed.points, [[5.1, 0.0, 0.3]], atol=1e-12)
    # The tilt of a board of 0.4 m that is known to 1 cm per corner moves the reflector by 0.1 * 0.01 / 0.4.
    np.testing.assert_allclose(np.diag(placed.covariances[0])[1:], 0.005**2 + (0.1 * 0.01 / 0.4) ** 2, rtol=1e-9)


def test_the_covariance_of_a_reflector_is_that_of_many_boards():
    rng = np.random.default_rng(7)
    points = np.array([[5.0, 0.2, 0.1], [5.0, -0.2, 0.1], [5.0, -0.2, 0.5], [5.0, 0.2, 0.5]])
    many = [
        reflectors_behind(points + 0.01 * rng.normal(size=(4, 3)), np.zeros(4, int), depth=0.3, sigma=0.01)
        for _ in range(2000)
    ]
    spread = np.cov(np.array([one.points[0] for one in many]).T)
    stated = reflectors_behind(points, np.zeros(4, int), depth=0.3, sigma=0.01).covariances[0]
    np.testing.assert_allclose(np.diag(spread), np.diag(stated), rtol=0.15)


def test_points_on_a_line_carry_no_reflector():
    with pytest.raises(ArgumentError, match="board 0 must have three points that are not on a line"):
        reflectors_behind(np.outer(np.arange(4.0), [1, 2, 3]), np.zeros(4, int), depth=0.1, sigma=0.01)


def test_boards_are_numbered_in_the_order_they_come():
    assert split_boards(["z", "z", "a", "m", "a"]).tolist() == [0, 0, 1, 2, 1]
