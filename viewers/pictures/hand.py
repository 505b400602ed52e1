"""A hand in a close-up: it takes a face, a corner, the front or the whole box, and drags it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from sensorann.geometry import Cuboid
from viewers.actions import shaping
from viewers.pictures.closeup import CloseUp, Side, handle_pixels
from viewers.session import Session

# A handle is taken within this many pixels, and the front turns where it is taken so far ahead of the box.
_REACH_PX = 9.0
# A hand that moves less than this has clicked.
_CLICK_PX = 2.0
Pixel = tuple[float, float]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Grip:
    """What a hand took hold of.

    Attributes
    ----------
    view : the close-up as it was then: nothing moves under the hand but the box
    cuboid : the box as it was then
    faces : the faces that move, (right, up), each -1, 0 or 1; both 0 for the whole box
    turns : the box turns about its up axis instead
    start : where
    """

    view: CloseUp
    cuboid: Cuboid
    faces: tuple[int, int]
    turns: bool
    start: Pixel


def take(view: CloseUp, cuboid: Cuboid, pixel: Pixel) -> Grip | None:
    """Take hold at a pixel: of the handle there, of the box where it is inside, or turn it where it is beside."""
    handles = handle_pixels(view, cuboid)
    distances = {faces: math.dist(pixel, place) for faces, place in handles.items()}
    nearest = min(distances, key=lambda faces: distances[faces])
    if distances[nearest] <= _REACH_PX:
        return Grip(view=view, cuboid=cuboid, faces=nearest, turns=False, start=pixel)
    inside = _is_inside(view, cuboid, pixel)
    if not inside and view.side is not Side.TOP:
        return None
    return Grip(view=view, cuboid=cuboid, faces=(0, 0), turns=not inside, start=pixel)


def dragged(grip: Grip, pixel: Pixel) -> Cuboid:
    """The box when the hand is at a pixel."""
    if grip.turns:
        return shaping.turned(grip.cuboid, _angle(grip, pixel) - _angle(grip, grip.start))
    step = _step_along(grip, pixel)
    if grip.faces == (0, 0):
        return shaping.moved(grip.cuboid, step)
    cuboid = grip.cuboid
    for (axis, sign), face in zip(grip.view.side.value, grip.faces, strict=True):
        if face:
            cuboid = shaping.with_face_moved(cuboid, axis, sign * face, sign * face * float(step[axis]))
    return cuboid


class Hand:
    """The button of the mouse over close-ups, from pressing to letting go."""

    def __init__(self) -> None:
        self._grip: Grip | None = None

    def press(self, session: Session, view: CloseUp, pixel: Pixel) -> bool:
        """Press the button; tell whether something is in the hand now."""
        cuboid = session.box_here(session.selected[-1]) if session.selected else None
        self._grip = None if cuboid is None else take(view, cuboid, pixel)
        return self._grip is not None

    def drag(self, session: Session, pixel: Pixel) -> bool:
        """Move the hand; tell whether a box changes with it."""
        if self._grip is None:
            return False
        shaping.hold(session, dragged(self._grip, pixel))
        return True

    def release(self, session: Session, pixel: Pixel) -> None:
        """Let go: what was dragged becomes one edit, a click of a trembling hand none."""
        if self._grip is not None and math.dist(pixel, self._grip.start) >= _CLICK_PX:
            self.drag(session, pixel)  # the last move may not have been told
            shaping.drop(session)
        session.gesture = None
        self._grip = None

    @property
    def held(self) -> CloseUp | None:
        """The close-up that the hand is in."""
        return None if self._grip is None else self._grip.view


def _step_along(grip: Grip, pixel: Pixel) -> np.ndarray:
    """How far the hand went, along the axes of the box as it was taken."""
    step_labels = grip.view.anchor.frame_from_cuboid.rotate(grip.view.step(grip.start, pixel))
    return grip.cuboid.frame_from_cuboid.inverse().rotate(step_labels)


def _angle(grip: Grip, pixel: Pixel) -> float:
    """Direction of a pixel from the middle of the box, counter-clockwise."""
    middle = grip.view.pixels(grip.view.anchor.frame_from_cuboid.inverse().apply(grip.cuboid.center))
    return math.atan2(middle[1] - pixel[1], pixel[0] - middle[0])


def _is_inside(view: CloseUp, cuboid: Cuboid, pixel: Pixel) -> bool:
    middle = view.pixels(view.anchor.frame_from_cuboid.inverse().apply(cuboid.center))
    offset = view.anchor.frame_from_cuboid.rotate(view.step((float(middle[0]), float(middle[1])), pixel))
    local = cuboid.frame_from_cuboid.inverse().rotate(offset)
    (right, _), (up, _) = view.side.value
    return bool((np.abs(local) <= np.asarray(cuboid.size) / 2)[[right, up]].all())


def zoomed(view: CloseUp, notches: float) -> CloseUp:
    """Look closer by some notches of the wheel, or from farther where negative."""
    return replace(view, zoom=min(max(view.zoom * 1.15**notches, 0.2), 8.0))
