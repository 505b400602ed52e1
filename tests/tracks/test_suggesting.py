from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Source
from sensorann.tracks import interpolate, suggest
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
