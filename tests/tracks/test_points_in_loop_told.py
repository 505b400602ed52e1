"""What following points says: keyframes that fit nothing, gaps that hold something else, sweeps that are not there."""

import logging
from dataclasses import replace

import numpy as np

from sensorann.errors import MissingDataError
from sensorann.scene import Source
from sensorann.tracks import interpolate
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_trajectory
from tests.tracks.followed import (
    EGO_FROM_LIDAR,
    N,
    braking_path,
    found_in,
    keyframes,
    make_drive,
)


class WithoutSome(MemoryDrive):
    absent = frozenset({4, 5})

    def sweep(self, sensor, index):
        if index in self.absent:
            raise MissingDataError(f"{index}.bin does not exist")
        return super().sweep(sensor, index)


def test_a_keyframe_without_any_point_keeps_the_curve():
    path = braking_path()
    drive = make_drive([path], hidden=range(N))
    labels = make_labels(keyframes(path))
    points, curve = (interpolate(labels, drive, points=use).tracks[0] for use in (True, False))
    np.testing.assert_array_equal(points.cuboids.centers, curve.cuboids.centers)
    assert (points.sources == curve.sources).all()


def test_a_keyframe_without_any_point_is_named(caplog):
    path = braking_path()
    with caplog.at_level(logging.WARNING):
        interpolate(make_labels(keyframes(path, (0, 14, N - 1), id="7")), make_drive([path], hidden=(14,)))
    (message,) = found_in(caplog)
    assert message.startswith("keyframes that hold no point")
    assert f"track 7 at {START_NS + 14 * FRAME_NS} ns" in message


def test_a_keyframe_far_from_everything_is_named(caplog):
    path = braking_path()
    labels = make_labels(keyframes(path, (0, 14, N - 1), id="7"))
    centers = labels.tracks[0].cuboids.centers + np.where(np.arange(3) == 1, 1000.0, 0.0)[:, None]
    away = replace(labels.tracks[0], cuboids=replace(labels.tracks[0].cuboids, centers=centers))
    with caplog.at_level(logging.WARNING):
        interpolate(make_labels(away), make_drive([path]))
    (message,) = found_in(caplog)
    assert message.startswith("keyframes with no point around them")
    assert "1 (track 7 at" in message
    assert f"{START_NS + 14 * FRAME_NS} ns" in message


def test_a_keyframe_whose_sweep_is_missing_is_not_named(caplog):
    path = braking_path()
    whole = make_drive([path])
    drive = WithoutSome(rig=whole.rig, trajectory=whole.trajectory, sweeps=whole.sweeps)
    with caplog.at_level(logging.WARNING):
        interpolate(make_labels(keyframes(path, (0, 4, N - 1))), drive)
    assert not found_in(caplog)


def test_keyframes_that_fit_their_points_are_not_named(caplog):
    path = braking_path()
    with caplog.at_level(logging.WARNING):
        interpolate(make_labels(keyframes(path, (0, 14, N - 1))), make_drive([path]))
    assert not found_in(caplog)


def test_keyframes_whose_gap_holds_something_else_are_named_and_the_curve_is_kept(caplog):
    path, between = braking_path(), range(1, N - 1)
    drive = make_drive([path], hidden=between)
    # Not a shell: as many points inside as on the sides.
    cargo = np.random.default_rng(5).uniform([-2.0, -0.8, -0.4], [2.0, 0.8, 0.6], (N, 600, 3))
    for k in between:
        sweep = drive.sweeps["LIDAR_TOP"][k]
        lidar_from_world = (drive.trajectory.at(sweep.timestamp_ns) @ EGO_FROM_LIDAR).inverse()
        own = lidar_from_world.apply(cargo[k] + path[0][k])
        drive.sweeps["LIDAR_TOP"][k] = replace(sweep, points=np.concatenate([sweep.points, own]).astype(np.float32))
    with caplog.at_level(logging.WARNING):
        followed = interpolate(make_labels(keyframes(path, id="7")), drive).tracks[0]
    (message,) = found_in(caplog)
    assert message.startswith("gaps with points of which none fit")
    assert f"track 7 at {START_NS} ns" in message
    assert set(followed.sources[1:-1]) == {Source.INTERPOLATED}


def test_sweeps_missing_on_disk_are_counted_and_the_rest_is_used(caplog):
    path = braking_path()
    whole = make_drive([path])
    drive = WithoutSome(rig=whole.rig, trajectory=whole.trajectory, sweeps=whole.sweeps)
    with caplog.at_level(logging.WARNING):
        result = interpolate(make_labels(keyframes(path)), drive).tracks[0]
    assert [record.message for record in caplog.records] == ["2 of 31 sweeps are missing: boxes there follow the curve"]
    assert set(result.sources[[4, 5]]) == {Source.INTERPOLATED}
    assert result.sources[8] == Source.FITTED


def test_a_drive_without_sweeps_says_so_once(caplog):
    path = braking_path()
    drive = MemoryDrive(trajectory=make_trajectory(n=N))
    with caplog.at_level(logging.WARNING):
        result = interpolate(make_labels(keyframes(path)), drive).tracks[0]
    assert [record.message for record in caplog.records] == [
        "drive memory has no sweeps here: all boxes follow their curve alone"
    ]
    assert set(result.sources[1:-1]) == {Source.INTERPOLATED}
