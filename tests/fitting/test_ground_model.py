"""The ground against the truth of simulated drives, and under the labels of recorded ones."""

import numpy as np
import pytest

import sensorann as sa
from sensorann.errors import ArgumentError
from sensorann.fitting import ground
from sensorann.fitting.lattices import PolarLattice, SquareLattice
from sensorann.simulate import simulate_drive
from sensorann.simulate.casting import PAVEMENT, ROAD

LIDAR = "LIDAR_TOP"


def f1(on_ground, truth):
    return 2 * (on_ground & truth).sum() / (on_ground.sum() + truth.sum())


def sweep_with_truth(**options):
    """Points of a sweep in its own frame, and which of them hit road or pavement."""
    drive = simulate_drive(n_frames=2, n_columns=1200, **options)[0]
    sweep, owners = drive.sweep_with_owners(LIDAR, 1)
    return sweep.points, np.isin(owners, [ROAD, PAVEMENT])


def in_world(drive, indices):
    """Points of several sweeps in the world, their truth, and the places of the LiDAR."""
    points, truths, places = [], [], []
    for index in indices:
        sweep, owners = drive.sweep_with_owners(LIDAR, index)
        times = sweep.timestamp_ns + sweep.fields["time_offset_ns"].astype(np.int64)
        poses = drive.trajectory.sample(times) @ drive.rig[LIDAR].ego_from_sensor
        points.append(poses.apply(sweep.points))
        truths.append(np.isin(owners, [ROAD, PAVEMENT]))
        places.append(drive.trajectory.at(sweep.timestamp_ns).translation)
    return np.concatenate(points), np.concatenate(truths), np.array(places)


@pytest.fixture(scope="module")
def long_drive():
    return simulate_drive(seed=1, n_frames=121, n_actors=30, n_beams=32, n_columns=600, relief=2.0)[0]


@pytest.fixture(scope="module")
def road():
    """A level road seen from 1.8 m above it, 64 rings."""
    radii = 1.8 / np.tan(np.radians(np.linspace(2, 25, 64)))
    angles = np.linspace(-np.pi, np.pi, 720, endpoint=False)
    x, y = np.outer(radii, np.cos(angles)).ravel(), np.outer(radii, np.sin(angles)).ravel()
    return np.column_stack([x, y, np.full(len(x), -1.8)])


@pytest.mark.parametrize("n_beams", [16, 32, 64, 128])
def test_sweeps_of_16_to_128_beams(n_beams):
    points, truth = sweep_with_truth(seed=5, n_actors=40, n_beams=n_beams)
    assert f1(ground(points).on_ground, truth) > 0.98


@pytest.mark.parametrize(
    "terrain",
    [{"relief": 0.0, "kerb_height": 0.0}, {"kerb_height": 0.25}, {"relief": 3.0}, {"relief": 3.0, "kerb_height": 0.2}],
    ids=["level", "high kerbs", "slopes", "slopes and kerbs"],
)
def test_slopes_and_kerbs(terrain):
    points, truth = sweep_with_truth(seed=1, n_actors=40, n_beams=64, **terrain)
    assert f1(ground(points).on_ground, truth) > 0.97


def test_a_crowd_around_the_vehicle():
    points, truth = sweep_with_truth(seed=2, n_actors=90, n_beams=64)
    assert (~truth).mean() > 0.3
    assert f1(ground(points).on_ground, truth) > 0.97


def test_heights_under_ground_points_are_theirs():
    points, truth = sweep_with_truth(seed=1, n_actors=30, n_beams=64)
    found = ground(points)
    errors = np.abs(points[truth, 2] - found.heights[truth])
    assert np.median(errors) < 0.015
    assert np.percentile(errors, 99) < 0.12


def test_the_world_cloud_of_a_drive_is_laid_on_squares(long_drive):
    points, truth, places = in_world(long_drive, range(0, 121, 8))
    northing = np.array([691_000.0, 5_335_000.0, 520.0])
    for origins in (places + northing, None):
        assert f1(ground(points + northing, origins=origins).on_ground, truth) > 0.98
    assert isinstance(ground(points + northing).model.lattice, SquareLattice)


def test_several_lidars_are_taken_together(long_drive):
    points, truth, _ = in_world(long_drive, [40])
    ego_from_world = long_drive.trajectory.at(long_drive.times[LIDAR][40]).inverse()
    whole = ego_from_world.apply(points)
    # Two sensors on the roof corners, each with its half of the points.
    found = ground(whole, origins=[[1.0, 0.6, 1.9], [1.0, -0.6, 1.9]])
    assert isinstance(found.model.lattice, PolarLattice)
    assert f1(found.on_ground, truth) > 0.97


def test_a_sweep_in_the_world_is_that_of_the_sensor_frame_when_the_place_is_given():
    points, _ = sweep_with_truth(seed=5, n_actors=20, n_beams=32)
    place = np.array([691_000.0, 5_335_000.0, 520.0])
    here, there = ground(points.astype(np.float64)), ground(points + place, origins=place)
    assert (here.on_ground == there.on_ground).mean() > 0.9995
    assert np.nanmax(np.abs(there.heights - here.heights - place[2])) < 0.02


def test_an_island_behind_a_wall_is_reached_round_it(road):
    angles = np.arctan2(road[:, 1], road[:, 0])
    radii = np.hypot(road[:, 0], road[:, 1])
    hidden = (np.abs(angles) < 0.6) & (radii > 8) & (radii < 16)
    wall = np.column_stack(
        [np.full(400, 8.0), np.repeat(np.linspace(-5, 5, 40), 10), np.tile(np.linspace(-1.7, 0, 10), 40)]
    )
    found = ground(np.concatenate([road[~hidden], wall]))
    n_road = (~hidden).sum()
    assert found.on_ground[:n_road].all()
    assert found.on_ground[n_road:].mean() < 0.15


def test_a_ramp_is_ground_and_a_low_bench_is_not(road):
    ramp, bench = road.copy(), road.copy()
    ahead = road[:, 0] > 6
    ramp[ahead, 2] += 0.12 * (road[ahead, 0] - 6)
    assert ground(ramp).on_ground.mean() > 0.99
    raised = (np.abs(road[:, 0] - 8) < 2) & (np.abs(road[:, 1]) < 1)
    bench[raised, 2] += 0.45
    np.testing.assert_array_equal(ground(bench).on_ground, ~raised)


def test_reflections_below_the_ground_do_not_pull_it_down(road):
    rng = np.random.default_rng(0)
    mirrored = road[rng.choice(len(road), 200, replace=False)] - [0, 0, 1.5]
    found = ground(np.concatenate([road, mirrored]))
    assert found.on_ground[: len(road)].all()
    assert not found.on_ground[len(road) :].any()


def test_the_model_knows_heights_between_the_points(road):
    model = ground(road).model
    places = np.random.default_rng(1).uniform(-20, 20, (500, 2))
    np.testing.assert_allclose(model.heights_at(places), -1.8, atol=1e-4)
    assert np.isnan(model.heights_at([[np.nan, 0.0]])).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_points_that_are_not_finite_are_no_ground(road, dtype):
    spoilt = road.astype(dtype)
    spoilt[::7, 1], spoilt[3::7, 2] = np.nan, np.inf
    bad = ~np.isfinite(spoilt).all(axis=1)
    found = ground(spoilt)
    assert np.isnan(found.heights[bad]).all()
    np.testing.assert_array_equal(found.on_ground, ~bad)


@pytest.mark.parametrize(
    "points",
    [np.empty((0, 3)), np.full((5, 3), np.nan), np.array([[5.0, 0, 1], [5, 0, 3]]), np.full((10, 3), 1e7)],
    ids=["empty", "NaN", "one standing thing", "ten equal points far away"],
)
def test_without_ground_nothing_is_on_it(points):
    found = ground(points)
    assert found.on_ground.shape == found.heights.shape == (len(points),)
    if len(points) < 10:
        assert not found.on_ground.any()
        assert np.isnan(found.heights).all()


def test_ten_points_of_a_road_are_ground(road):
    few = road[(np.hypot(road[:, 0], road[:, 1]) < 10)][::2000]
    assert 5 < len(few) < 20
    assert ground(few).on_ground.all()


@pytest.mark.parametrize("origins", [np.zeros((0, 3)), [0.0, 0.0], [[0.0, np.nan, 0.0]]], ids=["none", "2D", "NaN"])
def test_wrong_origins_are_refused_by_name(road, origins):
    with pytest.raises(ArgumentError, match="origins"):
        ground(road, origins=origins)


@pytest.mark.real_data
def test_recorded_cars_stand_on_it(real_data):
    """Labels of KITTI stand on the ground by a person's judgement; what is above it in them is no ground."""
    drive = sa.open_drive(f"{real_data}/kitti_tracking/training#0000")
    labels = sa.read_labels(real_data / "kitti_tracking/training/label_02/0000.txt", drive=drive)
    lidar = drive.rig.of_kind("lidar")[0].name
    gaps, wrong = [], []
    for index in (0, 20, 40, 60):
        sweep = drive.sweep(lidar, index)
        points = drive.rig[lidar].ego_from_sensor.apply(sweep.points)
        found = sa.ground(points, origins=drive.rig[lidar].ego_from_sensor.translation)
        ego_from_world = drive.trajectory.at(sweep.timestamp_ns).inverse()
        for track in labels.tracks:
            for row in np.flatnonzero(track.timestamps_ns == sweep.timestamp_ns):
                box = track.cuboids.record(row)
                pose = ego_from_world @ box.frame_from_cuboid
                if np.linalg.norm(pose.translation[:2]) < 40:
                    bottom = pose.translation[2] - box.size[2] / 2
                    gaps.append(found.model.heights_at(pose.translation[None, :2])[0] - bottom)
                    local = pose.inverse().apply(points)
                    high = (np.abs(local) <= np.array(box.size) / 2).all(axis=1) & (local[:, 2] > 0.4 - box.size[2] / 2)
                    wrong.append(found.on_ground[high].mean() if high.any() else 0.0)
    assert len(gaps) > 10
    assert np.abs(np.median(gaps)) < 0.1
    assert np.percentile(np.abs(gaps), 90) < 0.3
    assert np.mean(wrong) < 0.01
