"""Turn and move boxes along their own axes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.geometry.rotations import wrap_angle
from sensorann.tracks.surgery import move, reverse, turn
from tests.builders import make_track
from tests.tracks.surgery.drives import assert_same_track, instant, make_scene, tracks

METRES = st.floats(-5, 5)


@given(track=tracks(), yaw=st.floats(-3, 3), data=st.data())
def test_turning_turns_the_boxes_of_the_span_and_no_other(track, yaw, data):
    first = data.draw(st.integers(0, len(track) - 1))
    turned = turn(make_scene(track), "1", yaw=yaw, span=(instant(first), instant(len(track)))).track("1")
    turns = wrap_angle(turned.cuboids.yaws - track.cuboids.yaws)
    np.testing.assert_allclose(turns, np.where(np.arange(len(track)) < first, 0, yaw), atol=1e-9)
    np.testing.assert_array_equal(turned.cuboids.centers, track.cuboids.centers)
    np.testing.assert_array_equal(turned.sigmas, track.sigmas)


@given(track=tracks())
def test_a_half_turn_is_a_reverse(track):
    scene = make_scene(track)
    half, backwards = turn(scene, "1", yaw=np.pi).track("1"), reverse(scene, "1").track("1")
    assert_same_track(half, backwards, tolerance=1e-12)


@given(track=tracks(), by=st.tuples(METRES, METRES, METRES))
def test_moving_goes_along_the_axes_of_each_box_and_back_again(track, by):
    scene = make_scene(track)
    moved = move(scene, "1", by=by)
    offsets = moved.track("1").cuboids.centers - track.cuboids.centers
    local = np.einsum("nij,ni->nj", track.cuboids.rotations, offsets)
    np.testing.assert_allclose(local, np.tile(by, (len(track), 1)), atol=1e-6)
    assert_same_track(move(moved, "1", by=(-by[0], -by[1], -by[2])).track("1"), track, tolerance=1e-6)
    assert moved.track("bystander") is scene.track("bystander")


@given(track=tracks())
def test_moving_a_span_leaves_the_others(track):
    moved = move(make_scene(track), "1", by=(1.0, 0.0, 0.0), span=(instant(0), instant(0)))
    assert_same_track(moved.track("1")[1:], track[1:])


def test_what_is_no_angle_and_no_way_is_refused():
    scene = make_scene(make_track())
    with pytest.raises(ArgumentError, match="yaw must be a finite angle in radians, got nan"):
        turn(scene, "1", yaw=float("nan"))
    with pytest.raises(ArgumentError, match="by must be three finite numbers in metres"):
        move(scene, "1", by=(0.0, float("inf"), 0.0))
