import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels.edge_views import end_chances, near_sides, whole_chances
from tests import naive

pytestmark = pytest.mark.kernels


def rectangle(seed):
    """Low and high ends, a sensor that may stand beside, before or in it, and chances of the two outermost ends."""
    rng = np.random.default_rng(seed)
    low = rng.normal(0, 2, 2)
    return low, low + rng.uniform(0.1, 5, 2), rng.normal(0, 6, 2), rng.uniform(0, 1, 2)


@given(seed=st.integers(0, 2**32 - 1))
def test_near_sides_match_naive(seed):
    low, high, sensor, _ = rectangle(seed)
    np.testing.assert_array_equal(near_sides(low, high, sensor), naive.near_sides(low, high, sensor))


@given(seed=st.integers(0, 2**32 - 1))
def test_end_chances_match_naive(seed):
    arguments = rectangle(seed)
    np.testing.assert_array_equal(end_chances(*arguments), naive.end_chances(*arguments))


@given(seed=st.integers(0, 2**32 - 1), sine=st.floats(0.1, 1.0))
def test_whole_chances_match_naive(seed, sine):
    arguments = (*rectangle(seed), 0.1, 0.9, sine)
    np.testing.assert_allclose(whole_chances(*arguments), naive.whole_chances(*arguments), rtol=1e-12)
