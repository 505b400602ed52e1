"""The eye of the 3D view under a hand."""

from __future__ import annotations

import numpy as np
import pytest

from viewers.eye import FIELD_OF_VIEW_DEG
from viewers.orbit import Orbit

HEIGHT = 500.0


def orbit(*, center=(3.0, -2.0, 1.0), eye=(-20.0, 4.0, 12.0)) -> Orbit:
    return Orbit(np.array(center), np.array(eye))


def pixel_of(point: np.ndarray, seen_from: Orbit) -> np.ndarray:
    """Pixels from the middle of the view to a point, right and down."""
    forward = seen_from.center - seen_from.eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    x, y, depth = np.stack([right, np.cross(forward, right), forward]) @ (point - seen_from.eye)
    return HEIGHT / 2 / np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2) * np.array([x, y]) / depth


def test_turning_keeps_the_distance_and_what_is_looked_at():
    start = orbit()
    turned = start.turned(80, -30, height=HEIGHT)
    np.testing.assert_array_equal(turned.center, start.center)
    assert np.linalg.norm(turned.eye - turned.center) == pytest.approx(np.linalg.norm(start.eye - start.center))


@pytest.mark.parametrize(("right", "down"), [(12, 0), (-12, 0), (0, 12), (0, -12)], ids=["right", "left", "down", "up"])
def test_what_is_near_goes_along_with_the_hand_that_turns(right, down):
    start = orbit()
    near = start.center + 0.1 * (start.eye - start.center)
    moved = pixel_of(near, start.turned(right, down, height=HEIGHT)) - pixel_of(near, start)
    assert moved @ [right, down] > 0.5 * abs(right + down)


def test_turning_does_not_go_over_the_pole():
    above = orbit().turned(0, 10_000, height=HEIGHT)
    below = orbit().turned(0, -10_000, height=HEIGHT)
    distance = np.linalg.norm(above.eye - above.center)
    assert 0.999 * distance < above.eye[2] - above.center[2] < distance
    assert -distance < below.eye[2] - below.center[2] < -0.999 * distance


def test_pushing_keeps_what_was_looked_at_under_the_hand():
    start = orbit()
    pushed = start.pushed(40, -25, height=HEIGHT)
    np.testing.assert_allclose(pixel_of(start.center, pushed), [40, -25], atol=1e-9)
    np.testing.assert_allclose(pushed.eye - pushed.center, start.eye - start.center)


def test_the_wheel_goes_nearer_and_back_again():
    start = orbit()
    near = start.nearer(3)
    assert np.linalg.norm(near.eye - near.center) < 0.8 * np.linalg.norm(start.eye - start.center)
    np.testing.assert_allclose(near.nearer(-3).eye, start.eye)


def test_the_wheel_ends_before_what_is_looked_at_and_far_away():
    assert np.linalg.norm(orbit().nearer(1_000).eye - orbit().center) == pytest.approx(0.5)
    assert np.linalg.norm(orbit().nearer(-1_000).eye - orbit().center) == pytest.approx(1500.0)
