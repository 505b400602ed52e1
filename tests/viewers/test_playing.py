"""A drive that plays, and what stops it."""

import pytest

from tests.builders import FRAME_NS
from tests.viewers.keys import press
from viewers.actions import playing, shaping


@pytest.mark.parametrize("speed", [1, 4])
def test_a_drive_plays_by_its_own_clock(parked, speed):
    press(parked, *["]"] * (speed // 2), ".")
    seconds = 3 * FRAME_NS * 1e-9 / speed
    assert not playing.advance(parked, 100.0)
    assert playing.advance(parked, 100.0 + seconds * 1.01)
    assert parked.i_frame == 3
    assert not playing.advance(parked, 100.0 + seconds * 1.02)
    parked.go_to(10)  # a hand leads it elsewhere, and it plays on from there
    assert not playing.advance(parked, 200.0)
    assert playing.advance(parked, 200.0 + seconds * 1.01)
    assert parked.i_frame == 13
    playing.advance(parked, 300.0)
    assert (parked.i_frame, parked.playback) == (19, None)
    press(parked, ".")
    assert parked.i_frame == 0
    press(parked, ".")
    assert parked.playback is None


@pytest.mark.parametrize("key", ["W", "Q"], ids=["an edit", "a tool"])
def test_a_drive_that_plays_stops_for_a_hand(parked, key):
    parked.select("1")
    press(parked, ".", "Right", key)
    assert parked.playback is None


def test_a_drive_that_plays_stops_for_a_drag(parked):
    parked.select("1")
    press(parked, ".")
    shaping.hold(parked, parked.box_here("1"))
    assert parked.playback is None


def test_speeds_end_at_8x_and_1x(parked):
    press(parked, *["]"] * 9)
    assert parked.speed == 8
    press(parked, *["["] * 9)
    assert parked.speed == 1
