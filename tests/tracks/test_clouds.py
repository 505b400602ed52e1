"""The points around objects: brought into the frame of the labels, read once, shared by all who ask."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import Cuboids, Transform
from sensorann.scene import Rig, Sensor, Sweep
from sensorann.tracks.clouds import Region, points_at, stream_clouds
from sensorann.tracks.neighbours import Neighbours
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_track, make_trajectory

EGO_FROM_LIDAR = Transform.from_yaw(0.3, [0.9, 0.0, 1.8])
STILL = np.random.default_rng(1).uniform([-10, -10, 0], [20, 20, 3], (200, 3))


def make_drive(*, trajectory, offsets_ns=None, n=4):
    """Write a drive that sees the same still points in every sweep, each at its own instant where offsets are given."""
    sweeps = []
    for k in range(n):
        time = START_NS + k * FRAME_NS
        own = np.zeros(len(STILL), np.int64) if offsets_ns is None else offsets_ns
        seen = [
            ((trajectory.at(int(time + offset)) if trajectory else Transform.identity()) @ EGO_FROM_LIDAR)
            .inverse()
            .apply(point)
            for point, offset in zip(STILL, own, strict=True)
        ]
        fields = {} if offsets_ns is None else {"time_offset_ns": offsets_ns}
        sweeps.append(Sweep(sensor="TOP", timestamp_ns=time, points=np.array(seen), fields=fields))
    rig = Rig((Sensor(name="TOP", kind="lidar", ego_from_sensor=EGO_FROM_LIDAR),))
    times = {"TOP": START_NS + np.arange(n) * FRAME_NS}
    return CountingDrive(rig=rig, trajectory=trajectory, times=times, sweeps={"TOP": sweeps})


class CountingDrive(MemoryDrive):
    n_read = 0

    def sweep(self, sensor, index):
        self.n_read += 1
        return super().sweep(sensor, index)


def region(center, frames, *, edge=8.0, owner=-1):
    times = START_NS + np.array(frames) * FRAME_NS
    n = len(frames)
    boxes = Cuboids.from_yaws(np.tile(center, (n, 1)), np.full((n, 3), edge), np.zeros(n), frame="world")
    return Region(timestamps_ns=times, cuboids=boxes, owner=owner)


@pytest.mark.parametrize("raw", [False, True], ids=["deskewed", "raw"])
def test_still_points_come_back_to_their_place(raw):
    offsets = np.linspace(-40_000_000, 40_000_000, len(STILL)).astype(np.int64) if raw else None
    trajectory = make_trajectory(n=8, start_ns=START_NS - 2 * FRAME_NS, speed=12.0, yaw_rate=0.5)
    points = points_at(make_drive(trajectory=trajectory, offsets_ns=offsets), START_NS + FRAME_NS)
    np.testing.assert_allclose(points, STILL, atol=1e-4)


def test_without_poses_points_are_in_the_ego_frame():
    points = points_at(make_drive(trajectory=None), START_NS)
    np.testing.assert_allclose(points, STILL, atol=1e-4)


def test_an_instant_without_a_sweep_has_no_points():
    assert points_at(make_drive(trajectory=make_trajectory(n=4)), START_NS + FRAME_NS // 2) is None


def gathered(drive, regions, **options):
    """The clouds of all regions, in order."""
    found = {}
    for complete in stream_clouds(drive, regions, **options):
        found |= complete
    return [found[i] for i in range(len(regions))]


def test_a_sweep_is_read_once_for_all_who_ask_and_each_gets_its_own_points():
    drive = make_drive(trajectory=make_trajectory(n=4))
    regions = [region([0.0, 0, 1], (0, 1, 2)), region([10.0, 10, 1], (1, 2, 3))]
    clouds = gathered(drive, regions)
    assert drive.n_read == 4
    for asked, cloud in zip(regions, clouds, strict=True):
        expected = STILL[(np.abs(STILL - asked.cuboids.centers[0]) <= 4.0).all(axis=1)]
        for k in range(3):
            np.testing.assert_allclose(cloud.frame(k) + cloud.origin, expected, atol=1e-4)


def test_points_far_from_the_origin_keep_their_millimetres():
    far = make_trajectory(n=4, origin=(500_000.0, 4_600_000.0, 0.0))
    drive = make_drive(trajectory=make_trajectory(n=4))
    drive.trajectory = far
    shifted = region([500_000.0, 4_600_000.0, 1], (0,))
    (cloud,) = gathered(drive, [shifted])
    moved = STILL + np.array([500_000.0, 4_600_000.0, 0.0])
    expected = moved[(np.abs(moved - shifted.cuboids.centers[0]) <= 4.0).all(axis=1)]
    np.testing.assert_allclose(cloud.frame(0).astype(np.float64) + cloud.origin, expected, atol=1e-3)


def test_a_region_is_handed_out_as_soon_as_its_last_sweep_is_read():
    drive = make_drive(trajectory=make_trajectory(n=8), n=8)
    regions = [region([0.0, 0, 1], (4, 5)), region([0.0, 0, 1], (0, 1, 2)), region([10.0, 10, 1], (1, 2))]
    handed = [(sorted(found), drive.n_read) for found in stream_clouds(drive, regions)]
    assert handed == [([1, 2], 3), ([0], 5)]


def placed(center, *, sigma, edge=2.0):
    """A box of a neighbour at every sweep, its place known to sigma metres."""
    track = make_track(n=4, centers=np.tile(center, (4, 1)), yaws=np.zeros(4), size=(edge, edge, edge))
    sigmas = np.zeros((4, 7))
    sigmas[:, :2] = sigma
    return replace(track, sigmas=sigmas)


def inside(points, center, edge):
    return (np.abs(points - center) <= edge / 2).all(axis=1)


@pytest.mark.parametrize(("sigma", "excluded"), [(0.0, True), (1.0, False)], ids=["sure", "unsure"])
def test_points_in_the_box_of_a_neighbour_whose_place_is_sure_are_left_out(sigma, excluded):
    drive, center, other = make_drive(trajectory=make_trajectory(n=4)), np.array([0.0, 0, 1]), np.array([2.0, 2, 1])
    neighbours = Neighbours([placed(center, sigma=5.0), placed(other, sigma=sigma, edge=5.0)])
    (cloud,) = gathered(drive, [region(center, (1,), owner=0)], neighbours=neighbours)
    expected = STILL[inside(STILL, center, 8.0)]
    theirs = inside(expected, other, 5.0)
    assert theirs.any()
    np.testing.assert_allclose(cloud.frame(0) + cloud.origin, expected[~theirs] if excluded else expected, atol=1e-4)


def test_points_in_both_boxes_stay_with_the_object():
    drive, center, other = make_drive(trajectory=make_trajectory(n=4)), np.array([0.0, 0, 1]), np.array([3.0, 0, 1])
    neighbours = Neighbours([placed(center, sigma=0.0, edge=6.0), placed(other, sigma=0.0, edge=5.0)])
    (cloud,) = gathered(drive, [region(center, (1,), owner=0)], neighbours=neighbours)
    expected = STILL[inside(STILL, center, 8.0)]
    contested = inside(expected, center, 6.0)
    theirs = inside(expected, other, 5.0)
    assert (theirs & contested).any()
    theirs &= ~contested
    assert theirs.any()
    np.testing.assert_allclose(cloud.frame(0) + cloud.origin, expected[~theirs], atol=1e-4)


def test_of_many_points_every_so_many_th_is_kept():
    drive = make_drive(trajectory=make_trajectory(n=8))
    [whole] = stream_clouds(drive, [region([5.0, 0, 1.5], [0, 1], edge=40.0)])
    [thinned] = stream_clouds(drive, [region([5.0, 0, 1.5], [0, 1], edge=40.0)], most_points=60)
    assert len(whole[0].frame(0)) > 120
    for k in range(2):
        assert 30 < len(thinned[0].frame(k)) <= 60
        assert {tuple(row) for row in thinned[0].frame(k)} <= {tuple(row) for row in whole[0].frame(k)}
