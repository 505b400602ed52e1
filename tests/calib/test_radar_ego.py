"""Where a radar points, from Doppler: found on a simulated road, refused where there is nothing to see."""

import numpy as np
import pytest

from calib.radars.doppler import own_velocity, range_rates
from calib.radars.file import radar_document, radar_summary
from calib.radars.radar_ego import calibrate_radar_ego
from sensorann.errors import CalibrationError
from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import MemoryDrive, make_trajectory

TRUE_POSE = Transform.from_yaw(np.deg2rad(3.0), [3.4, 0.4, 0.5])
NOISE = 0.06


def make_scan(velocity, *, seed=0, n=60, n_movers=20, flip=1.0) -> Sweep:
    """Scan of a radar that moves with a velocity (2,) in its own plane, past still things and movers."""
    rng = np.random.default_rng(seed)
    azimuths = rng.uniform(-1.0, 1.0, n)
    lines = np.stack([np.cos(azimuths), np.sin(azimuths)], axis=1)
    rates = -lines @ velocity + NOISE * rng.normal(size=n)
    rates[:n_movers] += rng.uniform(2, 20, n_movers)
    points = np.column_stack([rng.uniform(5, 60, n)[:, None] * lines, np.zeros(n)])
    return Sweep(
        sensor="RADAR",
        timestamp_ns=0,
        points=points.astype(np.float32),
        fields={"doppler": flip * rates.astype(np.float32)},
    )


def make_drive(*, n=150, speed=12.0, weave=0.0, rig_yaw=0.0, flip=1.0, seed=0) -> MemoryDrive:
    """A drive whose radar sits at `TRUE_POSE`, while the rig says otherwise; the road weaves by up to that yaw."""
    said = Transform.from_yaw(rig_yaw, [3.5, 0.5, 0.5])
    seconds = np.arange(0, n, 0.1) * 0.1
    yaws = weave * np.sin(0.8 * seconds)
    steps = np.stack([np.cos(yaws), np.sin(yaws), np.zeros_like(yaws)], axis=1) * speed * 0.01
    poses = Transforms(rotations_from_yaws(yaws), np.cumsum(steps, axis=0) - steps / 2)
    trajectory = Trajectory((seconds * 1e9).astype(np.int64), poses)
    rig = Rig((Sensor(name="RADAR", kind="radar", ego_from_sensor=said),))
    times = np.arange(n) * 0.1
    rates = 0.8 * weave * np.cos(0.8 * times)
    velocities_ego = np.stack([speed - 0.4 * rates, 3.4 * rates, np.zeros(n)], axis=1)
    velocities = TRUE_POSE.inverse().rotate(velocities_ego)[:, :2]
    scans = [make_scan(velocity, seed=1000 * seed + i, flip=flip) for i, velocity in enumerate(velocities)]
    return MemoryDrive(
        rig=rig, trajectory=trajectory, sweeps={"RADAR": scans}, times={"RADAR": (times * 1e9).astype(np.int64)}
    )


def test_the_own_velocity_is_that_of_what_stands_still():
    own = own_velocity(make_scan(np.array([9.0, -0.7])))
    assert np.all(np.abs(own.velocity - [9.0, -0.7]) < 4 * np.sqrt(np.diag(own.covariance)))
    assert 35 <= own.n_static <= 42


@pytest.mark.parametrize(("n", "n_movers"), [(8, 0), (60, 58)], ids=["few returns", "only movers"])
def test_a_scan_without_a_static_world_tells_nothing(n, n_movers):
    assert own_velocity(make_scan(np.array([9.0, 0.0]), n=n, n_movers=n_movers)) is None


def test_velocities_along_the_line_of_sight_are_taken_for_doppler():
    scan = make_scan(np.array([9.0, 0.5]))
    lines = scan.points[:, :2] / np.linalg.norm(scan.points[:, :2], axis=1, keepdims=True)
    vx, vy = (scan.fields["doppler"][:, None] * lines).T
    other = Sweep(sensor="RADAR", timestamp_ns=0, points=scan.points, fields={"vx": vx, "vy": vy})
    np.testing.assert_allclose(range_rates(other), scan.fields["doppler"], atol=1e-5)


def test_yaw_and_place_are_found_on_a_winding_road():
    found = calibrate_radar_ego(make_drive(weave=0.4), "RADAR")
    off = np.array([found.yaw - np.deg2rad(3.0), *(found.place - [3.4, 0.4])])
    assert np.all(np.abs(off) < 4 * found.sigmas)
    assert found.sigmas[0] < np.deg2rad(0.1)
    assert np.all(found.sigmas[1:] < 0.1)
    assert len(found.warnings) == 1
    assert "yaw     3.0" in radar_summary(found)
    assert radar_document(found)["scans"] == {"given": 150, "used": found.n_used}


def test_a_straight_road_tells_the_yaw_and_not_the_place():
    found = calibrate_radar_ego(make_drive(), "RADAR")
    assert np.rad2deg(found.yaw) == pytest.approx(3.0, abs=0.15)
    np.testing.assert_allclose(found.place, [3.5, 0.5], atol=1e-6)
    assert found.warnings[1].startswith("x is known to 0.30 m only")


def test_a_steady_bend_does_not_hide_that_yaw_and_place_look_alike():
    drive = make_drive()
    trajectory = make_trajectory(n=150, speed=12.0, yaw_rate=0.1)
    velocity = TRUE_POSE.inverse().rotate([12.0 - 0.04, 0.34, 0.0])[:2]
    scans = [make_scan(velocity, seed=i) for i in range(150)]
    found = calibrate_radar_ego(MemoryDrive(rig=drive.rig, trajectory=trajectory, sweeps={"RADAR": scans}), "RADAR")
    off = np.array([found.yaw - np.deg2rad(3.0), *(found.place - [3.4, 0.4])])
    assert np.all(np.abs(off) < 3 * found.sigmas)
    assert found.warnings[1].startswith("x is known to 0.30 m only")


def test_the_stated_sigma_of_the_yaw_holds_on_few_seconds():
    off = []
    for seed in range(50, 62):
        found = calibrate_radar_ego(make_drive(n=60, seed=seed), "RADAR")
        off.append((found.yaw - np.deg2rad(3.0)) / found.sigmas[0])
    assert 0.6 < np.sqrt(np.mean(np.square(off))) < 1.4


def test_a_range_rate_of_the_other_sign_is_named():
    found = calibrate_radar_ego(make_drive(flip=-1.0), "RADAR")
    assert "positive towards it" in found.warnings[-1]


def test_what_tells_no_yaw_is_refused():
    with pytest.raises(CalibrationError, match=r"0 of 40 scans of RADAR .* faster or longer"):
        calibrate_radar_ego(make_drive(n=40, speed=2.0), "RADAR")
    with pytest.raises(CalibrationError, match="no ego trajectory"):
        calibrate_radar_ego(MemoryDrive(rig=make_drive(n=2).rig, trajectory=None), "RADAR")
    compensated = Sweep(
        sensor="RADAR", timestamp_ns=0, points=np.ones((3, 3), np.float32), fields={"vx_comp": np.zeros(3)}
    )
    with pytest.raises(CalibrationError, match="without compensation of the ego motion, it has vx_comp"):
        range_rates(compensated)


def test_a_sensor_that_is_no_radar_is_named():
    rig = Rig((Sensor(name="TOP", kind="lidar", ego_from_sensor=Transform.identity()),))
    with pytest.raises(CalibrationError, match="TOP is a lidar: name a radar"):
        calibrate_radar_ego(MemoryDrive(rig=rig, trajectory=None, times={}), "TOP")
