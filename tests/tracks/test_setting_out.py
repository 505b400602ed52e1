"""Objects with one box: whatever their speed, they are followed both ways from it."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.scene import Motion, Source
from sensorann.tracks import interpolate
from sensorann.tracks.extending import extend_tracks
from sensorann.tracks.outward import END_OF_DRIVE, TRIALS, started
from sensorann.tracks.setting_out import rivals, still_in_question
from tests.builders import FRAME_NS, START_NS, make_labels
from tests.tracks.followed import SIZE, N, braking_path, keyframes, make_drive, misses

KEY = 10


def straight_path(speed, *, start=14.0, step=FRAME_NS * 1e-9):
    x = start + speed * step * np.arange(N)
    return np.column_stack([x, np.full(N, 3.0), np.full(N, 0.75)]), np.zeros(N)


def followed(path, drive, *, key=KEY, **changes):
    return extend_tracks(make_labels(keyframes(path, (key,), **changes)), drive)


@pytest.mark.parametrize(
    ("speed", "start"),
    [(0.0, 14.0), (0.7, 14.0), (8.0, 8.0), (-6.0, 30.0), (25.0, 8.0), (-30.0, 99.0)],
    ids=["stands", "creeps", "fast", "oncoming", "on a motorway", "oncoming there"],
)
def test_one_box_is_enough_at_any_speed(speed, start):
    path = straight_path(speed, start=start)
    result = followed(path, make_drive([path]))
    track = result.labels.tracks[0]
    assert result.reasons == {END_OF_DRIVE: 2}
    assert len(track) == N
    assert misses(track, path).max() < 0.2
    assert (np.delete(track.sources, KEY) == Source.FITTED).all()


@pytest.mark.parametrize(
    ("category", "speed", "yaw"),
    [("cyclist", 8.0, 0.0), ("pedestrian", 1.5, 1.5), ("pedestrian", -1.5, 0.0)],
    ids=["a cyclist", "a person who steps aside", "a person who steps back"],
)
def test_one_box_is_enough_for_people_and_cyclists(category, speed, yaw):
    places, _ = straight_path(speed, start=14.0)
    path = places, np.full(N, yaw)
    track = followed(path, make_drive([path]), category=category).labels.tracks[0]
    assert len(track) == N
    assert misses(track, path).max() < 0.2


def test_one_box_is_enough_on_a_way_that_bends():
    path = braking_path()
    track = followed(path, make_drive([path])).labels.tracks[0]
    assert len(track) == N
    assert misses(track, path).max() < 0.25


def test_the_box_that_a_person_placed_stays():
    path = straight_path(8.0, start=8.0)
    labels = make_labels(keyframes(path, (KEY,)))
    track = extend_tracks(labels, make_drive([path])).labels.tracks[0]
    np.testing.assert_array_equal(track.cuboids.centers[KEY], labels.tracks[0].cuboids.centers[0])
    assert track.sources[KEY] == Source.HUMAN


def test_an_object_drawn_the_wrong_way_round_drives_backward():
    centers, yaws = straight_path(8.0, start=8.0)
    result = followed((centers, yaws + np.pi), make_drive([(centers, yaws)]))
    assert misses(result.labels.tracks[0], (centers, yaws)).max() < 0.2


def test_a_car_parked_in_a_row_is_not_taken_for_one_that_drives_along_it():
    """At 60 m/s each car of the row would stand where the next one does a sweep later."""
    paths = [straight_path(0.0, start=8.0 + 6.0 * i) for i in range(4)]
    track = followed(paths[1], make_drive(paths)).labels.tracks[0]
    assert misses(track, paths[1]).max() < 0.1


def test_a_side_that_the_keyframe_does_not_show_is_as_flat_as_the_box():
    """The side alone at the keyframe, then the rear alone: what passes beside the vehicle drives on in front of it."""

    def side_then_rear(points, k):
        rear = points[:, 0] < -SIZE[0] / 2 + 0.1
        return points[~rear if k <= KEY + 2 else rear]

    path = straight_path(5.0, start=8.0)
    track = followed(path, make_drive([path], seen=side_then_rear)).labels.tracks[0]
    assert track.timestamps_ns[-1] == START_NS + (N - 1) * FRAME_NS
    assert misses(track, path).max() < 0.2


def test_interpolate_extends_from_one_keyframe(caplog):
    path = straight_path(8.0, start=8.0)
    labels, drive = make_labels(keyframes(path, (KEY,))), make_drive([path])
    assert len(interpolate(labels, drive, extend=True).tracks[0]) == N
    assert "stay one box" not in caplog.text


def test_no_speed_is_asked_of_the_last_sweep():
    path = straight_path(8.0, start=8.0)
    result = followed(path, make_drive([path]), key=N - 1)
    assert len(result.labels.tracks[0]) == N
    assert result.reasons == {END_OF_DRIVE: 2}


@pytest.fixture(scope="module")
def end():
    path = straight_path(0.0)
    return started(make_drive([path]), 0, keyframes(path, (KEY,)), Motion.VEHICLE, 1)


@pytest.mark.parametrize("step_s", [0.1, 0.5])
def test_speeds_lie_so_near_that_registration_finds_what_is_between_them(end, step_s):
    speeds = [float(rival.state[3]) for rival in rivals(end, step_s=step_s)]
    assert (np.diff(np.abs(speeds)) >= -1e-9).all()
    assert max(speeds) == -min(speeds) == 40.0
    assert np.diff(np.sort(speeds)).max() * step_s <= 0.5 + 1e-9
    # Each is as unsure of its speed as the way to the next is half as long.
    assert np.sqrt(rivals(end, step_s=step_s)[0].covariance[3, 3]) * step_s <= 0.25 + 1e-9


def test_of_two_that_are_as_good_the_slower_one_is_it(end):
    before = [rival.explained for rival in rivals(end, step_s=0.1)]
    assert before[0] == 0.0
    assert (np.diff(before[::2]) < 0).all()


def test_after_the_trials_only_the_fittest_of_each_track_goes_on(end):
    def tried(track, n_tried, explained):
        return replace(end, track=track, n_tried=n_tried, explained=explained)

    lost, fit, worse, fresh, other = (
        tried(0, TRIALS, 5.0), tried(0, TRIALS, 3.0), tried(0, TRIALS, 2.0), tried(0, TRIALS - 1, 0.0),
        tried(1, TRIALS, 1.0),
    )  # fmt: skip
    active = [fit, worse, fresh, other]
    assert still_in_question(active, active) == [fit, fresh, other]
    # One that explained more and is lost since was the object: no other takes its place.
    assert still_in_question(active, [lost, *active]) == [fresh, other]


def test_what_one_learns_the_others_do_not(end):
    first, second = rivals(end, step_s=0.1)[:2]
    for name in ("points", "n_points", "across", "outward", "cells"):
        for other in (second, end):
            assert not np.shares_memory(getattr(first.template, name), getattr(other.template, name))
