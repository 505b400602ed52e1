import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels.nesting import nested_stays
from tests import naive

pytestmark = pytest.mark.kernels


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 60), widest=st.floats(0.5, 4), n_gaps=st.integers(1, 7))
def test_nested_stays_matches_naive(seed, n, widest, n_gaps):
    rng = np.random.default_rng(seed)
    points = rng.normal(0, rng.choice([0.5, 4.0], 3), (n, 3))
    arguments = (points, int(rng.integers(n)), widest * 0.7 ** np.arange(n_gaps))
    np.testing.assert_array_equal(nested_stays(*arguments), naive.nested_stays(*arguments))


def test_points_exactly_a_gap_apart_are_joined():
    points = np.array([[0.5 * i, 0.0, 0.0] for i in range(6)])
    assert nested_stays(points, 2, np.array([1.0, 0.5, 0.49])).tolist() == [2, 2, 3, 2, 2, 2]


@pytest.mark.parametrize("far", [1e7, 3.4e38], ids=["ten thousand km", "largest of float32"])
def test_a_stray_point_far_away_is_joined_to_nothing_and_takes_no_memory(far):
    points = np.array([[0.0, 0.0, 0.0], [0.3, 0.0, 0.0], [far, -far, 0.0]])
    assert nested_stays(points, 0, np.array([0.5, 0.2])).tolist() == [2, 1, 0]
