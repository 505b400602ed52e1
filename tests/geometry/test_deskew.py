import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError, TimeRangeError
from sensorann.geometry import Trajectory, Transform, Transforms, deskew_points
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Sweep, at_one_instant, deskew
from tests.builders import FRAME_NS, START_NS, make_trajectory
from tests.geometry.cases import seeds

EGO_FROM_LIDAR = Transform.from_yaw(0.4, [1.2, -0.3, 1.8])


def seen_from_the_moving_sensor(points_world, times, trajectory):
    return (trajectory.sample(times) @ EGO_FROM_LIDAR).inverse().apply(points_world)


@given(seed=seeds, speed=st.floats(0, 40), yaw_rate=st.floats(-1, 1))
def test_a_static_world_comes_back_as_seen_from_one_place(seed, speed, yaw_rate):
    rng = np.random.default_rng(seed)
    trajectory = make_trajectory(speed=speed, yaw_rate=yaw_rate, origin=(691_000, 5_335_000, 500))
    timestamp_ns = START_NS + 5 * FRAME_NS + 17
    offsets = rng.integers(-FRAME_NS, FRAME_NS, 200)
    points_world = rng.uniform(-60, 60, (200, 3)) + trajectory.world_from_ego.translations[5]
    measured = seen_from_the_moving_sensor(points_world, timestamp_ns + offsets, trajectory).astype(np.float32)
    sweep = Sweep(
        sensor="LIDAR", timestamp_ns=timestamp_ns, points=measured, fields={"time_offset_ns": offsets, "ring": offsets}
    )
    still = deskew(sweep, ego_from_sensor=EGO_FROM_LIDAR, trajectory=trajectory)
    expected = (trajectory.at(timestamp_ns) @ EGO_FROM_LIDAR).inverse().apply(points_world)
    np.testing.assert_allclose(still.points, expected, atol=1e-4)
    np.testing.assert_array_equal(still.fields["ring"], offsets)
    again = deskew(still, ego_from_sensor=EGO_FROM_LIDAR, trajectory=trajectory)
    np.testing.assert_allclose(again.points, still.points, atol=1e-5)


def test_half_turns_between_poses_keep_to_the_shorter_way():
    """Headings that pass 180 degrees, where quaternions change their sign."""
    yaws = np.radians([150.0, 170.0, 190.0, 210.0, 230.0])
    times = START_NS + np.arange(5) * FRAME_NS
    trajectory = Trajectory(times, Transforms(rotations_from_yaws(yaws), np.zeros((5, 3))))
    offsets = np.linspace(-2, 2, 41) * FRAME_NS
    points_world = np.tile([10.0, 5.0, 1.0], (41, 1))
    measured = seen_from_the_moving_sensor(points_world, times[2] + offsets.astype(np.int64), trajectory)
    moved = deskew_points(
        measured,
        offsets.astype(np.int64),
        timestamp_ns=int(times[2]),
        ego_from_sensor=EGO_FROM_LIDAR,
        trajectory=trajectory,
    )
    np.testing.assert_allclose(moved, np.tile(moved[20], (41, 1)), atol=1e-9)


def test_points_without_motion_or_position_stay():
    points = np.array([[1, 2, 3], [np.nan, 0, 0]], np.float32)
    moved = deskew_points(
        points, [0, 5], timestamp_ns=START_NS, ego_from_sensor=EGO_FROM_LIDAR, trajectory=make_trajectory()
    )
    assert moved.dtype == np.float32
    np.testing.assert_allclose(moved[0], points[0], atol=1e-6)
    assert np.isnan(moved[1]).any()


def test_a_single_pose_moves_nothing():
    moved = deskew_points(
        [[1.0, 2.0, 3.0]],
        [0],
        timestamp_ns=START_NS,
        ego_from_sensor=EGO_FROM_LIDAR,
        trajectory=make_trajectory(n=1),
    )
    np.testing.assert_allclose(moved, [[1, 2, 3]], atol=1e-12)


def test_an_empty_sweep_stays_empty():
    moved = deskew_points(
        np.zeros((0, 3), np.float32),
        np.zeros(0, np.int64),
        timestamp_ns=START_NS,
        ego_from_sensor=EGO_FROM_LIDAR,
        trajectory=make_trajectory(),
    )
    assert moved.shape == (0, 3)


def test_poses_are_never_invented():
    with pytest.raises(TimeRangeError, match="outside the ego trajectory"):
        deskew_points(
            np.zeros((1, 3)),
            [-1],
            timestamp_ns=START_NS,
            ego_from_sensor=EGO_FROM_LIDAR,
            trajectory=make_trajectory(),
        )


def test_a_sweep_without_times_per_point_says_which_fields_it_has():
    sweep = Sweep(sensor="LIDAR", timestamp_ns=START_NS, points=np.zeros((1, 3)), fields={"ring": np.zeros(1)})
    with pytest.raises(ArgumentError, match="time_offset_ns to be deskewed, LIDAR has: ring"):
        deskew(sweep, ego_from_sensor=EGO_FROM_LIDAR, trajectory=make_trajectory())


def timed(offsets):
    points = np.random.default_rng(0).uniform(-30, 30, (len(offsets), 3))
    return Sweep(sensor="LIDAR", timestamp_ns=START_NS, points=points, fields={"time_offset_ns": offsets})


def test_at_one_instant_is_deskewed_where_that_can_be():
    sweep, trajectory = timed(np.array([0, FRAME_NS // 2, FRAME_NS])), make_trajectory(speed=20.0)
    expected = deskew(sweep, ego_from_sensor=EGO_FROM_LIDAR, trajectory=trajectory)
    found = at_one_instant(sweep, ego_from_sensor=EGO_FROM_LIDAR, trajectory=trajectory)
    np.testing.assert_array_equal(found.points, expected.points)
    assert np.linalg.norm(found.points - sweep.points, axis=1).max() > 1


@pytest.mark.parametrize(
    ("sweep", "trajectory"),
    [
        (timed(np.array([-1, 0])), make_trajectory()),
        (timed(np.zeros(2, np.int64)), make_trajectory()),
        (timed(np.array([1, 2])), None),
        (timed(np.zeros(0, np.int64)), make_trajectory()),
        (Sweep(sensor="LIDAR", timestamp_ns=START_NS, points=np.ones((2, 3))), make_trajectory()),
    ],
    ids=["before the first pose", "at one instant already", "no poses", "no points", "no times"],
)
def test_at_one_instant_is_the_sweep_itself_where_nothing_can_be_done(sweep, trajectory):
    assert at_one_instant(sweep, ego_from_sensor=EGO_FROM_LIDAR, trajectory=trajectory) is sweep
