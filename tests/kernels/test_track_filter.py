import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Cuboids
from sensorann.geometry.overlap import bev_iou
from sensorann.kernels import association, track_filter
from tests import naive

NOISES = np.array([3.8, 0.03, 0.1, 0.01, 0.04, 0.02, 0.03, 0.05, 100.0, 0.25, 0.5])

pytestmark = pytest.mark.kernels


def drifting_boxes(rng, n):
    """Boxes (n, 9), every second one with a velocity, and seconds (n,)."""
    places = [rng.normal(0, 3, (n, 2)), rng.normal(0, 0.3, n), rng.normal(0, 0.2, n)]
    stated = np.where(rng.random((n, 1)) < 0.5, rng.normal(0, 5, (n, 2)), np.nan)
    boxes = np.column_stack([*places, rng.uniform(1, 5, (n, 3)), stated])
    return boxes, np.cumsum(rng.uniform(0.05, 0.5, n))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 8))
def test_filter_equals_filterpy(seed, n):
    boxes, seconds = drifting_boxes(np.random.default_rng(seed), n)
    state = track_filter.final_states(seconds, boxes, np.array([0, n]), NOISES)[0]
    mean, covariance = naive.constant_velocity_filter(seconds, boxes, NOISES)
    np.testing.assert_allclose(state[:10], mean, atol=1e-9)
    plan, height = covariance[np.ix_([0, 7], [0, 7])], covariance[np.ix_([2, 9], [2, 9])]
    np.testing.assert_allclose(state[10:13], plan[[0, 0, 1], [0, 1, 1]], atol=1e-9)
    np.testing.assert_allclose(state[13:16], height[[0, 0, 1], [0, 1, 1]], atol=1e-9)
    np.testing.assert_allclose(state[16:18], [covariance[3, 3], covariance[4, 4]], atol=1e-9)


@given(seed=st.integers(0, 2**32 - 1))
def test_misfit_is_the_density_of_place_and_velocity(seed):
    rng = np.random.default_rng(seed)
    boxes, seconds = drifting_boxes(rng, 8)
    end = track_filter.final_states(seconds[:4], boxes[:4], np.array([0, 4]), NOISES)
    begin = track_filter.final_states(seconds[:3:-1].copy(), boxes[:3:-1].copy(), np.array([0, 4]), NOISES)
    gap = seconds[4] - seconds[3]
    found = track_filter.misfits(end, np.array([0]), begin, np.array([0]), np.array([gap]), NOISES)
    np.testing.assert_allclose(found, [naive.misfit(end[0], begin[0], gap, NOISES)], rtol=1e-6)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 5), m=st.integers(1, 5))
def test_distance_iou_matches_its_parts(seed, n, m):
    rng = np.random.default_rng(seed)
    a, b = drifting_boxes(rng, n)[0], drifting_boxes(rng, m)[0]
    rectangles_a, rectangles_b = np.empty((n, 7)), np.empty((m, 7))
    association.rectangles(a, rectangles_a)
    association.rectangles(b, rectangles_b)
    found = association.distance_iou(rectangles_a, rectangles_b, 0.5, 0.25, 100.0)
    cuboids = [Cuboids.from_yaws(boxes[:, :3], boxes[:, 4:7], boxes[:, 3], frame="world") for boxes in (a, b)]
    expected = naive.distance_iou(*cuboids, bev_iou(*cuboids), hull_weight=0.5, distance_weight=0.25)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_pairs_out_of_reach_are_impossible():
    a = np.array([[0.0, 0, 1, 0, 2, 1, 2.3]])
    b = np.array([[8.0, 0, 1, 0, 2, 1, 2.3]])
    assert association.distance_iou(a, b, 0.5, 0.5, 3.0)[0, 0] == -np.inf
    assert np.isfinite(association.distance_iou(a, b, 0.5, 0.5, 4.0)[0, 0])


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 5), m=st.integers(0, 5))
def test_closeness_matches_naive(seed, n, m):
    rng = np.random.default_rng(seed)
    a, b, ahead = drifting_boxes(rng, n)[0], drifting_boxes(rng, m)[0], rng.uniform(2.0, 9.0, n)
    rectangles_a, rectangles_b = np.empty((n, 7)), np.empty((m, 7))
    association.rectangles(a, rectangles_a)
    association.rectangles(b, rectangles_b)
    found = association.closeness(rectangles_a, rectangles_b, ahead, 2.0)
    np.testing.assert_allclose(found, naive.closeness(a, b, ahead, 2.0), atol=1e-9)
