import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.kernels import pose_filter, small
from tests import naive

pytestmark = pytest.mark.kernels
NOISE = np.array([3.0, 3.0, 0.05])


def random_covariance(rng, n, scale):
    root = rng.normal(0, scale, (n, n))
    return root @ root.T + 1e-4 * np.eye(n)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_inverse_and_product_match_numpy(seed, n):
    rng = np.random.default_rng(seed)
    matrix, other = random_covariance(rng, n, 1.0), rng.normal(size=(n, 3))
    np.testing.assert_allclose(small.inverse(matrix) @ matrix, np.eye(n), atol=1e-6)
    np.testing.assert_allclose(small.product(matrix, other), matrix @ other)


@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
@settings(max_examples=30)
def test_smooth_poses_matches_the_dense_posterior(seed, n):
    rng = np.random.default_rng(seed)
    seconds = np.cumsum(rng.uniform(0.1, 1.0, n))
    poses = np.column_stack([rng.normal(0, 3, (n, 2)), rng.uniform(-1, 1, n)])
    covariances = np.array([random_covariance(rng, 3, 0.05) for _ in range(n)])
    at = np.sort(np.concatenate([rng.uniform(seconds[0], seconds[-1], 5), seconds[:1]]))
    mean, spread = np.empty((len(at), 3)), np.empty((len(at), 3, 3))
    pose_filter.smooth_poses(seconds, poses, covariances, NOISE, at, mean, spread)
    expected_mean, expected_spread = naive.smooth_poses(seconds, poses, covariances, NOISE, at)
    np.testing.assert_allclose(mean, expected_mean, atol=2e-3)
    np.testing.assert_allclose(spread, expected_spread, rtol=2e-2, atol=1e-5)


@given(st.integers(0, 2**32 - 1))
def test_roll_matches_the_update_by_one_linearised_measurement(seed):
    rng = np.random.default_rng(seed)
    state, covariance = rng.normal(0, 2, 6), random_covariance(rng, 6, 0.3)
    behind, sigma = rng.uniform(0, 2), rng.uniform(0.05, 1)
    moved, spread = pose_filter.roll(state, covariance, behind, sigma)
    expected, expected_spread = naive.roll(state, covariance, behind, sigma)
    np.testing.assert_allclose(moved, expected, atol=1e-6)
    np.testing.assert_allclose(spread, expected_spread, atol=1e-6)


def test_what_rolls_turns_to_where_it_goes():
    state = np.array([0.0, 0.0, 0.2, 5.0, 0.0, 0.0])
    for _ in range(20):
        state, _ = pose_filter.roll(state, np.diag([0.01, 0.01, 0.01, 1e-6, 1e-6, 1e-6]), 0.5, 0.05)
    np.testing.assert_allclose(state[2], 0.0, atol=1e-3)


def test_what_stands_may_face_anywhere():
    state, covariance = np.array([0.0, 0.0, 0.2, 0.0, 0.0, 0.0]), np.diag([0.01] * 6)
    moved, spread = pose_filter.roll(state, covariance, 0.5, 0.05)
    np.testing.assert_allclose(moved, state)
    np.testing.assert_allclose(spread[2, 2], covariance[2, 2])
