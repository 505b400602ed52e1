import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sensorann.errors import ArgumentError
from sensorann.qa.agreement import krippendorff_alpha
from tests.naive import reliability

NAN = np.nan
TWO_PEOPLE = [[1, 2, 3, NAN], [1, 2, 2, 2]]
# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
# Wikipedia, "Krippendorff's alpha": three coders and fifteen units.
THREE_CODERS = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]


@pytest.mark.parametrize(
    ("values", "level", "published"),
    [
        (TWO_PEOPLE, "nominal", 0.545),
        (FOUR_OBSERVERS, "nominal", 0.743),
        (FOUR_OBSERVERS, "interval", 0.849),
        (THREE_CODERS, "nominal", 0.691),
        (THREE_CODERS, "interval", 0.811),
    ],
    ids=["two people", "four observers", "four observers, numbers", "three coders", "three coders, numbers"],
)
def test_published_examples(values, level, published):
    assert krippendorff_alpha(values, level=level) == pytest.approx(published, abs=5e-4)


ratings = arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.sampled_from([NAN, 0, 1, 2, 3])
)


@given(values=ratings, level=st.sampled_from(["nominal", "interval", "circular"]))
def test_alpha_is_what_its_definition_says(values, level):
    expected = reliability.krippendorff_alpha(values, level)
    np.testing.assert_allclose(krippendorff_alpha(values, level=level), expected, atol=1e-9, equal_nan=True)


def test_angles_go_round():
    turns = [[3.1, 0.0, 1.0], [-3.1, 0.05, 1.02]]
    assert krippendorff_alpha(turns, level="circular") > 0.99
    assert krippendorff_alpha(turns, level="interval") < 0.1


def test_numbers_far_from_zero_keep_their_digits():
    sizes = np.random.default_rng(0).normal(4.0, 1.0, (2, 200))
    near = krippendorff_alpha(sizes, level="interval")
    assert krippendorff_alpha(sizes + 1e4, level="interval") == pytest.approx(near, abs=1e-6)


@given(seed=st.integers(0, 50), scale=st.sampled_from([1e-9, 1e-3, 1.0, 1e6]))
def test_alpha_of_numbers_does_not_depend_on_their_unit(seed, scale):
    values = np.random.default_rng(seed).normal(0.0, 1.0, (3, 9))
    assert krippendorff_alpha(scale * values, level="interval") == pytest.approx(
        krippendorff_alpha(values, level="interval")
    )


@pytest.mark.parametrize(
    "values",
    [[[1.0, 2.0]], [[1.0, NAN], [NAN, 2.0]], [[1.0, 1.0], [1.0, 1.0]], np.zeros((2, 0))],
    ids=["one person", "no unit of two", "nothing differs", "no units"],
)
def test_what_cannot_be_told_is_nan(values):
    assert np.isnan(krippendorff_alpha(values))


def test_infinite_values_are_refused():
    with pytest.raises(ArgumentError, match="finite, or NaN"):
        krippendorff_alpha([[1.0, np.inf], [1.0, 2.0]], level="interval")
