import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.images import boxes_at
from sensorann.scene import Source
from tests.builders import FRAME_NS, START_NS, make_labels, make_track


@given(step=st.integers(0, 3), share=st.floats(0, 1))
def test_boxes_lie_on_the_line_between_two_labels(step, share):
    track = make_track(
        centers=[[10, 0, 1], [12, 1, 1], [13, 3, 1], [13, 5, 1], [12, 7, 1]], yaws=[3.0, -3.0, -2, -1, 0]
    )
    boxes = boxes_at(make_labels(track), START_NS + round((step + share) * FRAME_NS))
    a, b = track.cuboids.centers[step : step + 2]
    np.testing.assert_allclose(boxes.cuboids.centers[0], a + share * (b - a), atol=1e-6)
    turn = (track.cuboids.yaws[step + 1] - track.cuboids.yaws[step] + np.pi) % (2 * np.pi) - np.pi
    expected = track.cuboids.yaws[step] + share * turn
    assert np.cos(boxes.cuboids.yaws[0] - expected) == pytest.approx(1, abs=1e-9)


def test_a_labelled_instant_gives_the_label_itself():
    track = make_track()
    boxes = boxes_at(make_labels(track), START_NS + 2 * FRAME_NS)
    np.testing.assert_allclose(boxes.cuboids.centers[0], track.cuboids.centers[2], atol=1e-12)


@pytest.mark.parametrize("offset_ns", [-1, 4 * FRAME_NS + 1], ids=["before", "after"])
def test_tracks_are_never_extrapolated(offset_ns):
    boxes = boxes_at(make_labels(make_track(n=5)), START_NS + offset_ns)
    assert boxes.track_ids == ()
    assert len(boxes.cuboids) == 0


def test_only_the_label_of_the_frame_itself_makes_a_placed_box():
    sparse = make_track(timestamps_ns=[START_NS, START_NS + 10 * FRAME_NS])
    machine = make_track(id="2", source=Source.INTERPOLATED, n=11)
    labels = make_labels(sparse, machine)
    at_keyframe = boxes_at(labels, START_NS + 30_000_000, frame_ns=START_NS, frame_reach_ns=FRAME_NS // 2)
    between = boxes_at(labels, START_NS + 5 * FRAME_NS, frame_reach_ns=FRAME_NS // 2)
    assert at_keyframe.placed.tolist() == [True, False]
    assert between.placed.tolist() == [False, False]


@pytest.mark.parametrize("n_frame", [0, 4], ids=["first label", "last label"])
def test_a_picture_taken_just_beyond_a_labelled_frame_holds_its_label(n_frame):
    track = make_track(n=5)
    frame_ns = START_NS + n_frame * FRAME_NS
    boxes = boxes_at(make_labels(track), frame_ns + (50_000_000 if n_frame else -50_000_000), frame_ns=frame_ns)
    np.testing.assert_array_equal(boxes.cuboids.centers[0], track.cuboids.centers[n_frame])
