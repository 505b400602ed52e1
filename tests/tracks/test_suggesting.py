from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.scene import Motion, Source
from sensorann.tracks import interpolate, suggest
from sensorann.tracks.keyframes import keyframes_of
from sensorann.tracks.suggesting.calm import restlessness
from sensorann.tracks.suggesting.doubt import doubts_of
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track, make_trajectory

N_FRAMES = 61


def drive():
    return MemoryDrive(trajectory=make_trajectory(n=N_FRAMES))


def driven(*frames, id="1", bend=0.0, speed=10.0, **parts):
    """Keyframes of a car that drives along x and swerves by bend metres at every second keyframe."""
    rows = np.array(frames)
    swerve = bend * (np.arange(len(rows)) % 2)
    centers = np.stack([speed * 0.1 * rows, swerve, np.full(len(rows), 0.75)], axis=1)
    times = START_NS + rows.astype(np.int64) * FRAME_NS
    return make_track(id=id, timestamps_ns=times, centers=centers, yaws=np.zeros(len(rows)), **parts)


def frames_of(found):
    return [(item.timestamp_ns - START_NS) // FRAME_NS for item in found]


def test_the_longest_gap_comes_first():
    (found,) = suggest(make_labels(driven(0, 10, 20, 50, 60)), drive())
    assert 20 < frames_of([found])[0] < 50
    assert found.reason.startswith("no keyframe for 3.0 s")


def test_a_restless_object_comes_before_a_calm_one():
    calm = driven(0, 10, 20, 30, 40, id="calm")
    restless = driven(0, 10, 20, 30, 40, id="restless", bend=4.0)
    (found,) = suggest(make_labels(calm, restless), drive())
    assert found.track_id == "restless"
    assert "far from where the others put them" in found.reason


def test_each_suggestion_takes_those_before_as_done():
    found = suggest(make_labels(driven(0, 30, 60)), drive(), n=2)
    first, second = frames_of(found)
    assert (first < 30) != (second < 30)
    assert len(suggest(make_labels(driven(0, 2)), drive(), n=5)) == 1


def test_the_gain_is_what_the_next_call_no_longer_finds():
    labels = make_labels(driven(0, 20))
    (found,) = suggest(labels, drive())
    frame = frames_of([found])[0]
    (then,) = suggest(make_labels(driven(0, frame, 20)), drive())
    assert 0 < then.gain < found.gain


def test_a_turn_and_a_change_of_speed_are_named():
    track = driven(0, 20, 40)
    centers = np.array([[0.0, 0, 0.75], [20.0, 0, 0.75], [22.0, 0, 0.75]])
    turned = make_track(timestamps_ns=track.timestamps_ns, centers=centers, yaws=[0.0, 0.0, 0.6])
    found = suggest(make_labels(turned), drive(), n=2)
    late = next(item for item, frame in zip(found, frames_of(found), strict=True) if frame > 20)
    assert "a turn of 34 degrees to the left" in late.reason
    assert "braking from" in late.reason


def test_boxes_that_points_decided_are_left_alone():
    complete = interpolate(make_labels(driven(0, 30, 60)), drive()).tracks[0]
    followed = (complete.timestamps_ns < START_NS + 30 * FRAME_NS) & (complete.sources == Source.INTERPOLATED)
    sigmas = complete.sigmas.copy()
    sigmas[followed] = 0.02
    fitted = replace(
        complete, sources=np.where(followed, Source.FITTED, complete.sources).astype(np.uint8), sigmas=sigmas
    )
    (found,) = suggest(make_labels(fitted), drive())
    assert frames_of([found])[0] > 30
    assert found.reason.startswith("no points found for 3.0 s")


@pytest.mark.parametrize("method", ["smooth", "linear"])
def test_what_a_keyframe_is_worth_does_not_depend_on_curves_being_drawn_already(method):
    keyframes = make_labels(driven(0, 5, 10, 15, 20, 40, 60, bend=1.0))
    (bare,) = suggest(keyframes, drive())
    (drawn,) = suggest(interpolate(keyframes, drive(), points=False, method=method), drive())
    assert drawn.gain == pytest.approx(bare.gain, rel=0.05)


def test_a_keyframe_gains_nothing_beyond_those_around_it_where_points_decided():
    keyframes = make_labels(driven(*range(0, 41, 2), 60))
    complete = interpolate(keyframes, drive(), points=False).tracks[0]
    sigmas = np.where(complete.sources[:, None] == Source.INTERPOLATED, 0.5 * complete.sigmas, complete.sigmas)
    (found,) = suggest(make_labels(replace(complete, sigmas=sigmas)), drive())
    assert found.gain < suggest(keyframes, drive())[0].gain


def test_an_object_that_stands_still_waits_for_one_that_moves():
    frames = (0, 20, 40, 60)
    (found,) = suggest(make_labels(driven(*frames, id="parked", speed=0.0), driven(*frames, id="driven")), drive())
    assert found.track_id == "driven"


def test_a_class_that_cannot_be_told_from_its_keyframes_is_kept():
    (moved,) = suggest(make_labels(driven(0, 60, speed=0.1)), drive())
    (stood,) = suggest(make_labels(driven(0, 60, speed=0.0)), drive())
    assert moved.gain > 2 * stood.gain


def test_boxes_of_a_detector_are_offered_until_a_person_has_been_there():
    seen = driven(*range(N_FRAMES), source=Source.DETECTED)
    sigmas = np.tile([0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.02], (N_FRAMES, 1))
    sigmas[38:43] *= 20.0
    unsure = replace(seen, sigmas=sigmas)
    (found,) = suggest(make_labels(unsure), drive())
    assert frames_of([found]) == [40]
    assert found.reason.startswith("detected, not placed by a person")
    sources = seen.sources.copy()
    sources[40] = Source.HUMAN
    (then,) = suggest(make_labels(replace(unsure, sources=sources)), drive())
    assert frames_of([then]) != [40]
    assert then.gain < found.gain


def test_keyframes_too_close_for_the_curve_are_still_a_persons():
    close = driven(0, 30, 60)
    times = close.timestamps_ns.copy()
    times[1] = times[0] + 20_000_000
    found = suggest(make_labels(replace(close, timestamps_ns=times)), drive(), n=50)
    assert not {item.timestamp_ns for item in found} & set(times.tolist())


def test_only_candidates_are_suggested():
    every_tenth = START_NS + np.arange(0, N_FRAMES, 10) * FRAME_NS
    found = suggest(make_labels(driven(0, 25, 60)), drive(), n=9, candidates_ns=every_tenth)
    assert sorted(frames_of(found)) == [10, 20, 30, 40, 50]
    with pytest.raises(ArgumentError, match="integer nanoseconds"):
        suggest(make_labels(), drive(), candidates_ns=[0.5])


def test_a_few_keyframes_are_only_partly_believed():
    bent = [keyframes_of(driven(*range(0, 10 * n, 10), bend=1.0), keyframe_sigma=0.0) for n in (3, 7)]
    few, many = restlessness(bent, [Motion.VEHICLE] * 2)
    assert 1.3 < few < many


def test_the_loss_of_a_turn_is_that_of_a_box_turned_by_its_mean_miss():
    doubt = doubts_of([driven(0, 60)], [Motion.VEHICLE], drive().timestamps_ns("LIDAR_TOP"))[0]
    turns = np.full((len(doubt.complete), 4), [0.0, 0.0, 0.0, 0.1])
    box = doubt.complete.cuboids[30:31]
    turned = Cuboids.from_yaws(box.centers, box.sizes, box.yaws + 0.1 * np.sqrt(2 / np.pi), frame="world")
    assert doubt.losses(turns)[30] == pytest.approx(1.0 - paired_iou_3d(box, turned)[0], abs=0.02)


@pytest.mark.parametrize("frames", [(), (5,), (5, 6, 7)], ids=["none", "one", "dense"])
def test_without_a_gap_there_is_nothing_to_suggest(frames):
    assert suggest(make_labels(driven(*frames)), drive(), n=3) == []


def test_one_track_may_be_asked_for():
    labels = make_labels(driven(0, 60, id="a"), driven(0, 20, id="b"))
    assert suggest(labels, drive(), track_id="b")[0].track_id == "b"
    with pytest.raises(ArgumentError, match="no track 'c'"):
        suggest(labels, drive(), track_id="c")


def test_the_number_is_checked():
    with pytest.raises(ArgumentError, match="1 or more, got 0"):
        suggest(make_labels(), drive(), n=0)


def test_the_same_labels_give_the_same_suggestions():
    labels = make_labels(driven(0, 30, 60, id="a", bend=2.0), driven(0, 25, 60, id="b"))
    assert suggest(labels, drive(), n=6) == suggest(labels, drive(), n=6)
