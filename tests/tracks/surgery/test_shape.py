"""Reverse heading, unify size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Source
from sensorann.tracks.surgery import reverse, unify_size
from sensorann.tracks.surgery.joining import join
from tests.builders import make_labels, make_track
from tests.tracks.surgery.drives import assert_same_track, instant, make_scene, tracks

EDGES = st.floats(0.3, 12)


@given(track=tracks())
def test_reversing_twice_changes_nothing(track):
    labels = make_scene(track)
    twice = reverse(reverse(labels, "1"), "1")
    assert_same_track(twice.track("1"), track)
    assert twice.track("bystander") is labels.track("bystander")


@given(track=tracks(), data=st.data())
def test_reversing_turns_the_boxes_of_the_span_and_no_other(track, data):
    first = data.draw(st.integers(0, len(track) - 1))
    turned = reverse(make_scene(track), "1", span=(instant(first), instant(len(track)))).track("1")
    turns = np.abs(wrap_angle(turned.cuboids.yaws - track.cuboids.yaws))
    np.testing.assert_allclose(turns, np.where(np.arange(len(track)) < first, 0, np.pi), atol=1e-9)
    np.testing.assert_array_equal(turned.cuboids.centers, track.cuboids.centers)
    np.testing.assert_array_equal(turned.sources, track.sources)


@given(track=tracks(), size=st.tuples(EDGES, EDGES, EDGES), anchor=st.sampled_from(["bottom", "rear", "front"]))
def test_the_anchor_stays_put_and_the_size_is_one(track, size, anchor):
    edited = unify_size(make_scene(track), "1", size=size, anchor=anchor).track("1")
    np.testing.assert_array_equal(edited.cuboids.sizes, np.tile(size, (len(track), 1)))
    # Corners of the lower edges: 0 and 1 in front, 4 and 5 at the rear.
    named = {"front": [0, 1], "rear": [4, 5], "bottom": [0, 1, 4, 5]}[anchor]
    before = track.cuboids.corners()[:, named].mean(axis=1)
    np.testing.assert_allclose(edited.cuboids.corners()[:, named].mean(axis=1), before, atol=1e-9)
    np.testing.assert_array_equal(edited.sigmas[:, 3:6], 0)
    np.testing.assert_array_equal(edited.sources, track.sources)


def test_the_size_is_that_of_the_human_boxes_where_there_are_any():
    human = make_track(id="1", n=3, size=(5, 2, 2))
    computed = make_track(n=4, start_ns=instant(3), size=(9, 9, 9), source=Source.INTERPOLATED)
    edited = unify_size(make_labels(join(human, computed)), "1").track("1")
    np.testing.assert_array_equal(edited.cuboids.sizes, np.tile([5.0, 2, 2], (7, 1)))
    assert np.isnan(edited.sigmas).all()


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda x: reverse(x, "9"), "no track '9'"),
        (lambda x: reverse(x, "1", span=(instant(9), instant(9))), "track 1 has no box from"),
        (lambda x: unify_size(x, "1", size=(1, 0, 2)), "three positive lengths"),
        (lambda x: unify_size(x, "1", size=(1, 2, np.nan)), "three positive lengths"),
        (lambda x: unify_size(x, "1", anchor="left"), "anchor must be one of bottom, rear, front, got 'left'"),
    ],
)
def test_what_cannot_be_done_is_said(edit, message):
    with pytest.raises(ArgumentError, match=message):
        edit(make_scene(make_track(id="1")))
