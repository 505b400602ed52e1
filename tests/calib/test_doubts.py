"""What is doubted although the residuals are small: swapped sensors, two boards, and boards in one place."""

import numpy as np
import pytest

from calib import Estimate, PointDetections, calibrate_camera_lidar
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.estimation.tangent import moved

LIDAR_FROM_CAMERA = moved(FORWARD_FROM_CAMERA, [0.02, -0.05, 0.3, 0.6, 0.1, -0.3])
CORNERS = 0.4 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
SIGMA = 0.01


def boards_before_camera(n, rng, *, spread=1.0) -> np.ndarray:
    """Corners (n, 4, 3) of boards 3 to 7 m before a camera; without spread all stand in one place."""
    places = [0, 0, 5] + spread * rng.uniform([-2, -1, -2], [2, 1, 2], (n, 3))
    turns = [moved(FORWARD_FROM_CAMERA, [*rng.uniform(-0.4, 0.4, 3), 0, 0, 0]) for _ in range(n)]
    upright = FORWARD_FROM_CAMERA.inverse()
    return np.stack([upright.rotate(turn.rotate(CORNERS)) + at for turn, at in zip(turns, places, strict=True)])


def estimate_boards(camera, lidar) -> Estimate:
    return calibrate_camera_lidar(
        PointDetections.isotropic(camera.reshape(-1, 3), SIGMA),
        PointDetections.isotropic(lidar.reshape(-1, 3), SIGMA),
        boards=np.repeat(np.arange(len(camera)), 4),
    )


def doubts(camera, lidar) -> tuple[str, ...]:
    return estimate_boards(camera, lidar).warnings


@pytest.fixture
def sides():
    def of(n, **options):
        rng = np.random.default_rng(n)
        camera = boards_before_camera(n, rng, **options)
        lidar = LIDAR_FROM_CAMERA.apply(camera.reshape(-1, 3)).reshape(camera.shape)
        return camera + SIGMA * rng.normal(size=camera.shape), lidar + SIGMA * rng.normal(size=camera.shape)

    return of


def test_boards_all_over_the_view_leave_no_doubt(sides):
    assert doubts(*sides(12)) == ()


def test_swapped_sensors_are_doubted(sides):
    camera, lidar = sides(12)
    (doubt,) = doubts(lidar, camera)
    assert "are camera and lidar swapped?" in doubt


def test_two_boards_are_doubted(sides):
    assert "2 boards cannot outvote a wrong one: record 10 or more" in doubts(*sides(2))


def test_boards_in_one_place_are_doubted(sides):
    (doubt,) = doubts(*sides(12, spread=0.0))
    assert doubt.startswith("all boards lie within 0.0 m of one place")
