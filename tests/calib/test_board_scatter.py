"""Points of one board that err alike: the scatter between boards widens the sigmas, chance does not."""

import numpy as np
import pytest

from calib.estimation.scatter import widened_by_blocks
from calib.estimation.tangent import difference
from tests.calib.test_doubts import LIDAR_FROM_CAMERA, SIGMA, boards_before_camera, estimate_boards

N_BOARDS, N_RUNS = 20, 25


def mean_nees(rng, *, per_board) -> float:
    """Mean squared error in units of the stated covariance; each board is off by a place of its own."""
    nees = []
    for _ in range(N_RUNS):
        camera = boards_before_camera(N_BOARDS, rng)
        lidar = LIDAR_FROM_CAMERA.apply(camera.reshape(-1, 3)).reshape(camera.shape)
        lidar = lidar + per_board * rng.normal(size=(N_BOARDS, 1, 3))
        found = estimate_boards(*(side + SIGMA * rng.normal(size=camera.shape) for side in (camera, lidar)))
        off = difference(found.target_from_source, LIDAR_FROM_CAMERA)
        nees.append(off @ np.linalg.solve(found.covariance, off))
    return float(np.mean(nees))


def test_the_stated_sigmas_hold_where_points_err_alone():
    assert mean_nees(np.random.default_rng(0), per_board=0.0) == pytest.approx(6.0, rel=0.3)


def test_the_stated_sigmas_hold_where_boards_err_as_a_whole():
    # Taken as four errors each, they would give 26; of covariances that so many boards tell Hotelling expects this.
    hotelling = 6 * (N_BOARDS - 1) / (N_BOARDS - 6 - 2)
    assert mean_nees(np.random.default_rng(0), per_board=2.5 * SIGMA) < hotelling


def test_chance_between_few_blocks_widens_nothing():
    rng = np.random.default_rng(1)
    covariance = np.diag(np.arange(1.0, 7.0))
    steps = rng.multivariate_normal(np.zeros(6), covariance / 19, size=20)
    np.testing.assert_allclose(widened_by_blocks(covariance, steps), covariance, atol=1e-12)
    np.testing.assert_array_equal(widened_by_blocks(covariance, 100 * steps[:7]), covariance)


def test_what_blocks_say_beyond_chance_is_taken_as_it_is():
    rng = np.random.default_rng(2)
    steps = rng.normal(size=(20, 6)) / np.sqrt(19)
    steps[:, 2] *= 10.0
    widened = widened_by_blocks(np.eye(6), steps)
    assert widened[2, 2] == pytest.approx(19 / 20 * (steps[:, 2] ** 2).sum(), rel=0.05)
    assert np.diag(widened)[[0, 1, 3, 4, 5]].max() < 0.3 * widened[2, 2]
