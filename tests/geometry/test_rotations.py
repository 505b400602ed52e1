import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from sensorann.geometry.rotations import interpolate_rotations, rotation_angles

seeds = st.integers(0, 2**32 - 1)


def random_rotations(seed, n):
    return Rotation.random(n, random_state=np.random.default_rng(seed))


@given(seed=seeds)
@settings(deadline=None)
def test_rotations_between_others_are_those_of_scipy(seed):
    ends = random_rotations(seed, 2)
    fractions = np.linspace(0, 1, 7)
    start, end = (np.repeat(one.as_matrix()[None], 7, axis=0) for one in ends)
    expected = Slerp([0, 1], ends)(fractions).as_matrix()
    np.testing.assert_allclose(interpolate_rotations(start, end, fractions), expected, atol=1e-9)


def test_beyond_the_end_the_turn_goes_on():
    start, end = Rotation.from_rotvec([0, 0, 0.1]), Rotation.from_rotvec([0, 0, 0.3])
    beyond = interpolate_rotations(start.as_matrix()[None], end.as_matrix()[None], [1.5])
    np.testing.assert_allclose(beyond[0], Rotation.from_rotvec([0, 0, 0.4]).as_matrix(), atol=1e-12)


@given(seed=seeds)
@settings(deadline=None)
def test_angles_are_those_of_scipy(seed):
    rotations = random_rotations(seed, 10)
    np.testing.assert_allclose(rotation_angles(rotations.as_matrix()), rotations.magnitude(), atol=1e-9)


@pytest.mark.parametrize("angle", [0.0, 1e-11, 1e-5, np.pi / 2, np.pi - 1e-9, np.pi])
def test_an_angle_keeps_its_digits_near_none_and_near_a_half_turn(angle):
    turn = Rotation.from_rotvec(angle * np.array([0.48, -0.6, 0.64])).as_matrix()
    assert rotation_angles(turn) == pytest.approx(angle, rel=1e-9, abs=1e-15)
