"""Objects followed beyond their keyframes, on simulated sweeps whose truth is known."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Source
from sensorann.tracks import interpolate
from sensorann.tracks.extending import extend_tracks
from sensorann.tracks.outward import DRIFT, END_OF_DRIVE, HIDDEN, JUMP, NO_TEMPLATE, UNKNOWN_SPEED
from tests.builders import FRAME_NS, START_NS, make_labels
from tests.tracks.test_points_in_loop import N, braking_path, keyframes, make_drive, misses

KEYS = (10, 20)


def extended(path, drive, frames=KEYS):
    return extend_tracks(interpolate(make_labels(keyframes(path, frames)), drive), drive)


def frames_of(track):
    return list((track.timestamps_ns - START_NS) // FRAME_NS)


def test_an_object_in_sight_is_followed_to_both_ends_of_the_drive():
    path = braking_path()
    result = extended(path, make_drive([path]))
    track = result.labels.tracks[0]
    assert frames_of(track) == list(range(N))
    assert misses(track, path).max() < 0.15
    beyond = np.r_[0 : KEYS[0], KEYS[1] + 1 : N]
    assert (track.sources[beyond] == Source.FITTED).all()
    assert result.n_boxes == len(beyond)
    assert result.reasons == {END_OF_DRIVE: 2}


def test_everything_between_the_keyframes_stays_as_it_was():
    path = braking_path()
    drive = make_drive([path])
    completed = interpolate(make_labels(keyframes(path, KEYS)), drive)
    before, after = completed.tracks[0], extend_tracks(completed, drive).labels.tracks[0][KEYS[0] : KEYS[1] + 1]
    np.testing.assert_array_equal(after.cuboids.centers, before.cuboids.centers)
    np.testing.assert_array_equal(after.sources, before.sources)
    np.testing.assert_array_equal(after.sigmas, before.sigmas)


def test_the_doubt_grows_outward_and_holds_the_truth():
    path = braking_path()
    track = extended(path, make_drive([path])).labels.tracks[0]
    sigmas = np.hypot(track.sigmas[:, 0], track.sigmas[:, 1])
    assert sigmas[N - 1] > sigmas[KEYS[1] + 1]
    assert sigmas[0] > sigmas[KEYS[0] - 1]
    beyond = track.sources == Source.FITTED
    doubts = np.abs(track.cuboids.centers - path[0])[beyond] / track.sigmas[beyond, :3]
    assert (doubts <= 1.6449).mean() > 0.85


def test_nothing_but_time_makes_heights_less_sure():
    path = braking_path()
    sigmas = extended(path, make_drive([path])).labels.tracks[0].sigmas[:, 2]
    seconds = np.arange(1, N - KEYS[1]) * 0.1
    grown = sigmas[KEYS[1] + 1 :] ** 2 - sigmas[KEYS[1] + 1] ** 2
    np.testing.assert_allclose(grown, DRIFT**2 * (seconds**2 - seconds[0] ** 2), atol=1e-12)


def test_following_ends_where_the_object_is_hidden():
    path = braking_path()
    result = extended(path, make_drive([path], hidden=range(25, N)))
    assert frames_of(result.labels.tracks[0]) == list(range(25))
    assert result.reasons == {END_OF_DRIVE: 1, HIDDEN: 1}


def test_a_short_gap_in_sight_is_bridged_without_boxes_in_it():
    path = braking_path()
    result = extended(path, make_drive([path], hidden=(24, 25)))
    assert frames_of(result.labels.tracks[0]) == [*range(24), *range(26, N)]


def test_a_jump_is_not_followed():
    centers, yaws = braking_path()
    jumped = centers + np.where(np.arange(N) >= 25, 1.0, 0.0)[:, None] * np.array([0.0, 1.0, 0.0])
    result = extended((centers, yaws), make_drive([(jumped, yaws)]))
    assert frames_of(result.labels.tracks[0]) == list(range(25))
    assert result.reasons == {END_OF_DRIVE: 1, JUMP: 1}


def test_one_box_says_nothing_about_speed():
    path = braking_path()
    assert extended(path, make_drive([path]), frames=(10,)).reasons == {UNKNOWN_SPEED: 2}


def test_keyframes_without_points_cannot_be_followed():
    path = braking_path()
    drive = make_drive([path], hidden=range(N))
    result = extended(path, drive)
    assert result.reasons == {NO_TEMPLATE: 2}
    assert result.n_boxes == 0


def test_interpolate_extends_where_it_is_asked_to():
    path = braking_path()
    drive, labels = make_drive([path]), make_labels(keyframes(path, KEYS))
    assert len(interpolate(labels, drive, extend=True).tracks[0]) == N
    assert len(interpolate(labels, drive).tracks[0]) == KEYS[1] - KEYS[0] + 1


@pytest.mark.parametrize("options", [{"points": False}, {"method": "linear"}, {"at": "camera"}, {"at": [START_NS]}])
def test_extending_without_points_is_refused(options):
    path = braking_path()
    with pytest.raises(ArgumentError, match="extend follows points"):
        interpolate(make_labels(keyframes(path, KEYS)), make_drive([path]), extend=True, **options)
