"""Transforms, rotations and trajectories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from sensorann.errors import ArgumentError, TimeRangeError
from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.geometry.rotations import (
    quaternions_from_rotations,
    rotations_from_quaternions,
    rotations_from_yaws,
    slerp,
    wrap_angle,
    yaws_from_rotations,
)
from tests.builders import FRAME_NS, START_NS, make_trajectory
from tests.geometry.cases import random_rotations, seeds


def random_transforms(rng, n):
    return Transforms(random_rotations(rng, n), rng.uniform(-100, 100, (n, 3)))


@given(seed=seeds)
def test_the_inverse_undoes_a_transform(seed):
    rng = np.random.default_rng(seed)
    many, points = random_transforms(rng, 5), rng.uniform(-100, 100, (5, 3))
    np.testing.assert_allclose(many.inverse().apply(many.apply(points)), points, atol=1e-10)
    one = many[0]
    np.testing.assert_allclose((one.inverse() @ one).matrix, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(one.inverse().apply(one.apply(points)), points, atol=1e-10)


@given(seed=seeds)
def test_chains_apply_from_right_to_left(seed):
    rng = np.random.default_rng(seed)
    a, b, points = random_transforms(rng, 4), random_transforms(rng, 4), rng.normal(size=(4, 3))
    expected = np.stack([a[i].apply(b[i].apply(points[i])) for i in range(4)])
    np.testing.assert_allclose((a @ b).apply(points), expected, atol=1e-10)
    np.testing.assert_allclose((a @ b[0]).apply(points), a.apply(b[0].apply(points)), atol=1e-10)
    np.testing.assert_allclose((a[0] @ b).apply(points), a[0].apply(b.apply(points)), atol=1e-10)
    np.testing.assert_allclose((a[0] @ b[0]).matrix, a[0].matrix @ b[0].matrix, atol=1e-10)


@given(seed=seeds)
def test_transforms_keep_lengths_and_turn_vectors_without_moving_them(seed):
    rng = np.random.default_rng(seed)
    pose, points = random_transforms(rng, 1)[0], rng.normal(size=(6, 3))
    np.testing.assert_allclose(pose.rotate(points[1:] - points[:-1]), np.diff(pose.apply(points), axis=0), atol=1e-10)
    np.testing.assert_allclose(np.linalg.norm(pose.rotate(points), axis=1), np.linalg.norm(points, axis=1))


@given(seed=seeds)
def test_quaternions_are_those_of_scipy(seed):
    rotations = random_rotations(np.random.default_rng(seed), 20)
    ours = quaternions_from_rotations(rotations)
    theirs = Rotation.from_matrix(rotations).as_quat(canonical=True, scalar_first=True)
    np.testing.assert_allclose(np.abs(np.sum(ours * theirs, axis=1)), 1.0, atol=1e-12)
    assert (ours[:, 0] >= 0).all()
    np.testing.assert_allclose(rotations_from_quaternions(ours), rotations, atol=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_half_turns_keep_their_quaternion(axis):
    rotation = -np.eye(3)
    rotation[axis, axis] = 1.0
    quaternion = quaternions_from_rotations(rotation)
    np.testing.assert_allclose(np.abs(quaternion), np.eye(4)[axis + 1], atol=1e-12)
    assert not np.signbit(quaternion).any()  # with -np.eye(3), the zeros are negative


@given(yaw=st.floats(-50, 50))
def test_headings_survive_the_rotation_wrapped(yaw):
    back = yaws_from_rotations(rotations_from_yaws(yaw))
    assert -np.pi <= back < np.pi
    assert np.cos(back - yaw) == pytest.approx(1.0)
    assert wrap_angle(np.pi) == -np.pi


@given(seed=seeds)
def test_slerp_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    ends, fractions = random_rotations(rng, 2), rng.random(10)
    quaternions = np.repeat(quaternions_from_rotations(ends)[:, None], 10, axis=1)
    ours = rotations_from_quaternions(slerp(quaternions[0], quaternions[1], fractions))
    theirs = Slerp([0, 1], Rotation.from_matrix(ends))(fractions).as_matrix()
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.diag([1.0, 1.0, -1.0]), "det -1"),
        (np.eye(3) * 1.01, "off from orthonormal"),
        (np.full((3, 3), np.nan), "must be rotations"),
    ],
    ids=["mirror", "scale", "NaN"],
)
def test_what_is_no_rotation_is_refused(matrix, message):
    with pytest.raises(ArgumentError, match=message):
        Transform(matrix, np.zeros(3))


def test_a_quaternion_of_norm_zero_is_refused():
    with pytest.raises(ArgumentError, match="norm zero"):
        Transform.from_quaternion([0, 0, 0, 0], [0, 0, 0])


@given(seed=seeds)
def test_trajectories_pass_through_their_poses(seed):
    rng = np.random.default_rng(seed)
    times = START_NS + np.cumsum(rng.integers(1, 2 * FRAME_NS, 6))
    trajectory = Trajectory(times, random_transforms(rng, 6))
    sampled = trajectory.sample(times)
    np.testing.assert_allclose(sampled.rotations, trajectory.world_from_ego.rotations, atol=1e-9)
    np.testing.assert_allclose(sampled.translations, trajectory.world_from_ego.translations, atol=1e-9)


def test_between_two_poses_position_and_heading_are_halfway():
    poses = Transforms(rotations_from_yaws([3.0, -3.0]), np.array([[6e5, 5e6, 0], [6e5 + 1, 5e6 + 2, 0.5]]))
    trajectory = Trajectory(np.array([START_NS, START_NS + 101]), poses)
    middle = trajectory.at(START_NS + 50)
    share = 50 / 101
    np.testing.assert_allclose(middle.translation, np.array([6e5, 5e6, 0]) + share * np.array([1, 2, 0.5]), atol=1e-9)
    # The shorter way leads over 180 degrees.
    assert middle.yaw == pytest.approx(float(wrap_angle(3.0 + share * (2 * np.pi - 6.0))))


@pytest.mark.parametrize("offset", [-1, 19 * FRAME_NS + 1])
def test_instants_outside_the_trajectory_are_refused(offset):
    trajectory = make_trajectory(n=20)
    assert not trajectory.covers([START_NS + offset]).any()
    with pytest.raises(TimeRangeError, match="1 of 2 instants lie outside"):
        trajectory.sample([START_NS, START_NS + offset])


@pytest.mark.parametrize("times", [[1, 1], [2, 1], []], ids=["twice", "backwards", "none"])
def test_trajectories_need_rising_instants(times):
    poses = Transforms(np.tile(np.eye(3), (len(times), 1, 1)), np.zeros((len(times), 3)))
    with pytest.raises(ArgumentError, match=r"increase strictly|at least one"):
        Trajectory(np.array(times, np.int64), poses)
