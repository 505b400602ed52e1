"""Objects that stand still get one pose, where their points agree that they do."""

from dataclasses import replace

import numpy as np

from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import MOTION_MODELS, Motion, Source
from sensorann.tracks import interpolate
from tests.builders import FRAME_NS, START_NS, make_labels, make_track
from tests.tracks.followed import SIZE, N, make_drive

PLACE, YAW = np.array([12.0, 3.0, 0.75]), 0.3
FRAMES = np.array([0, 10, 20, N - 1])
OFFSETS = np.array([[0.06, 0.0, 0.02], [-0.05, 0.05, -0.02], [0.02, -0.06, 0.05], [0.01, 0.03, -0.01]])
TURNS = np.array([0.01, -0.015, 0.005, 0.004])


def parked(*, offsets=OFFSETS, turns=TURNS):
    """A parked car that a person placed four times, never at quite the same place."""
    times = START_NS + FRAMES * FRAME_NS
    return make_track(timestamps_ns=times, centers=PLACE + offsets, yaws=YAW + turns, size=SIZE)


def parked_drive(**options):
    return make_drive([(np.tile(PLACE, (N, 1)), np.full(N, YAW))], **options)


def between(track):
    return track[~np.isin(track.timestamps_ns, START_NS + FRAMES * FRAME_NS)]


def test_all_boxes_between_the_keyframes_have_the_mean_of_these():
    result = interpolate(make_labels(parked()), parked_drive()).tracks[0]
    boxes = between(result)
    np.testing.assert_allclose(boxes.cuboids.centers, np.tile(PLACE + OFFSETS.mean(axis=0), (len(boxes), 1)), atol=1e-9)
    expected = rotations_from_yaws(np.full(len(boxes), YAW + TURNS.mean()))
    np.testing.assert_allclose(boxes.cuboids.rotations, expected, atol=1e-4)
    assert set(boxes.sources) == {Source.FITTED}


def test_the_keyframes_stay_as_they_were_placed():
    result = interpolate(make_labels(parked()), parked_drive()).tracks[0]
    rows = np.isin(result.timestamps_ns, START_NS + FRAMES * FRAME_NS)
    np.testing.assert_array_equal(result.cuboids.centers[rows], PLACE + OFFSETS)
    assert set(result.sources[rows]) == {Source.HUMAN}


def test_the_doubt_is_that_of_a_mean_and_of_the_next_box():
    boxes = between(interpolate(make_labels(parked()), parked_drive()).tracks[0])
    model = MOTION_MODELS[Motion.VEHICLE]
    for column, wander in zip((0, 1, 2, 6), (model.plan, model.plan, model.height, model.yaw), strict=True):
        np.testing.assert_allclose(boxes.sigmas[:, column], wander.placement * np.sqrt(1 + 1 / 4), rtol=1e-9)


def test_a_keyframe_that_is_less_sure_counts_less():
    sigmas = np.zeros((4, 7))
    sigmas[1, [0, 1, 2, 6]] = 0.5
    sources = np.array([Source.HUMAN, Source.DETECTED, Source.HUMAN, Source.HUMAN])
    labels = make_labels(replace(parked(), sources=sources, sigmas=sigmas))
    boxes = between(interpolate(labels, parked_drive()).tracks[0]).cuboids
    sure = PLACE + OFFSETS[[0, 2, 3]].mean(axis=0)
    assert np.abs(boxes.centers - sure).max() < 0.01
    assert np.abs(boxes.yaws - YAW - TURNS[[0, 2, 3]].mean()).max() < 0.001


def test_frames_without_points_have_the_pose_too_but_nobody_says_that_points_decided():
    hidden = (4, 5, 6)
    result = interpolate(make_labels(parked()), parked_drive(hidden=hidden)).tracks[0]
    assert set(result.sources[list(hidden)]) == {Source.INTERPOLATED}
    np.testing.assert_array_equal(result.cuboids.centers[4], result.cuboids.centers[8])


def test_places_that_drift_apart_are_not_one():
    offsets = np.array([0.0, 0.15, 0.3, 0.45])[:, None] * [1.0, 0.0, 0.0]
    centers = between(interpolate(make_labels(parked(offsets=offsets)), parked_drive()).tracks[0]).cuboids.centers
    assert np.ptp(centers[:, 0]) > 0.1


def test_headings_that_drift_apart_are_not_one():
    turns = np.array([0.0, 0.04, 0.08, 0.12])
    yaws = between(interpolate(make_labels(parked(turns=turns)), parked_drive()).tracks[0]).cuboids.yaws
    assert np.ptp(yaws) > 0.05


def test_what_turns_on_the_spot_does_not_rest():
    yaws = YAW + np.linspace(0.0, 0.3, N)
    track = make_track(
        timestamps_ns=START_NS + np.array([0, N - 1]) * FRAME_NS, centers=[PLACE] * 2, yaws=yaws[[0, -1]], size=SIZE
    )
    result = interpolate(make_labels(track), make_drive([(np.tile(PLACE, (N, 1)), yaws)])).tracks[0]
    assert np.abs(result.cuboids.yaws - yaws).max() < 0.04


def test_without_points_there_is_no_evidence_and_the_curve_stays():
    labels = make_labels(parked())
    drive = parked_drive(hidden=range(1, N - 1))
    curve, result = (interpolate(labels, drive, points=points).tracks[0] for points in (False, True))
    np.testing.assert_array_equal(result.cuboids.centers, curve.cuboids.centers)
