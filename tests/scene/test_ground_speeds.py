"""Speeds over ground of radar returns, with the own motion taken out by the radar or here."""

import numpy as np
import pytest

from sensorann.geometry import Transform
from sensorann.scene import Sensor, Sweep, returns_over_ground
from tests.builders import FRAME_NS, START_NS, make_trajectory

RADAR = Sensor(name="RADAR", kind="radar", ego_from_sensor=Transform.from_yaw(0.5, np.array([3.0, 0.4, 0.6])))
POINTS = np.array([[10.0, 2.0, 0.0], [25.0, -4.0, 0.5], [np.nan, 0.0, 0.0]], np.float32)
TRAJECTORY = make_trajectory(n=12, speed=6.0)
AT_NS = int(START_NS + 4 * FRAME_NS)


def scan(*, points=POINTS, at_ns=AT_NS, **fields):
    columns = {name: np.asarray(values, np.float32) for name, values in fields.items()}
    return Sweep(sensor="RADAR", timestamp_ns=at_ns, points=points, fields=columns)


def rates_of_what_stands(trajectory=TRAJECTORY, *, at_ns=AT_NS, shifts_ns=(-1_000_000, 1_000_000)):
    """Rates at which the ranges of standing things change: finite differences of their distances."""
    places = (trajectory.at(at_ns) @ RADAR.ego_from_sensor).apply(np.nan_to_num(POINTS))
    steps = [(trajectory.at(at_ns + shift) @ RADAR.ego_from_sensor).translation for shift in shifts_ns]
    before, after = (np.linalg.norm(places - step, axis=1) for step in steps)
    return (after - before) / ((shifts_ns[1] - shifts_ns[0]) * 1e-9)


def test_what_stands_has_no_speed_over_ground():
    found = returns_over_ground(scan(doppler=rates_of_what_stands()), RADAR, TRAJECTORY)
    np.testing.assert_allclose(found.speeds, 0.0, atol=0.02)
    assert np.abs(rates_of_what_stands()[:2]).min() > 3.0  # it is the own motion that was taken out


def test_the_own_motion_is_that_of_the_instant():
    turning = make_trajectory(n=12, speed=6.0, yaw_rate=1.0)
    found = returns_over_ground(scan(doppler=rates_of_what_stands(turning)), RADAR, turning)
    np.testing.assert_allclose(found.speeds, 0.0, atol=0.03)


@pytest.mark.parametrize(("end", "shifts_ns"), [("start_ns", (0, 1_000_000)), ("end_ns", (-1_000_000, 0))])
def test_the_first_and_the_last_instant_have_an_own_motion(end, shifts_ns):
    at_ns = int(getattr(TRAJECTORY, end))
    rates = rates_of_what_stands(at_ns=at_ns, shifts_ns=shifts_ns)
    found = returns_over_ground(scan(at_ns=at_ns, doppler=rates), RADAR, TRAJECTORY)
    np.testing.assert_allclose(found.speeds, 0.0, atol=0.02)


def test_both_ways_of_telling_speeds_agree():
    lines = POINTS / np.linalg.norm(POINTS, axis=1, keepdims=True)
    own = returns_over_ground(scan(vx_comp=4.0 * lines[:, 0], vy_comp=4.0 * lines[:, 1]), RADAR, None)
    other = returns_over_ground(scan(doppler=rates_of_what_stands() + 4.0), RADAR, TRAJECTORY)
    np.testing.assert_allclose(own.speeds, other.speeds, atol=0.03)


def test_returns_lie_in_the_ego_frame_without_those_that_have_no_place():
    found = returns_over_ground(scan(doppler=np.zeros(3)), RADAR, TRAJECTORY)
    np.testing.assert_allclose(found.places, RADAR.ego_from_sensor.apply(POINTS[:2]), atol=1e-6)
    toward = found.places - RADAR.ego_from_sensor.translation
    np.testing.assert_allclose(found.sights, toward / np.linalg.norm(toward, axis=1, keepdims=True), atol=1e-6)


def test_returns_without_a_speed_are_left_out():
    found = returns_over_ground(scan(doppler=[np.nan, 1.0, 1.0]), RADAR, TRAJECTORY)
    np.testing.assert_allclose(found.places, RADAR.ego_from_sensor.apply(POINTS[1:2]), atol=1e-6)
    assert len(found.sights) == len(found.speeds) == 1


def test_a_return_in_the_radar_itself_comes_from_nowhere():
    found = returns_over_ground(scan(points=np.zeros((1, 3), np.float32), doppler=[1.5]), RADAR, TRAJECTORY)
    assert found.speeds.tolist() == [1.5]


@pytest.mark.parametrize(
    ("fields", "trajectory"),
    [({"rcs": np.zeros(3)}, TRAJECTORY), ({"doppler": np.zeros(3)}, None), ({"vx_comp": np.zeros(3)}, TRAJECTORY)],
    ids=["no speed", "raw without poses", "half a speed"],
)
def test_scans_that_tell_no_speed_over_ground(fields, trajectory):
    assert returns_over_ground(scan(**fields), RADAR, trajectory) is None


def test_a_raw_scan_outside_of_the_poses_tells_no_speed():
    late_ns = int(TRAJECTORY.end_ns) + 1
    assert returns_over_ground(scan(at_ns=late_ns, doppler=np.zeros(3)), RADAR, TRAJECTORY) is None
