"""Boxes that follow their object's own points, on simulated drives whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import MOTION_MODELS, Motion, Rig, Sensor, Source, Sweep
from sensorann.tracks import interpolate
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track, make_trajectory
from tests.store.edits import contents
from tests.tracks.followed import (
    EGO_FROM_LIDAR,
    N,
    braking_path,
    keyframes,
    make_drive,
    misses,
)


def test_points_find_the_car_where_the_curve_does_not():
    path = braking_path()
    drive, labels = make_drive([path]), make_labels(keyframes(path))
    curve, fitted = (interpolate(labels, drive, points=points).tracks[0] for points in (False, True))
    assert misses(curve, path).max() > 0.7
    assert misses(fitted, path).max() < 0.12
    turned = np.abs(fitted.cuboids.yaws - path[1])
    assert np.degrees(turned).max() < 3.0


def test_fitted_boxes_say_so_and_doubt_less_than_the_curve():
    path = braking_path()
    drive, labels = make_drive([path]), make_labels(keyframes(path))
    curve, fitted = (interpolate(labels, drive, points=points).tracks[0] for points in (False, True))
    assert set(fitted.sources[1:-1]) == {Source.FITTED}
    assert set(curve.sources[1:-1]) == {Source.INTERPOLATED}
    assert (fitted.sigmas[10:20, :2] < 0.5 * curve.sigmas[10:20, :2]).all()
    assert np.isfinite(fitted.sigmas).all()


def test_along_a_flank_whose_ends_are_hidden_the_doubt_stays_that_of_the_curve():
    def flank(points, k):
        return points[(points[:, 1] < -0.8) & (np.abs(points[:, 0] - 0.8 * np.sin(1.7 * k)) < 1.2)]

    centers, yaws = braking_path()
    path = centers * [1, 0, 1] + [0, 3.0, 0], 0.0 * yaws  # straight ahead: y is across the box, x along it
    drive, labels = make_drive([path], seen=flank), make_labels(keyframes(path))
    curve, fitted = (interpolate(labels, drive, points=points).tracks[0] for points in (False, True))
    assert fitted.sigmas[8:-8, 1].mean() < 0.4 * curve.sigmas[8:-8, 1].mean()
    assert (fitted.sigmas[8:-8, 0] > 0.5 * curve.sigmas[8:-8, 0]).all()  # points say nothing


def test_a_side_that_no_keyframe_shows_is_learnt_on_the_way():
    def rear_then_both_then_side(points, k):
        from_the_end = min(k, N - 1 - k)
        rear = points[:, 0] < -1.9
        return points[rear if from_the_end < 4 else ~rear if from_the_end > 9 else slice(None)]

    path = braking_path()
    fitted = interpolate(make_labels(keyframes(path)), make_drive([path], seen=rear_then_both_then_side)).tracks[0]
    assert set(fitted.sources[1:-1]) == {Source.FITTED}
    assert misses(fitted, path).max() < 0.3


def test_no_fitted_box_is_surer_than_a_person_places_one():
    path = braking_path()
    fitted = interpolate(make_labels(keyframes(path)), make_drive([path])).tracks[0]
    model = MOTION_MODELS[Motion.VEHICLE]
    assert (fitted.sigmas[1:-1, :2] > model.plan.placement).all()
    assert (fitted.sigmas[1:-1, 2] > model.height.placement).all()
    assert (fitted.sigmas[1:-1, 2] < 0.3).all()
    assert (fitted.sigmas[1:-1, 6] > model.yaw.placement).all()


def test_keyframes_stay_bit_for_bit():
    path = braking_path()
    track = keyframes(path, (0, 14, N - 1), attributes={"colour": "red"})
    result = interpolate(make_labels(track), make_drive([path])).tracks[0]
    kept = result[result.sources == Source.HUMAN]
    np.testing.assert_array_equal(kept.cuboids.centers, track.cuboids.centers)
    np.testing.assert_array_equal(kept.cuboids.rotations, track.cuboids.rotations)
    assert result.attributes == track.attributes


def test_hidden_frames_keep_the_curve_between_their_neighbours_and_its_doubt():
    path = braking_path()
    hidden = (13, 14, 15, 16, 17)
    result = interpolate(make_labels(keyframes(path)), make_drive([path], hidden=hidden)).tracks[0]
    assert set(result.sources[list(hidden)]) == {Source.INTERPOLATED}
    assert result.sources[8] == result.sources[22] == Source.FITTED
    assert result.sigmas[15, 0] > result.sigmas[8, 0]
    assert misses(result, path).max() < 0.35


def test_an_object_that_stands_still_keeps_its_place():
    centers, yaws = np.tile([12.0, 3.0, 0.75], (N, 1)), np.full(N, 0.3)
    path = (centers, yaws)
    result = interpolate(make_labels(keyframes(path)), make_drive([path])).tracks[0]
    assert misses(result, path).max() < 1e-9


def test_an_object_that_leaves_and_comes_back_is_followed():
    centers, yaws = np.tile([12.0, 3.0, 0.75], (N, 1)), np.full(N, 0.0)
    centers[:, 0] += 2.0 * np.sin(np.pi * np.arange(N) / (N - 1)) ** 2
    path = (centers, yaws)
    result = interpolate(make_labels(keyframes(path)), make_drive([path])).tracks[0]
    assert misses(result, path).max() < 0.15


def test_tracks_beside_which_nobody_is_change_nothing():
    path, other = braking_path(), (braking_path()[0] + [0, -6.0, 0], braking_path()[1])
    drive = make_drive([path, other])
    alone = interpolate(make_labels(keyframes(path)), drive).tracks[0]
    both = interpolate(make_labels(keyframes(other, id="2"), keyframes(path)), drive).track("1")
    np.testing.assert_array_equal(alone.cuboids.centers, both.cuboids.centers)
    np.testing.assert_array_equal(alone.sigmas, both.sigmas)


def crowd():
    """Two people: the first one steps aside and is hidden for a second, the second one walks where its curve leads."""
    seconds, hidden = np.arange(N) * 0.1, range(10, 21)
    swaying = 0.3 * (1 - np.cos(2 * np.pi * seconds / 3.0))
    paths = [
        np.column_stack([10.0 + 1.2 * seconds + swaying, np.full(N, 3.0), np.full(N, 0.9)]),
        np.column_stack([10.3 + 1.2 * seconds, np.full(N, 3.2), np.full(N, 0.9)]),
    ]
    body = np.random.default_rng(3).uniform([-0.2, -0.2, -0.6], [0.2, 0.2, 0.9], (60, 3))
    drive = make_drive([])
    sweeps = []
    for k, sweep in enumerate(drive.sweeps["LIDAR_TOP"]):
        lidar_from_world = (drive.trajectory.at(sweep.timestamp_ns) @ EGO_FROM_LIDAR).inverse()
        people = [lidar_from_world.apply(body + path[k]) for path in (paths[1:] if k in hidden else paths)]
        sweeps.append(replace(sweep, points=np.concatenate([sweep.points, *people]).astype(np.float32)))
    return replace(drive, sweeps={"LIDAR_TOP": sweeps}), paths


def walker(path, frames, *, id):
    rows = np.array(frames)
    times = START_NS + rows * FRAME_NS
    return make_track(
        id=id, category="Pedestrian", timestamps_ns=times, centers=path[rows], yaws=0.0 * rows, size=(0.6, 0.6, 1.8)
    )


def test_a_hidden_person_is_not_taken_for_the_neighbour_whose_place_is_known():
    drive, paths = crowd()
    hidden, seen = walker(paths[0], (0, N - 1), id="hidden"), walker(paths[1], range(N), id="seen")
    alone, beside = (interpolate(make_labels(*given), drive).track("hidden") for given in ((hidden,), (hidden, seen)))
    assert set(alone.sources[11:20]) == {Source.FITTED}
    assert set(beside.sources[11:20]) == {Source.INTERPOLATED}
    assert misses(beside, (paths[0],)).max() < 0.2 < misses(alone, (paths[0],)).max()


def test_one_of_many_is_filled_as_it_would_be_among_all_and_reads_only_its_own_sweeps(monkeypatch):
    drive, paths = crowd()
    given = make_labels(walker(paths[0], (0, 15), id="hidden"), walker(paths[1], (0, N - 1), id="seen"))
    whole = interpolate(given, drive)
    read = []
    monkeypatch.setattr(MemoryDrive, "sweep", lambda drive, name, i: read.append(i) or drive.sweeps[name][i])
    one = interpolate(given, drive, only=["hidden"])
    assert contents(make_labels(one.track("hidden"))) == contents(make_labels(whole.track("hidden")))
    assert one.track("seen") is given.track("seen")
    assert set(read) == set(range(16))
    with pytest.raises(ArgumentError, match="only names 'absent', and there is no such track"):
        interpolate(given, drive, only=["absent"])


def test_a_second_run_gives_the_same_boxes():
    path = braking_path()
    drive = make_drive([path])
    once = interpolate(make_labels(keyframes(path)), drive)
    twice = interpolate(once, drive)
    np.testing.assert_array_equal(once.tracks[0].cuboids.centers, twice.tracks[0].cuboids.centers)
    np.testing.assert_array_equal(once.tracks[0].sources, twice.tracks[0].sources)


def test_two_lidars_of_one_instant_are_one_cloud():
    path = braking_path()
    whole = make_drive([path])
    halves = {"LIDAR_TOP": [], "LIDAR_FRONT": []}
    for sweep in whole.sweeps["LIDAR_TOP"]:
        for i, name in enumerate(halves):
            halves[name].append(Sweep(sensor=name, timestamp_ns=sweep.timestamp_ns, points=sweep.points[i::2]))
    sensors = tuple(Sensor(name=name, kind="lidar", ego_from_sensor=EGO_FROM_LIDAR) for name in halves)
    drive = replace(whole, rig=Rig(sensors), sweeps=halves)
    result = interpolate(make_labels(keyframes(path)), drive).tracks[0]
    assert misses(result, path).max() < 0.12


def test_a_lidar_at_other_instants_sees_what_is_hidden_from_the_first():
    late_ns, hidden = FRAME_NS // 2, range(1, N - 1)
    between = tuple(
        np.array([np.interp(np.arange(N) + 0.5, np.arange(N), column) for column in np.atleast_2d(part.T)]).T
        for part in braking_path()
    )
    path, late = braking_path(), (between[0], between[1][:, 0])
    first, second = make_drive([path], hidden=hidden), make_drive([late], seed=1)
    trajectory = make_trajectory(n=N + 1, speed=1.0, yaw_rate=0.02)
    moved = []
    for sweep in second.sweeps["LIDAR_TOP"]:
        world = (second.trajectory.at(sweep.timestamp_ns) @ EGO_FROM_LIDAR).apply(sweep.points)
        time = sweep.timestamp_ns + late_ns
        points = (trajectory.at(time) @ EGO_FROM_LIDAR).inverse().apply(world).astype(np.float32)
        moved.append(Sweep(sensor="LIDAR_FRONT", timestamp_ns=time, points=points))
    sensors = tuple(
        Sensor(name=name, kind="lidar", ego_from_sensor=EGO_FROM_LIDAR) for name in ("LIDAR_TOP", "LIDAR_FRONT")
    )
    times = {
        "LIDAR_TOP": START_NS + np.arange(N) * FRAME_NS,
        "LIDAR_FRONT": START_NS + np.arange(N) * FRAME_NS + late_ns,
    }
    sweeps = {**first.sweeps, "LIDAR_FRONT": moved}
    drive = MemoryDrive(rig=Rig(sensors), trajectory=trajectory, times=times, sweeps=sweeps)
    alone, both = (interpolate(make_labels(keyframes(path)), given).tracks[0] for given in (first, drive))
    assert (alone.timestamps_ns == both.timestamps_ns).all()
    assert misses(both, path).max() < 0.15 < misses(alone, path).max()


@pytest.mark.parametrize("method", ["linear", "spline"])
def test_other_methods_read_no_sweep(method, caplog):
    path = braking_path()
    drive = MemoryDrive(trajectory=make_trajectory(n=N))
    result = interpolate(make_labels(keyframes(path)), drive, method=method).tracks[0]
    assert not caplog.records
    assert set(result.sources[1:-1]) == {Source.INTERPOLATED}


def test_instants_between_sweeps_lie_on_the_followed_path():
    path = braking_path()
    at = START_NS + np.array([12, 13]) * FRAME_NS + FRAME_NS // 2
    result = interpolate(make_labels(keyframes(path)), make_drive([path]), at=at).tracks[0]
    between = result[result.sources == Source.INTERPOLATED]
    expected = (path[0][[12, 13]] + path[0][[13, 14]]) / 2
    assert np.hypot(*(between.cuboids.centers - expected)[:, :2].T).max() < 0.12


@pytest.mark.parametrize("other", [0, N - 1])
def test_what_a_keyframe_beyond_a_gap_shows_is_known_in_it(other):
    def rear_at_the_ends_of_the_gap_and_side_between(points, k):
        rear = points[:, 0] < -1.9
        return points[rear if k in (10, 20) else ~rear if 10 < k < 20 else slice(None)]

    path = braking_path()
    drive = make_drive([path], seen=rear_at_the_ends_of_the_gap_and_side_between)
    alone = interpolate(make_labels(keyframes(path, (10, 20))), drive).tracks[0]
    assert set(alone.sources[1:-1]) == {Source.INTERPOLATED}
    helped = interpolate(make_labels(keyframes(path, sorted((10, 20, other)))), drive).tracks[0]
    between = (helped.timestamps_ns > alone.timestamps_ns[0]) & (helped.timestamps_ns < alone.timestamps_ns[-1])
    assert set(helped.sources[between]) == {Source.FITTED}
