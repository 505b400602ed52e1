"""Interpolated boxes against boxes that a human placed and nobody showed to the program."""

import logging

import numpy as np
import pytest

from benchmarks import kitti_interpolation

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def table(real_data):
    logging.disable(logging.WARNING)  # one note per drive whose poses are taken away on purpose
    yield kitti_interpolation.measure(kitti_interpolation.read_cases(real_data))
    logging.disable(logging.NOTSET)


def test_the_straight_line_has_the_known_error(table):
    assert round(table["linear"]["centre_mean_m"], 3) == 0.278
    assert round(table["linear"]["iou_above_0.7"], 3) == 0.768


@pytest.mark.parametrize("method", ["smooth", "smooth, keyframe sigma 0.1 m", "spline"])
def test_smooth_curves_come_close_to_the_hidden_boxes(table, method):
    assert table[method]["n"] > 3000
    assert table[method]["centre_mean_m"] <= 0.160
    assert table[method]["iou_above_0.7"] >= 0.88


def test_the_sensor_frame_is_more_than_twice_as_bad(table):
    assert table["linear, sensor frame"]["centre_mean_m"] > 2 * table["linear"]["centre_mean_m"]


def test_intervals_of_sigma_hold_at_least_what_they_promise(table):
    assert table["smooth"]["coverage_50_xy"] >= 0.5
    assert table["smooth"]["coverage_90_xy"] >= 0.9


def test_a_straight_stretch_has_no_kinks_and_a_corner_is_one():
    path = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [2, 1, 0], [2, 2, 0]])
    np.testing.assert_array_equal(kitti_interpolation.kinks(path), [False, False, True, False, False])


def test_keyframes_are_ends_and_kinks_far_enough_apart():
    bends = np.zeros(50, bool)
    bends[[5, 20, 30, 41, 45]] = True
    np.testing.assert_array_equal(kitti_interpolation.choose_keyframes(bends, 20), [0, 20, 41, 49])
