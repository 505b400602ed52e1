"""The 3D view is drawn anew where something in it changed, and shows the same where nothing did."""

from __future__ import annotations

import numpy as np
import pytest

from tests.viewers.desk import desk_on, make_street, places
from tests.viewers.screen import available, until

pytest.importorskip("open3d", exc_type=(ImportError, OSError))
pytestmark = pytest.mark.skipif(not available(), reason="needs Xvfb and xdotool (make system-libraries)")

# What is brighter than the ground of the view, and how much of it is when there are points.
SHOWN, POINTS, REACH = 40, 0.01, 60


def test_what_changes_in_the_3d_view_is_on_the_screen(tmp_path):
    street = make_street(tmp_path)
    with desk_on(street, tmp_path / "labels.db") as desk:
        hands = desk.hands

        middle = places().view.width / 2, places().view.height / 2

        def seen() -> np.ndarray:
            """What the 3D view shows around the object that has a box (rows, columns, 3)."""
            return hands.shown(street.pixel, REACH)

        until(lambda: (seen() > SHOWN).mean() > POINTS, "points")
        hands.key_and_see("9")  # names off, and on again
        hands.key_and_see("9")
        first = seen()

        def press(key: str, what: str) -> np.ndarray:
            before = seen()
            hands.key(key)
            until(lambda: (seen() != before).any(), what)
            return seen()

        def press_back(key: str, wanted: np.ndarray, what: str) -> None:
            hands.key(key)
            until(lambda: np.array_equal(seen(), wanted), what)

        press("plus", "larger points")
        press_back("minus", first, "smaller points")
        second = press("Right", "points of the next frame")
        press_back("Left", first, "points of the first frame")
        press("Tab", "a selected box in white")
        press_back("Escape", first, "no selected box")
        press("1", "the view from above")
        press_back("0", first, "the view from behind")
        hands.press(*middle)
        hands.start_moving([(middle[0] + step, middle[1]) for step in range(0, 100, 10)], pause_s=0.02).wait()
        hands.release()
        until(lambda: (seen() != first).any(), "the view that a hand turned")
        press_back("0", first, "the view from behind, with its box and the name of that")
        press("v", "the batch view")
        press_back("v", first, "the 3D view in its place again")
        press("v", "the batch view")
        hands.key("Right")
        press_back("v", second, "what changed while the 3D view was away")
