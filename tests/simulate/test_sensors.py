"""Measurements against the truth of the world: LiDAR points on faces, Doppler along the line of sight, pictures."""

import numpy as np
import pytest

from sensorann.geometry.deskew import deskew_points
from sensorann.simulate import simulate_drive
from sensorann.simulate.casting import PAVEMENT, ROAD
from sensorann.simulate.radar import AZIMUTH_NOISE, DOPPLER_NOISE, FALSE_ALARM, RANGE_NOISE
from sensorann.simulate.vehicle import LIDAR, RADAR

NOISE = 0.02


@pytest.fixture(scope="module")
def drive():
    return simulate_drive(seed=11, n_frames=12, n_actors=20, n_beams=32, n_columns=900, range_noise=NOISE)[0]


@pytest.fixture(scope="module")
def exact():
    return simulate_drive(seed=11, n_frames=12, n_actors=20, n_beams=32, n_columns=900, range_noise=0.0)[0]


def world_points(drive, index):
    """Points of a sweep in the world, each taken there by the pose of its own instant; instants; owners."""
    sweep, owners = drive.sweep_with_owners(LIDAR, index)
    times = sweep.timestamp_ns + sweep.fields["time_offset_ns"].astype(np.int64)
    poses = drive.trajectory.sample(times) @ drive.rig[LIDAR].ego_from_sensor
    return poses.apply(sweep.points), times, owners


def distance_to_faces(points, boxes):
    """Distance (N,) of point n to the surface of box n."""
    local = np.einsum("nji,nj->ni", boxes.rotations, points - boxes.centers)
    outside = np.abs(local) - boxes.sizes / 2
    return np.abs(np.linalg.norm(np.maximum(outside, 0), axis=1) + np.minimum(outside.max(axis=1), 0))


@pytest.mark.parametrize("index", [0, 11])
def test_points_of_actors_lie_on_their_boxes_at_the_points_own_instants(exact, index):
    points, times, owners = world_points(exact, index)
    seen = 0
    for number, actor in enumerate(exact.world.actors):
        mine = owners == number
        if mine.any():
            # float32 points in the sensor frame and a ground search to 0.1 mm.
            assert distance_to_faces(points[mine], exact.world.boxes(actor, times[mine])).max() < 1e-4
            seen += actor.moves
    assert seen >= 3


def test_points_of_actors_at_rest_lie_on_their_boxes_within_the_noise(drive):
    points, times, owners = world_points(drive, 4)
    parked = [number for number, actor in enumerate(drive.world.actors) if not actor.moves and (owners == number).any()]
    assert parked
    for number in parked:
        mine = owners == number
        boxes = drive.world.boxes(drive.world.actors[number], times[mine])
        assert distance_to_faces(points[mine], boxes).max() < 4 * NOISE + 1e-4


def test_ground_points_lie_on_the_ground(exact):
    points, _, owners = world_points(exact, 6)
    road = owners == ROAD
    heights = exact.world.ground.heights(points[road][:, :2])
    # Within a millimetre of the kerb the place is not decided by float32.
    close = np.abs(points[road][:, 2] - heights) < 2e-3
    assert close.mean() > 0.999
    assert road.sum() > 1000


def test_a_moving_sensor_distorts_the_raw_sweep(exact):
    sweep, owners = exact.sweep_with_owners(LIDAR, 6)
    ground = np.isin(owners, [ROAD, PAVEMENT])
    world_from_lidar = exact.trajectory.at(sweep.timestamp_ns) @ exact.rig[LIDAR].ego_from_sensor
    raw = world_from_lidar.apply(sweep.points[~ground])
    moved = world_points(exact, 6)[0][~ground]
    assert np.linalg.norm(raw - moved, axis=1).max() > 0.2


def test_deskewed_points_of_a_still_world_fall_onto_the_same_surfaces():
    """Houses, seen from the moving vehicle: after deskewing, all points of a sweep fit one pose of the sensor."""
    drive, _ = simulate_drive(seed=11, n_frames=12, n_actors=0, n_beams=32, n_columns=900, range_noise=0.0)
    raw_errors, errors = [], []
    for index in (0, 6, 11):
        sweep, owners = drive.sweep_with_owners(LIDAR, index)
        lidar = drive.rig[LIDAR].ego_from_sensor
        deskewed = deskew_points(
            sweep.points,
            sweep.fields["time_offset_ns"],
            timestamp_ns=sweep.timestamp_ns,
            ego_from_sensor=lidar,
            trajectory=drive.trajectory,
        )
        world_from_lidar = drive.trajectory.at(sweep.timestamp_ns) @ lidar
        of_town = owners >= 0
        boxes = drive.world.town[owners[of_town].astype(np.int64)]
        errors.append(distance_to_faces(world_from_lidar.apply(deskewed[of_town]), boxes))
        raw_errors.append(distance_to_faces(world_from_lidar.apply(sweep.points[of_town]), boxes))
    assert np.concatenate(errors).max() < 1e-3
    assert np.percentile(np.concatenate(raw_errors), 95) > 0.1


def test_time_offsets_follow_the_clockwise_turn(exact):
    sweep = exact.sweep(LIDAR, 0)
    offsets = sweep.fields["time_offset_ns"]
    assert (np.diff(offsets) >= 0).all()
    assert -50_000_000 < offsets.min() < -49_000_000
    azimuths = np.arctan2(sweep.points[:, 1], sweep.points[:, 0])
    ahead = np.abs(azimuths) < 0.01
    assert np.abs(offsets[ahead]).max() < 300_000


def test_rings_are_elevations(exact):
    sweep = exact.sweep(LIDAR, 0)
    elevations = np.degrees(np.arctan2(sweep.points[:, 2], np.hypot(*sweep.points[:, :2].T)))
    np.testing.assert_allclose(elevations, -24.8 + sweep.fields["ring"] * (26.8 / 31), atol=1e-3)


def test_dropout_takes_its_share():
    full, thinned = (
        simulate_drive(seed=2, n_frames=1, n_beams=16, n_columns=360, dropout=dropout)[0].sweep(LIDAR, 0)
        for dropout in (0.0, 0.3)
    )
    assert len(thinned) / len(full) == pytest.approx(0.7, abs=0.05)


def test_doppler_is_the_radial_velocity_relative_to_the_sensor(drive):
    checked = 0
    for index in range(6):
        sweep, owners = drive.sweep_with_owners(RADAR, index)
        t = sweep.timestamp_ns
        poses = drive.trajectory.sample([t - 1_000_000, t, t + 1_000_000]) @ drive.rig[RADAR].ego_from_sensor
        sensor_velocity = (poses.translations[2] - poses.translations[0]) / 2e-3
        returns = poses[1].apply(sweep.points)
        for number, actor in enumerate(drive.world.actors):
            for row in np.flatnonzero(owners == number):
                centers = drive.world.boxes(actor, [t - 1_000_000, t + 1_000_000]).centers
                relative = (centers[1] - centers[0]) / 2e-3 - sensor_velocity
                sight = returns[row] - poses[1].translation
                radial = relative @ sight / np.linalg.norm(sight)
                # The angle is noisy too, and turns the line of sight; elevation is not measured.
                slack = 4 * (DOPPLER_NOISE + AZIMUTH_NOISE * np.linalg.norm(relative)) + 0.1
                assert sweep.fields["doppler"][row] == pytest.approx(radial, abs=slack)
                checked += 1
    assert checked > 20


def test_compensated_doppler_of_houses_is_zero(drive):
    n_actors = len(drive.world.actors)
    for index in range(4):
        sweep, owners = drive.sweep_with_owners(RADAR, index)
        still = owners >= n_actors
        speeds = np.hypot(sweep.fields["vx_comp"][still], sweep.fields["vy_comp"][still])
        assert speeds.max(initial=0) <= 4 * DOPPLER_NOISE + 1e-5


def test_radar_returns_come_from_surfaces_but_for_a_few_false_alarms(drive):
    false_alarms = 0
    for index in range(8):
        sweep, owners = drive.sweep_with_owners(RADAR, index)
        false_alarms += int((owners == FALSE_ALARM).sum())
        t = sweep.timestamp_ns
        pose = drive.trajectory.at(t) @ drive.rig[RADAR].ego_from_sensor
        returns = pose.apply(sweep.points)
        for number, actor in enumerate(drive.world.actors):
            mine = owners == number
            boxes = drive.world.boxes(actor, np.full(int(mine.sum()), t))
            reach = np.linalg.norm(sweep.points[mine], axis=1)
            flat = returns[mine].copy()
            flat[:, 2] = boxes.centers[:, 2]
            assert (distance_to_faces(flat, boxes) < 4 * (RANGE_NOISE + AZIMUTH_NOISE * reach) + 0.2).all()
    assert 0 < false_alarms < 8 * 6


def test_lidar_points_of_a_car_fall_on_its_pixels(drive):
    """Cameras and LiDAR agree: the picture changes where the actors are taken away, and points project there."""
    empty = simulate_drive(seed=11, n_frames=12, n_actors=0, n_beams=32, n_columns=900)[0]
    hits = 0
    for index in (0, 6, 11):
        picture, background = drive.image("CAM_FRONT", index), empty.image("CAM_FRONT", index)
        changed = np.abs(picture.astype(int) - background).sum(axis=2) > 40
        points, _, owners = world_points(drive, index)
        on_actor = (owners >= 0) & (owners < len(drive.world.actors))
        sensor = drive.rig["CAM_FRONT"]
        camera_from_world = (
            drive.trajectory.at(int(drive.timestamps_ns("CAM_FRONT")[index])) @ sensor.ego_from_sensor
        ).inverse()
        seen = camera_from_world.apply(points[on_actor])
        seen = seen[seen[:, 2] > 1]
        pixels = np.rint(seen @ sensor.camera.matrix.T / seen[:, 2:])[:, :2].astype(int)
        width, height = sensor.camera.size
        inside = (pixels >= 3).all(axis=1) & (pixels < [width - 3, height - 3]).all(axis=1)
        agrees = [changed[v - 3 : v + 4, u - 3 : u + 4].any() for u, v in pixels[inside]]
        hits += len(agrees)
        assert np.mean(agrees) > 0.9
    assert hits > 50
