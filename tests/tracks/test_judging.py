"""Keyframes that the rest of their track contradicts, where what is seen at them alone says nothing."""

import logging
from dataclasses import replace

import numpy as np
import pytest

from sensorann.scene import Motion
from sensorann.tracks import interpolate
from sensorann.tracks.following import EXACT, Gap, Measured
from sensorann.tracks.judging import Judge
from sensorann.tracks.left_out import Place, place_without, surprise
from tests.builders import FRAME_NS, START_NS, make_labels, make_track
from tests.tracks.followed import N, braking_path, found_in, keyframes, make_drive

FRAMES = (0, 10, 20, N - 1)


def displaced(path, *, row, along):
    """Keyframes of which one lies so many metres ahead of its object."""
    track = keyframes(path, FRAMES, id="7")
    centers = track.cuboids.centers.copy()
    centers[row] += along * track.cuboids.rotations[row][:, 0]
    return replace(track, cuboids=replace(track.cuboids, centers=centers))


def side_at(k, side_frame):
    """Only the side is seen at one keyframe, only the rear at the others, and both in between."""
    return k == side_frame, k in FRAMES and k != side_frame


def other_sides(side_frame):
    def seen(points, k):
        side_only, rear_only = side_at(k, side_frame)
        side = points[:, 1] < -0.85
        return points[side] if side_only else points[~side] if rear_only else points

    return seen


def told(caplog, track, drive):
    with caplog.at_level(logging.WARNING):
        interpolate(make_labels(track), drive)
    return found_in(caplog)


@pytest.mark.parametrize("row", [1, 2], ids=["second", "third"])
@pytest.mark.parametrize("along", [-3.0, -1.5, 1.5, 3.0])
def test_the_rest_of_the_track_contradicts_a_keyframe_that_shows_what_no_other_does(caplog, row, along):
    path = braking_path()
    drive = make_drive([path], seen=other_sides(FRAMES[row]))
    messages = told(caplog, displaced(path, row=row, along=along), drive)
    (message,) = [message for message in messages if "beside the box" in message]
    assert "beside the box: 1 " in message
    assert f"track 7 at {START_NS + FRAMES[row] * FRAME_NS} ns" in message


@pytest.mark.parametrize("row", [1, 2], ids=["second", "third"])
def test_an_exact_keyframe_that_shows_what_no_other_does_is_not_named(caplog, row):
    path = braking_path()
    assert not told(caplog, keyframes(path, FRAMES), make_drive([path], seen=other_sides(FRAMES[row])))


def measured(x):
    n = len(x)
    poses = np.column_stack([x, np.zeros(n), np.zeros(n)])
    return Measured(
        timestamps_ns=START_NS + np.arange(n) * FRAME_NS, poses=poses, covariances=np.tile(EXACT, (n, 1, 1))
    )


def whole_gap(n):
    track = make_track(timestamps_ns=START_NS + np.arange(n) * FRAME_NS, centers=np.zeros((n, 3)))
    return Gap(timestamps_ns=track.timestamps_ns, cuboids=track.cuboids)


def test_steady_motion_surprises_nobody():
    assert surprise(whole_gap(20), measured(np.arange(20) * 0.8), motion=Motion.VEHICLE) < 0.01


def test_a_jump_surprises_by_its_square_over_the_doubt():
    x = np.arange(20) * 0.8
    x[-1] += 1.0
    scatter, noise, step = 0.1, 3.0, 0.1
    found = surprise(whole_gap(20), measured(x), motion=Motion.VEHICLE)
    # Before the jump the filter knows the place, and the speed but for what the noise of a few steps adds.
    least, most = scatter**2 + noise * step**3 * np.array([1 / 3, 4.0])
    assert 1.0 / most < found < 1.0 / least


def test_where_no_frame_was_believed_a_move_is_a_surprise_and_a_rest_is_none():
    ends = np.array([0.0, 8.0])
    track = make_track(timestamps_ns=START_NS + np.array([0, N]) * FRAME_NS, centers=ends[:, None] * [1.0, 0.0, 0.0])
    gap = Gap(timestamps_ns=track.timestamps_ns, cuboids=track.cuboids)
    still = replace(gap, cuboids=replace(gap.cuboids, centers=np.zeros((2, 3))))
    known = replace(measured(ends), timestamps_ns=gap.timestamps_ns)
    assert surprise(gap, known, motion=Motion.VEHICLE) == np.inf
    assert surprise(still, known, motion=Motion.VEHICLE) == 0.0


def test_only_the_gap_itself_counts():
    x = np.arange(20) * 0.8
    x[15:] += 1.0
    assert surprise(whole_gap(12), measured(x), motion=Motion.VEHICLE) < 0.01


def judged(monkeypatch, *, beside, places):
    """Instants that a judge names of keyframes for which the points beside and the rest of the track say this."""
    n = len(places)
    monkeypatch.setattr("sensorann.tracks.judging.offset_of_object", lambda *_, **__: beside)
    monkeypatch.setattr("sensorann.tracks.judging.surprise", lambda *_, **__: np.inf)
    said = iter(places)
    monkeypatch.setattr("sensorann.tracks.judging.place_without", lambda *_, **__: next(said))
    known = measured(np.arange(n) * 8.0)
    judge = Judge(known, Motion.VEHICLE)
    for instant in known.timestamps_ns:
        judge.look(instant, [whole_gap(n)], [None], known, [])
    return [(instant - START_NS) // FRAME_NS for instant in judge.misplaced()]


def place(distance, *, sigma=0.1, believed=True):
    return Place(offset=np.array([distance, 0.0]), covariance=sigma**2 * np.eye(2), believed=believed)


def test_what_lies_beside_is_not_the_object_where_the_rest_of_the_track_has_it_in_its_box(monkeypatch):
    unsure = place(0.1, sigma=0.6, believed=False)
    assert judged(monkeypatch, beside=1.7, places=[place(0.1, believed=False), unsure, None]) == [1, 2]


def test_next_to_a_keyframe_that_is_contradicted_more_no_other_is_accused(monkeypatch):
    assert judged(monkeypatch, beside=0.0, places=[place(1.5), place(2.0), place(1.5), place(1.5)]) == [1, 3]


@pytest.mark.parametrize(
    "said",
    [None, place(0.8), place(2.0, sigma=0.6), place(2.0, believed=False)],
    ids=["nothing", "near", "unsure", "not seen"],
)
def test_without_evidence_nobody_is_accused(monkeypatch, said):
    assert judged(monkeypatch, beside=0.0, places=[said, said]) == []


def test_a_place_is_as_unsure_as_its_worst_direction_and_as_far_as_its_doubt_and_scatter_say():
    found = Place(offset=np.array([0.3, 0.4]), covariance=np.diag([0.04, 0.01]), believed=True)
    assert found.distance == pytest.approx(0.5)
    assert found.sigma == pytest.approx(0.2)
    assert found.chi_square == pytest.approx(0.09 / (0.04 + 0.1**2) + 0.16 / (0.01 + 0.1**2))


@pytest.mark.parametrize(
    ("seen", "believed"),
    [
        ((-5, -4, 4, 5), True),
        ((-9, -4, 8, 9), True),
        ((-4, 4, 5), False),
        ((-5, -4, 4), False),
        ((-6, -5, 5, 6), False),
        ((0,), True),
    ],
    ids=["both sides", "one side near", "one before", "one after", "none near", "at the keyframe"],
)
def test_an_object_was_followed_past_a_keyframe_where_it_is_seen_near_it_and_twice_on_either_side(
    monkeypatch, seen, believed
):
    """Frames are counted from the keyframe in the middle, tenths of a second."""
    n, middle = 21, 10
    rows = middle + np.array(seen)
    every = measured(np.arange(n) * 0.5)
    found = replace(
        every,
        timestamps_ns=every.timestamps_ns[rows], poses=every.poses[rows], covariances=every.covariances[rows],
    )  # fmt: skip
    monkeypatch.setattr("sensorann.tracks.left_out.build_template", lambda *_: "known")
    monkeypatch.setattr("sensorann.tracks.left_out._joined_clouds", lambda clouds: clouds)
    monkeypatch.setattr("sensorann.tracks.left_out.follow_gap", lambda *_, **__: found)
    ends = [0, middle, n - 1]
    keyframes = replace(
        every,
        timestamps_ns=every.timestamps_ns[ends], poses=every.poses[ends], covariances=every.covariances[ends],
    )  # fmt: skip
    instant = int(every.timestamps_ns[middle])
    place = place_without(instant, [whole_gap(n)], [None], keyframes, [], motion=Motion.VEHICLE)
    assert place.believed is believed
    np.testing.assert_allclose(place.offset, 0.0, atol=1e-3)
