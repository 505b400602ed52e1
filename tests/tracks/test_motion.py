"""Heading and size between keyframes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry.rotations import rotations_from_quaternions, rotations_from_yaws, wrap_angle
from sensorann.scene import Motion, Wander
from sensorann.tracks.keyframes import Ragged
from sensorann.tracks.motion.extent import SIZE_TOLERANCE, fill_sizes
from sensorann.tracks.motion.heading import fill_rotations, fill_yaws

SECOND = 1_000_000_000
ROWS = np.array([0, 0, 1, 1])
FRACTIONS = np.array([0.0, 0.5, 0.25, 1.0])


def yaws_between(yaws, motion, *, method="smooth", n=9):
    """Yaws of one track with keyframes a second apart, at n instants in each second."""
    times = np.arange(len(yaws)) * SECOND
    at = np.linspace(0, times[-1], n * (len(yaws) - 1) + 1).astype(np.int64)
    result, _ = fill_yaws(
        Ragged.of([times]),
        np.asarray(yaws, np.float64),
        Ragged.of([at]),
        motions=[motion],
        wanders=[Wander(noise=0.1, placement=0.0)],
        sigmas=np.zeros(len(yaws)),
        method=method,
    )
    return result


@pytest.mark.parametrize("motion", list(Motion))
def test_yaw_turns_the_shorter_way_round(motion):
    result = yaws_between([3.0, -3.0], motion)
    assert (wrap_angle(result - np.pi) <= 0.15).all()
    np.testing.assert_allclose(wrap_angle(result[-1]), -3.0)
    assert np.abs(wrap_angle(result)).min() > 2.9


@given(yaws=st.lists(st.floats(-3, 3), min_size=2, max_size=6), motion=st.sampled_from(list(Motion)))
def test_yaw_never_overshoots_its_keyframes(yaws, motion):
    unwrapped = np.unwrap(yaws)
    result = yaws_between(yaws, motion, n=8)
    for k in range(len(yaws) - 1):
        low, high = sorted(unwrapped[k : k + 2])
        assert (result[8 * k : 8 * k + 9] >= low - 1e-9).all()
        assert (result[8 * k : 8 * k + 9] <= high + 1e-9).all()


@pytest.mark.parametrize(
    ("motion", "method", "is_straight"),
    [
        (Motion.VEHICLE, "smooth", False),
        (Motion.TWO_WHEELER, "spline", False),
        (Motion.VEHICLE, "linear", True),
        (Motion.PEDESTRIAN, "smooth", True),
        (Motion.STATIC, "smooth", True),
    ],
)
def test_yaw_is_straight_for_people_and_static_things_and_curved_for_vehicles(motion, method, is_straight):
    result = yaws_between([0.0, 0.0, 1.0], motion, method=method, n=10)
    assert np.isclose(result[12], 0.2, atol=1e-9) == is_straight


@given(seed=st.integers(0, 2**32 - 1))
def test_rotation_is_the_yaw_after_a_tilt_by_slerp(seed):
    rng = np.random.default_rng(seed)
    tilts = rotations_from_quaternions(np.column_stack([np.ones(3), rng.normal(0, 0.1, (3, 2)), np.zeros(3)]))
    keys = rotations_from_yaws(rng.uniform(-3, 3, 3)) @ tilts
    yaws = rng.uniform(-3, 3, 4)
    result = fill_rotations(keys, yaws, ROWS, FRACTIONS)
    np.testing.assert_allclose(np.arctan2(result[:, 1, 0], result[:, 0, 0]), yaws, atol=1e-9)
    up = result[:, 2, 2]
    np.testing.assert_allclose(up[[0, 3]], [keys[0, 2, 2], keys[2, 2, 2]], atol=1e-12)


def test_upright_boxes_stay_upright():
    result = fill_rotations(rotations_from_yaws(np.array([0.1, 0.9, -2])), np.linspace(-3, 3, 4), ROWS, FRACTIONS)
    np.testing.assert_allclose(result, rotations_from_yaws(np.linspace(-3, 3, 4)), atol=1e-15)


def test_half_the_way_is_half_the_tilt():
    def pitched(angle):
        return rotations_from_quaternions([np.cos(angle / 2), 0, np.sin(angle / 2), 0])

    keys = np.stack([pitched(0.0), pitched(0.2)])
    result = fill_rotations(keys, np.zeros(1), np.array([0]), np.array([0.5]))
    np.testing.assert_allclose(result[0], pitched(0.1), atol=1e-12)


def test_one_size_stays_bit_for_bit():
    sizes = np.tile([4.123456789, 1.8, 1.5], (3, 1))
    filled, sigmas = fill_sizes(sizes, np.zeros((3, 3)), ROWS, FRACTIONS)
    assert (filled == sizes[0]).all()
    assert (sigmas == 0).all()


def test_sizes_that_differ_within_tolerance_become_one():
    sizes = np.array([[4.0, 2, 1.5], [4.01, 2, 1.5], [3.99, 2, 1.5]])
    filled, sigmas = fill_sizes(sizes, np.zeros((3, 3)), ROWS, FRACTIONS)
    assert (filled == [4.0, 2, 1.5]).all()
    np.testing.assert_allclose(sigmas[0], [0.01 * np.sqrt(2 / 3), 0, 0])


def test_sizes_that_differ_within_their_sigma_become_one():
    sizes = np.array([[4.0, 2, 1.5], [4.2, 2, 1.5], [3.9, 2, 1.5]])
    filled, _ = fill_sizes(sizes, np.full((3, 3), 0.25), ROWS, FRACTIONS)
    assert (filled == filled[0]).all()


def test_the_surest_keyframes_decide_the_size():
    sizes = np.array([[4.0, 2, 1.5], [4.2, 2, 1.5], [4.2, 2, 1.5]])
    sigmas = np.array([[0.0] * 3, [0.5] * 3, [0.5] * 3])
    filled, _ = fill_sizes(sizes, sigmas, ROWS, FRACTIONS)
    assert (filled == sizes[0]).all()


def test_a_door_that_opens_goes_straight_from_keyframe_to_keyframe():
    sizes = np.array([[4.0, 2, 1.5], [4.0, 3, 1.5], [4.0, 2, 1.5]])
    filled, sigmas = fill_sizes(sizes, np.zeros((3, 3)), ROWS, FRACTIONS)
    np.testing.assert_allclose(filled[:, 1], [2, 2.5, 2.75, 2])
    np.testing.assert_allclose(sigmas[:, 1], [0, 0.5, np.sqrt(0.25 * 0.75), 0])
    assert (filled[:, 0] == 4.0).all()
    assert (sigmas[:, 0] == 0).all()


def test_a_size_just_beyond_the_tolerance_counts_as_another():
    sizes = np.array([[4.0, 2, 1.5], [4.0, 2, 1.5], [4.0 + 1.01 * SIZE_TOLERANCE, 2, 1.5]])
    filled, _ = fill_sizes(sizes, np.zeros((3, 3)), np.array([1]), np.array([0.5]))
    assert filled[0, 0] > 4.0
