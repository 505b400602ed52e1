"""What becomes an array of integers, and what would become another number."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from tests.builders import make_camera


@pytest.mark.parametrize(
    "values",
    [[], [2.0, -3.0], np.array([2.0**53 - 1]), [True], np.uint64([7]), np.array([5], object), np.float16([3])],
    ids=["none", "whole floats", "largest float", "bool", "unsigned", "objects", "half"],
)
def test_whole_numbers_become_integers(values):
    array = as_array(values, (None,), np.int64, name="n")
    assert array.dtype == np.int64
    assert array.tolist() == [int(value) for value in values]


@pytest.mark.parametrize(
    "values",
    [[1.5], [np.nan], [np.inf], [2.0**53], [2**63], [2**70], np.array([1.5], object), [None]],
    ids=["fraction", "NaN", "infinity", "inexact float", "too large", "far too large", "object fraction", "nothing"],
)
def test_what_an_integer_cannot_hold_is_refused(values):
    with pytest.raises(ArgumentError, match=f"n must be whole numbers from -9223372036854775808 .* got {values[0]}"):
        as_array(values, (None,), np.int64, name="n")


@pytest.mark.parametrize("values", [[-1], np.array([256]), [300.0]])
def test_what_does_not_fit_a_small_integer_is_refused(values):
    with pytest.raises(ArgumentError, match="n must be whole numbers from 0 to 255"):
        as_array(values, (None,), np.uint8, name="n")


@pytest.mark.parametrize("size", [(0, 480), (640, -1), (640.5, 480), (640,), (640, 480, 3), (640, np.nan)])
def test_the_size_of_a_camera_is_two_whole_numbers_above_zero(size):
    with pytest.raises(ArgumentError, match="size must"):
        make_camera_of(size)


def test_the_size_of_a_camera_becomes_a_pair():
    assert make_camera_of(np.array([640.0, 480.0])).size == (640, 480)


def make_camera_of(size):
    camera = make_camera()
    return type(camera)(matrix=camera.matrix, size=size, distortion=camera.distortion)
