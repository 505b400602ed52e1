import numpy as np
import pytest
from hypothesis import given

from sensorann.geometry import Trajectory, Transform, Transforms, deskew_points
from tests import naive
from tests.builders import START_NS
from tests.geometry.cases import random_rotations, seeds

pytestmark = pytest.mark.kernels


@given(seed=seeds)
def test_deskew_matches_naive(seed):
    """A wild ride: the poses of the vehicle are unrelated, and points come in any order of time."""
    rng = np.random.default_rng(seed)
    knots = START_NS + np.cumsum(rng.integers(5_000_000, 40_000_000, 8))
    trajectory = Trajectory(knots, Transforms(random_rotations(rng, 8), rng.normal([6e5, 5e6, 0], 5, (8, 3))))
    timestamp_ns = int(knots[4])
    offsets = rng.integers(knots[0], knots[-1], 30) - timestamp_ns
    points = rng.uniform(-40, 40, (30, 3))
    ego_from_sensor = Transform(random_rotations(rng, 1)[0], rng.normal(size=3))
    moved = deskew_points(
        points, offsets, timestamp_ns=timestamp_ns, ego_from_sensor=ego_from_sensor, trajectory=trajectory
    )
    expected = naive.deskew(points, offsets, timestamp_ns, ego_from_sensor, trajectory)
    np.testing.assert_allclose(moved, expected, atol=1e-7)
