"""What the mouse does in the 3D view: a click selects or places, a drag moves the selected box over the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboid, Transform
from viewers.actions import looking, placing, shaping
from viewers.picking import entry_into, on_plane, point_along
from viewers.session import Session
from viewers.state import Tool

# A hand that moves less than this between pressing and letting go has clicked; pixels.
_CLICK = 4.0
# How far off the ray a clicked point may lie, radians.
_AIM = 0.006


@dataclass(frozen=True, eq=False, slots=True)
class Ray:
    """A ray from the eye through a pixel, in the frame of the labels."""

    origin: NDArray[np.float64]
    direction: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class _Pressed:
    pixel: tuple[float, float]
    # The held box and where on its level the hand took it; None where the hand turns the view.
    grip: tuple[Cuboid, NDArray[np.float64]] | None


class Mouse:
    """The button of the mouse, from pressing to letting go; what it is over is told as a ray."""

    def __init__(self) -> None:
        self._pressed: _Pressed | None = None

    def press(self, session: Session, pixel: tuple[float, float], ray: Ray) -> bool:
        """Press the button; tell whether a box is in the hand now, so that the view must not turn."""
        grip = _grip(session, ray) if session.tool is Tool.SELECT else None
        self._pressed = _Pressed(pixel, grip)
        return grip is not None

    def drag(self, session: Session, ray: Ray) -> bool:
        """Move the hand with the button held; tell whether a box moves with it."""
        if self._pressed is None or self._pressed.grip is None:
            return False
        cuboid, taken = self._pressed.grip
        here = on_plane(ray.origin, ray.direction, float(cuboid.center[2]))
        if here is not None:
            step = Transform(np.eye(3), here - taken)
            shaping.hold(session, replace(cuboid, frame_from_cuboid=step @ cuboid.frame_from_cuboid))
        return True

    def release(
        self, session: Session, pixel: tuple[float, float], ray: Ray, points: NDArray[np.float64], *, add: bool
    ) -> None:
        """Let the button go: a drag ends, or a click does what the tool in hand does.

        Parameters
        ----------
        session : Session
        pixel : where
        ray : Ray
        points : (N, 3) that may be clicked, in the frame of the labels
        add : to the selection
        """
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        clicked = np.hypot(pixel[0] - pressed.pixel[0], pixel[1] - pressed.pixel[1]) < _CLICK
        if pressed.grip is not None and not clicked:
            self._pressed = pressed
            self.drag(session, ray)  # the last move may not have been told
            self._pressed = None
            shaping.drop(session)
        elif clicked and session.tool is Tool.SELECT:
            session.gesture = None
            looking.select_along(session, ray.origin, ray.direction, add=add)
        elif clicked:
            point = point_along(points, ray.origin, ray.direction, tolerance=_AIM)
            session.message = "no point there" if point is None else ""
            if point is not None:
                placing.click(session, point)


def _grip(session: Session, ray: Ray) -> tuple[Cuboid, NDArray[np.float64]] | None:
    """Take hold of the selected box where it is what the ray meets first."""
    hits = {box.track.id: entry_into(box.cuboid, ray.origin, ray.direction) for box in session.shown()}
    if not hits or not session.selected:
        return None
    first = min(hits, key=lambda track_id: hits[track_id])
    cuboid = session.box_here(session.selected[-1])
    if cuboid is None or first != session.selected[-1] or not np.isfinite(hits[first]):
        return None
    taken = on_plane(ray.origin, ray.direction, float(cuboid.center[2]))
    return None if taken is None else (cuboid, taken)
