import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Transform
from sensorann.kernels.sight import count_beside, count_rays, look_toward, outermost
from tests import naive

pytestmark = pytest.mark.kernels
seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, n=st.integers(0, 40), yaw=st.floats(-3, 3), half_angle=st.floats(0.05, 1.4))
def test_look_toward_matches_naive(seed, n, yaw, half_angle):
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 10, (n, 3))
    pose = Transform.from_yaw(yaw, rng.normal(0, 2, 3))
    sensor, direction = rng.normal(0, 1, 3), rng.uniform(-3, 3)
    forward = np.array([np.cos(direction), np.sin(direction)])
    found = look_toward(points, pose.rotation, pose.translation, sensor, forward, half_angle)
    np.testing.assert_allclose(found, naive.look_toward(points, pose, sensor, forward, half_angle), atol=1e-9)


def test_a_point_without_a_position_is_in_no_direction():
    points = np.array([[5.0, 0.0, np.nan], [np.nan, 0.0, 0.0], [5.0, 0.0, 0.0]])
    rays = look_toward(points, np.eye(3), np.zeros(3), np.zeros(3), np.array([1.0, 0.0]), 1.0)
    assert np.isfinite(rays[:, :2]).all()
    assert count_rays(rays, np.array([-1.0, 1.0]), np.array([-1.0, 1.0]), 4.0, 6.0).tolist() == [0, 1, 0]


@given(seed=seeds, n=st.integers(1, 40))
def test_outermost_matches_naive(seed, n):
    rng = np.random.default_rng(seed)
    points, sensor, direction = rng.normal(0, 10, (n, 3)), rng.normal(0, 1, 3), rng.uniform(-3, 3)
    forward = np.array([np.cos(direction), np.sin(direction)])
    rows, azimuths = outermost(points, sensor, forward)
    expected_rows, expected = naive.outermost(points, sensor, forward)
    assert rows.tolist() == expected_rows
    np.testing.assert_allclose(azimuths, expected, atol=1e-12)


@given(seed=seeds, n=st.integers(0, 60), nearer=st.floats(0, 10), depth=st.floats(0, 10))
def test_count_rays_matches_naive(seed, n, nearer, depth):
    rng = np.random.default_rng(seed)
    rays = np.column_stack([rng.uniform(-1, 1, n), rng.uniform(0, 20, n), rng.uniform(-1, 1, n)])
    tangents, slopes = np.sort(rng.uniform(-1, 1, 2)), np.sort(rng.uniform(-1, 1, 2))
    counts = count_rays(rays, tangents, slopes, nearer, nearer + depth)
    assert counts.tolist() == naive.count_rays(rays, tangents, slopes, nearer, nearer + depth)


@given(seed=seeds, n=st.integers(1, 20), n_rays=st.integers(0, 200))
def test_count_beside_matches_naive(seed, n, n_rays):
    rng = np.random.default_rng(seed)
    points, sensor = rng.normal([10, 0, 0], [1, 2, 1], (n, 3)), rng.normal(0, 1, 3)
    rays = np.column_stack([rng.normal(0, 0.3, n_rays), rng.uniform(5, 15, n_rays), rng.normal(0, 0.1, n_rays)])
    heights, strip = np.array([-1.5, 1.5]), rng.uniform(0.05, 0.5, 3)
    arguments = (rays, points, sensor, np.array([1.0, 0.0]), heights, strip, 1.5, 0.4, 0.8)
    assert count_beside(*arguments).tolist() == naive.count_beside(*arguments)
