from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from sensorann.geometry import Cuboids, Transform, paired_iou_3d
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Source, Sweep
from tests.builders import MemoryDrive, make_rig, make_track, make_trajectory
from tests.fitting.clouds import ground, visible_faces

SIZE = (4.4, 1.8, 1.6)


def drive_past(centers, yaw):
    """Sweeps of a car at one place (world frame) per frame, from a vehicle that drives past, and its true track."""
    rig, trajectory = make_rig(), make_trajectory(n=len(centers), step_ns=500_000_000, speed=5.0, yaw_rate=0.0)
    sweeps = []
    for center, time_ns in zip(centers, trajectory.timestamps_ns, strict=True):
        world_from_lidar = trajectory.at(int(time_ns)) @ rig["LIDAR_TOP"].ego_from_sensor
        faces = visible_faces(center, SIZE, yaw, sensor=world_from_lidar.translation, n=1200)
        cloud = np.concatenate([ground(radius=35), faces])
        points = world_from_lidar.inverse().apply(cloud).astype(np.float32)
        sweeps.append(Sweep(sensor="LIDAR_TOP", timestamp_ns=int(time_ns), points=points))
    drive = MemoryDrive(rig=rig, trajectory=trajectory, sweeps={"LIDAR_TOP": sweeps})
    return drive, make_track(
        timestamps_ns=trajectory.timestamps_ns, centers=centers, size=SIZE, yaws=[yaw] * len(centers)
    )


def roughly(track, *, seed=1):
    """The track as a hurried hand draws it."""
    rng, n = np.random.default_rng(seed), len(track)
    boxes = Cuboids(
        centers=track.cuboids.centers + rng.normal(0, [0.2, 0.2, 0.05], (n, 3)),
        sizes=track.cuboids.sizes * [0.92, 1.08, 1.05],
        rotations=rotations_from_yaws(track.cuboids.yaws + rng.normal(0, 0.05, n)),
        frame="world",
    )
    return replace(track, cuboids=boxes)


STANDING = np.tile([12.0, 5.0, 0.8], (5, 1))
MOVING = STANDING + np.arange(5)[:, None] * [3.0, 0.5, 0.0]


@pytest.mark.parametrize("centers", [STANDING, MOVING], ids=["standing", "moving"])
def test_all_frames_together_are_nearer_to_the_truth(centers):
    drive, truth = drive_past(centers, 0.4)
    drawn = roughly(truth)
    found = sa.fit_together(drive, drawn)
    before, after = (paired_iou_3d(one.cuboids, truth.cuboids) for one in (drawn, found))
    assert after.mean() > before.mean() + 0.1
    assert after.min() > 0.75
    assert (found.sources == Source.FITTED).all()


def test_a_track_has_one_size():
    drive, truth = drive_past(MOVING, 0.4)
    sizes = sa.fit_together(drive, roughly(truth)).cuboids.sizes
    np.testing.assert_array_equal(sizes, np.tile(sizes[0], (5, 1)))


def test_what_stands_still_has_one_place_and_what_moves_has_not():
    for centers, still in ((STANDING, True), (MOVING, False)):
        drive, truth = drive_past(centers, 0.4)
        found = sa.fit_together(drive, roughly(truth)).cuboids
        assert (np.ptp(found.centers, axis=0).max() < 1e-9) == still
        assert (np.ptp(found.yaws) < 1e-9) == still


@pytest.mark.parametrize("n_seen", [1, 2])
def test_a_car_that_is_seen_at_one_place_and_drawn_at_others_moves(n_seen):
    places = MOVING.copy()
    places[:2] = MOVING[0]  # it waits for a moment
    drive, truth = drive_past(places, 0.4)
    sweeps = drive.sweeps["LIDAR_TOP"]
    sweeps[n_seen:] = [replace(sweep, points=np.full((1, 3), np.nan, np.float32)) for sweep in sweeps[n_seen:]]
    drawn = roughly(truth)
    found = sa.fit_together(drive, drawn)
    np.testing.assert_allclose(found.cuboids.centers[n_seen:, :2], drawn.cuboids.centers[n_seen:, :2])
    assert found.sources[n_seen:].tolist() == [Source.HUMAN] * (5 - n_seen)


def test_a_person_who_walks_slowly_is_not_brought_to_a_halt():
    drive, truth = drive_past(STANDING + np.arange(5)[:, None] * [0.1, 0.0, 0.0], 0.4)
    found = sa.fit_together(drive, replace(truth, category="pedestrian"))
    assert np.ptp(found.cuboids.centers[:, 0]) > 0.2


def test_frames_without_points_keep_their_place_and_get_the_size():
    drive, truth = drive_past(MOVING, 0.4)
    empty = replace(drive.sweeps["LIDAR_TOP"][2], points=np.full((1, 3), np.nan, np.float32))
    drive.sweeps["LIDAR_TOP"][2] = empty
    drawn = roughly(truth)
    found = sa.fit_together(drive, drawn)
    assert found.sources[2] == Source.HUMAN
    np.testing.assert_allclose(found.cuboids.centers[2, :2], drawn.cuboids.centers[2, :2])
    bottoms = [track.cuboids.centers[2, 2] - track.cuboids.sizes[2, 2] / 2 for track in (drawn, found)]
    assert bottoms[0] == pytest.approx(bottoms[1])


def test_a_track_that_no_sweep_shows_is_returned_as_it_was():
    drive, truth = drive_past(MOVING, 0.4)
    elsewhere = truth.cuboids.moved(Transform.from_yaw(0.0, [0.0, 300.0, 0.0]), frame="world")
    lost = replace(truth, cuboids=elsewhere)
    assert sa.fit_together(drive, lost) is lost
