"""Keyframes among points: as exact as people are, and what points drift from them is taken back."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.scene import MOTION_MODELS, Motion, Source
from sensorann.tracks import interpolate
from sensorann.tracks.drifting import DRIFT_S, DRIFT_SIGMAS, without_drift
from sensorann.tracks.following import EXACT, Measured
from sensorann.tracks.keyframes import keyframes_of
from sensorann.tracks.solving import measured_keyframes, solved
from tests.builders import FRAME_NS, START_NS, make_labels
from tests.tracks.followed import braking_path, keyframes, make_drive, misses

VEHICLE = MOTION_MODELS[Motion.VEHICLE]
EVERY_SECOND = (0, 10, 20, 30)


def test_a_box_beside_its_object_drags_no_neighbours_along():
    centers, yaws = braking_path()
    wrong = centers.copy()
    wrong[10, 1] += 0.4
    track = keyframes((wrong, yaws), EVERY_SECOND)
    result = interpolate(make_labels(track), make_drive([(centers, yaws)])).tracks[0]
    away = misses(result, (centers, yaws))
    assert away[10] == pytest.approx(0.4)
    assert away[[9, 11]].max() < 0.25  # with an exact keyframe 0.39


def test_keyframes_of_people_count_as_placed_and_those_of_others_as_stated():
    track = keyframes(braking_path(), EVERY_SECOND)
    human = measured_keyframes(keyframes_of(track, keyframe_sigma=0.1), VEHICLE)
    np.testing.assert_allclose(human.covariances[:, 0, 0], VEHICLE.plan.placement**2 + EXACT[0, 0])
    imported = replace(track, sources=np.full(4, Source.IMPORTED), sigmas=np.full((4, 7), 0.2))
    stated = measured_keyframes(keyframes_of(imported, keyframe_sigma=0.1), VEHICLE)
    np.testing.assert_allclose(stated.covariances[:, 0, 0], 0.2**2 + EXACT[0, 0])


def drifting(*, along=0.0, across=0.0, turn=0.0):
    """A car on a straight road at 30 degrees, a keyframe every second, its other frames all off the same way."""
    times = START_NS + np.arange(31) * FRAME_NS
    ahead, aside = np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)]), np.array([-np.sin(np.pi / 6), np.cos(np.pi / 6)])
    keys = np.isin(np.arange(31), EVERY_SECOND)
    plan = (
        500_000.0
        + np.arange(31)[:, None] * ahead
        + np.where(keys, 0.0, 1.0)[:, None] * (along * ahead + across * aside)
    )
    yaws = np.pi / 6 + np.where(keys, 0.0, turn)
    covariances = np.where(keys[:, None, None], np.diag([0.05, 0.05, 0.007]) ** 2, np.diag([0.04, 0.04, 0.01]) ** 2)
    return (
        Measured(timestamps_ns=times, poses=np.column_stack([plan, yaws]), covariances=covariances),
        times[keys],
        keys,
    )


@pytest.mark.parametrize("drift", [{"along": 0.1}, {"across": -0.12}, {"turn": 0.02}])
def test_frames_off_the_same_way_as_all_keyframes_show_come_back(drift):
    measured, keyframes_ns, keys = drifting(**drift)
    true = drifting()[0].poses
    moved = without_drift(measured, keyframes_ns, Motion.VEHICLE)
    before, after = (np.abs(poses - true).max(axis=1) for poses in (measured.poses, moved.poses))
    assert (after[~keys] < 0.5 * before[~keys]).all()
    np.testing.assert_array_equal(moved.poses[keys], measured.poses[keys])
    np.testing.assert_array_equal(moved.covariances, measured.covariances)


def test_a_drift_is_all_but_forgotten_after_a_few_seconds():
    """What one keyframe shows of it fades to a third within a second and a half, and to a seventh in three."""
    measured, keyframes_ns, _ = drifting(along=0.1)
    rows, last = np.arange(31), keyframes_ns[-1:]
    trusted = np.diag([0.001, 0.001, 0.001]) ** 2
    only_last = replace(measured, covariances=np.where(rows[:, None, None] == 30, trusted, measured.covariances))
    taken_back = np.linalg.norm(without_drift(only_last, last, Motion.VEHICLE).poses - measured.poses, axis=1)
    assert taken_back[15] / taken_back[29] == pytest.approx(np.exp(-1.4 / 1.5), rel=0.05)
    assert taken_back[0] / taken_back[29] == pytest.approx(np.exp(-2.9 / 1.5), rel=0.05)


@pytest.mark.parametrize("drift", [{"along": 0.8}, {"across": 0.8}])
def test_what_lies_far_off_has_not_drifted(drift):
    measured, keyframes_ns, _ = drifting(**drift)
    moved = without_drift(measured, keyframes_ns, Motion.VEHICLE)
    np.testing.assert_array_equal(moved.poses, measured.poses)


def test_people_do_not_drift():
    measured, keyframes_ns, _ = drifting(along=0.1)
    assert without_drift(measured, keyframes_ns, Motion.PEDESTRIAN) is measured


def test_drift_equals_leaving_each_keyframe_out_and_a_gaussian_process():
    rng = np.random.default_rng(0)
    measured, keyframes_ns, keys = drifting(along=0.05, across=-0.08, turn=0.01)
    measured = replace(measured, poses=measured.poses + rng.normal(0, [0.03, 0.03, 0.005], (31, 3)))
    got = without_drift(measured, keyframes_ns, Motion.VEHICLE)
    np.testing.assert_allclose(got.poses, naive_without_drift(measured, keys), atol=1e-6)


def naive_without_drift(measured, keys):
    """Smooth once without each keyframe; one dense Gaussian process per axis of the box."""
    rows, drifts, variances = np.flatnonzero(keys), [], []
    for row in rows:
        loose = measured.covariances.copy()
        loose[row] *= 1e8
        pose, covariance = solved(replace(measured, covariances=loose), measured.timestamps_ns[[row]], Motion.VEHICLE)
        to_box = turned(measured.poses[row, 2]).T
        drifts.append(to_box @ (measured.poses[row] - pose[0]))
        # The inverse of the information along each axis, as the mean of that axis alone would have it.
        variances.append(1 / np.diag(np.linalg.inv(to_box @ (covariance[0] + measured.covariances[row]) @ to_box.T)))
    seconds, expected = np.arange(31) * 0.1, measured.poses.copy()
    for i in np.flatnonzero(~keys):
        moved = np.zeros(3)
        for axis, sigma in enumerate(DRIFT_SIGMAS[Motion.VEHICLE]):
            between = sigma**2 * np.exp(-np.abs(seconds[rows][:, None] - seconds[rows]) / DRIFT_S)
            weights = np.linalg.inv(between + np.diag(np.array(variances)[:, axis]))
            moved[axis] = (
                sigma**2 * np.exp(-np.abs(seconds[i] - seconds[rows]) / DRIFT_S) @ weights @ np.array(drifts)[:, axis]
            )
        expected[i] += turned(measured.poses[i, 2]) @ moved
    return expected


def turned(yaw):
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
