import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Transform
from sensorann.kernels.frustum import lowest_around, within_cone
from tests import naive

pytestmark = pytest.mark.kernels
seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, n=st.integers(0, 60), least_cosine=st.floats(-1, 1), farthest=st.floats(1, 40))
def test_within_cone_matches_naive(seed, n, least_cosine, farthest):
    rng = np.random.default_rng(seed)
    points, apex, axis = rng.normal(0, 10, (n, 3)).astype(np.float32), rng.normal(0, 3, 3), rng.normal(0, 1, 3)
    points[rng.random((n, 3)) < 0.05] = np.nan
    arguments = (points, apex, axis / np.linalg.norm(axis), least_cosine, farthest)
    np.testing.assert_array_equal(within_cone(*arguments), naive.within_cone(*arguments))


@given(seed=seeds, n=st.integers(0, 60), m=st.integers(1, 8), yaw=st.floats(-3, 3), cell=st.floats(0.3, 3))
def test_lowest_around_matches_naive(seed, n, m, yaw, cell):
    rng = np.random.default_rng(seed)
    points, places = rng.normal(0, 4, (n, 3)), rng.normal(0, 3, (m, 3))
    points[rng.random((n, 3)) < 0.05] = np.nan
    pose = Transform.from_yaw(yaw, rng.normal(0, 2, 3))
    found = lowest_around(points, pose.rotation, pose.translation, places, cell)
    np.testing.assert_allclose(found, naive.lowest_around(points, pose, places, cell), atol=1e-9)
