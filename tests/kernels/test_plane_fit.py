import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels.plane_fit import fit_ground_plane
from tests import naive

pytestmark = pytest.mark.kernels


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 40),
    n_rounds=st.integers(1, 6),
    steepest=st.floats(0.02, 0.5),
    level_weight=st.floats(0.1, 5),
)
def test_fit_ground_plane_matches_naive(seed, n, n_rounds, steepest, level_weight):
    rng = np.random.default_rng(seed)
    points, place = rng.normal(0, [5, 5, 0.3], (n, 3)), rng.normal(0, 5, 2)
    arguments = (points, place, 0.1, n_rounds, 0.4, 0.06, 0.12, level_weight, steepest)
    height, slope, n_near = fit_ground_plane(*arguments)
    expected_height, expected_slope, expected = naive.fit_ground_plane(*arguments)
    assert n_near == expected
    assert height == pytest.approx(expected_height, abs=1e-8)
    np.testing.assert_allclose(slope, expected_slope, atol=1e-8)
