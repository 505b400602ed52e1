import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.qa.agreement import cohen_kappa, fleiss_kappa
from tests.naive import reliability

# J. L. Fleiss' way, on Wikipedia's example: ten units, fourteen people, five categories.
FOURTEEN_PEOPLE = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
POWERS = {"none": 0, "linear": 1, "quadratic": 2}


def test_published_examples():
    # Wikipedia, "Cohen's kappa": both yes 20, yes and no 5, no and yes 10, both no 15.
    assert cohen_kappa([1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15) == pytest.approx(0.4)
    assert fleiss_kappa(FOURTEEN_PEOPLE) == pytest.approx(0.210, abs=5e-4)


@given(
    pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20),
    weights=st.sampled_from(list(POWERS)),
)
def test_kappa_is_what_its_definition_says(pairs, weights):
    first, second = zip(*pairs, strict=True)
    expected = reliability.cohen_kappa(first, second, POWERS[weights])
    np.testing.assert_allclose(cohen_kappa(first, second, weights=weights), expected, atol=1e-9, equal_nan=True)


def test_what_cannot_be_told_is_nan():
    assert np.isnan(cohen_kappa([], []))
    assert np.isnan(cohen_kappa([1, 1], [1, 1]))
    assert np.isnan(fleiss_kappa([[3, 0], [3, 0]]))
    assert np.isnan(fleiss_kappa(np.zeros((0, 2), int)))


def test_wrong_codes_and_counts_are_refused():
    with pytest.raises(ArgumentError, match="count from 0"):
        cohen_kappa([-1], [0])
    with pytest.raises(ArgumentError, match="shape"):
        cohen_kappa([0, 1], [0])
    with pytest.raises(ArgumentError, match="same number of people"):
        fleiss_kappa([[2, 0], [2, 1]])
