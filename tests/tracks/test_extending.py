"""Objects followed beyond their keyframes, on simulated sweeps whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.geometry import Transform
from sensorann.scene import Source
from sensorann.tracks import interpolate
from sensorann.tracks.extending import extend_tracks
from sensorann.tracks.outward import DRIFT, END_OF_DRIVE, HIDDEN, JUMP, NO_TEMPLATE, OUT_OF_RANGE
from tests.builders import FRAME_NS, START_NS, make_labels
from tests.tracks.followed import N, braking_path, elsewhere, keyframes, make_drive, misses, track_elsewhere

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


@pytest.mark.parametrize(("n_hidden", "found_again"), [(15, True), (20, False)], ids=["1.5 s", "2 s"])
def test_what_was_hidden_is_expected_to_come_out_again_for_a_while(n_hidden, found_again):
    path = braking_path(50)
    result = extended(path, make_drive([path], n=50, hidden=range(25, 25 + n_hidden)))
    track = result.labels.tracks[0]
    assert (frames_of(track)[-1] == 49) == found_again
    assert not set(frames_of(track)) & set(range(25, 25 + n_hidden))
    assert misses(track, (path[0][frames_of(track)], None)).max() < 0.3
    assert result.reasons == ({END_OF_DRIVE: 2} if found_again else {END_OF_DRIVE: 1, HIDDEN: 1})


def test_a_jump_is_not_followed():
    centers, yaws = braking_path()
    jumped = centers + np.where(np.arange(N) >= 25, 1.0, 0.0)[:, None] * np.array([0.0, 1.0, 0.0])
    result = extended((centers, yaws), make_drive([(jumped, yaws)]))
    assert frames_of(result.labels.tracks[0]) == list(range(25))
    assert result.reasons == {END_OF_DRIVE: 1, JUMP: 1}


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


def test_boxes_along_a_curve_are_no_evidence():
    path = braking_path()
    drive = make_drive([path])
    completed = interpolate(make_labels(keyframes(path, KEYS)), drive, points=False)
    track = completed.tracks[0]
    curve = track.sources == Source.INTERPOLATED
    boxes = replace(track.cuboids, centers=track.cuboids.centers + curve[:, None] * [0.0, 1.0, 0.0])
    bent = replace(completed, tracks=(replace(track, cuboids=boxes),))
    straight, other = (extend_tracks(labels, drive).labels.tracks[0] for labels in (completed, bent))
    beyond = (straight.timestamps_ns < track.timestamps_ns[0]) | (straight.timestamps_ns > track.timestamps_ns[-1])
    assert beyond.sum() == N - len(track)
    np.testing.assert_array_equal(straight.cuboids.centers[beyond], other.cuboids.centers[beyond])


def test_the_keyframe_before_the_last_knows_the_object_too():
    def rear_at_the_last_keyframe_and_side_beyond(points, k):
        rear = points[:, 0] < -1.9
        return points[rear if k == KEYS[1] else ~rear if k > KEYS[1] else slice(None)]

    path = np.column_stack([12.0 + 0.5 * np.arange(N), np.full(N, 3.0), np.full(N, 0.75)]), np.zeros(N)
    drive = make_drive([path], seen=rear_at_the_last_keyframe_and_side_beyond)
    assert frames_of(extended(path, drive).labels.tracks[0])[-1] == N - 1


def test_far_enough_away_an_object_that_is_not_seen_is_out_of_range():
    """Points thin out with the square of the distance: six times as far, too few are left to find it by."""
    x = 8.0 + 3.0 * np.arange(N)
    path = np.column_stack([x, np.full(N, 3.0), np.full(N, 0.75)]), np.zeros(N)
    result = extended(path, make_drive([path], hidden=range(24, N)), (0, 2))
    assert frames_of(result.labels.tracks[0])[-1] == 23
    assert result.reasons[OUT_OF_RANGE] == 1


@pytest.mark.parametrize("frames", [(10,), (8, 20), (0, 14, N - 1)], ids=["one keyframe", "two", "three"])
@pytest.mark.parametrize(
    ("yaw", "place", "later_ns"),
    [(0.0, [0.0, 0.0, 0.0], 10**17), (np.pi, [0.0, 0.0, 0.0], 0), (-1.0, [500_000.0, 5_400_000.0, 300.0], 0)],
    ids=["another time", "a heading around the turn of the angle", "UTM"],
)
def test_neither_place_nor_heading_nor_time_of_the_world_matters(frames, yaw, place, later_ns):
    path, world_from_here = braking_path(), Transform.from_yaw(yaw, place)
    drive, track = make_drive([path]), keyframes(path, frames)
    here = interpolate(make_labels(track), drive, extend=True).tracks[0]
    moved = make_labels(track_elsewhere(track, world_from_here, later_ns))
    there = interpolate(moved, elsewhere(drive, world_from_here, later_ns), extend=True).tracks[0]
    expected = track_elsewhere(here, world_from_here, later_ns)
    np.testing.assert_array_equal(there.timestamps_ns, expected.timestamps_ns)
    np.testing.assert_array_equal(there.sources, expected.sources)
    np.testing.assert_allclose(there.cuboids.centers, expected.cuboids.centers, rtol=0, atol=1e-3)
    np.testing.assert_allclose(there.cuboids.rotations, expected.cuboids.rotations, atol=1e-3)
