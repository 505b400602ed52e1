"""Keyframes among points: exact as people are, and one of them must not overrule all others."""

from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from sensorann.scene import MOTION_MODELS, Motion, Source
from sensorann.tracks.following import EXACT, Measured
from sensorann.tracks.keyframes import keyframes_of
from sensorann.tracks.solving import measured_keyframes, with_keyframes_weighed
from tests.builders import FRAME_NS, START_NS, make_labels
from tests.tracks.followed import braking_path, keyframes, make_drive, misses

VEHICLE = MOTION_MODELS[Motion.VEHICLE]
EVERY_SECOND = (0, 10, 20, 30)


def moved_keyframes(path, *, frame, by):
    centers, yaws = path
    wrong = centers.copy()
    wrong[frame] += by
    return keyframes((wrong, yaws), EVERY_SECOND)


def test_a_box_beside_its_object_drags_no_neighbours_along():
    path = braking_path()
    track = moved_keyframes(path, frame=10, by=[0.0, 0.3, 0.0])
    result = sa.interpolate(make_labels(track), make_drive([path])).track(track.id)
    away = misses(result, path)
    assert away[10] == pytest.approx(0.3)
    assert away[[8, 9, 11, 12]].max() < 0.1


def test_keyframes_of_people_count_as_placed_and_those_of_others_as_stated():
    track = keyframes(braking_path(), EVERY_SECOND)
    human = measured_keyframes(keyframes_of(track, keyframe_sigma=0.1), VEHICLE)
    np.testing.assert_allclose(human.covariances[:, 0, 0], VEHICLE.plan.placement**2 + EXACT[0, 0])
    imported = replace(track, sources=np.full(4, Source.IMPORTED), sigmas=np.full((4, 7), 0.2))
    stated = measured_keyframes(keyframes_of(imported, keyframe_sigma=0.1), VEHICLE)
    np.testing.assert_allclose(stated.covariances[:, 0, 0], 0.2**2 + EXACT[0, 0])


def test_only_the_keyframe_that_all_others_contradict_weighs_less():
    times = START_NS + np.arange(21) * FRAME_NS
    poses = np.column_stack([np.arange(21) * 0.5, np.zeros(21), np.zeros(21)])
    poses[10, 1] = 0.5
    measured = Measured(timestamps_ns=times, poses=poses, covariances=np.tile(np.eye(3) * 0.05**2, (21, 1, 1)))
    weighed = with_keyframes_weighed(measured, times[[0, 10, 20]], Motion.VEHICLE)
    wider = np.sqrt(weighed.covariances[:, 1, 1] / measured.covariances[:, 1, 1])
    assert wider[10] > 20
    assert wider[[0, 20]].max() < 2
    np.testing.assert_array_equal(np.delete(wider, [0, 10, 20]), 1.0)
    np.testing.assert_array_equal(weighed.poses, measured.poses)
