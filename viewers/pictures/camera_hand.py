"""A hand on the camera picture: a click selects, a drag pushes it or draws around an object, the wheel zooms."""

from __future__ import annotations

import math

from viewers.actions import looking, placing
from viewers.pictures.shots import Shot, object_at
from viewers.pictures.viewport import Viewport
from viewers.session import Session
from viewers.state import Tool

# A hand that moves less than this between pressing and letting go has clicked; pixels.
_CLICK_PX = 4.0
Pixel = tuple[float, float]


class CameraHand:
    """The button of the mouse over the large picture.

    Attributes
    ----------
    viewport : the part that is shown
    rectangle : the corners under the hand while it draws around an object, pixels of the panel; None otherwise
    """

    def __init__(self) -> None:
        self.viewport = Viewport()
        self.rectangle: tuple[Pixel, Pixel] | None = None
        self._pressed: Pixel | None = None
        self._grabbed = Viewport()

    def press(self, session: Session, pixel: Pixel) -> None:
        """Press the button."""
        self._pressed, self._grabbed = pixel, self.viewport
        if session.tool is Tool.IMAGE_BOX:
            self.rectangle = (pixel, pixel)

    def drag(self, pixel: Pixel, shot: Shot, panel: tuple[int, int]) -> None:
        """Move the hand with the button held."""
        if self._pressed is None:
            return
        if self.rectangle is not None:
            self.rectangle = (self._pressed, pixel)
        elif math.dist(pixel, self._pressed) >= _CLICK_PX:
            by = (pixel[0] - self._pressed[0], pixel[1] - self._pressed[1])
            self.viewport = self._grabbed.panned(by, shot.camera.size, panel)

    def release(self, session: Session, pixel: Pixel, shot: Shot, panel: tuple[int, int], *, add: bool) -> None:
        """Let the button go."""
        pressed, self._pressed = self._pressed, None
        rectangle, self.rectangle = self.rectangle, None
        if pressed is None:
            return
        clicked = math.dist(pixel, pressed) < _CLICK_PX
        if rectangle is not None and not clicked:
            (a, b), (c, d) = (self.viewport.into_picture(end, shot.camera.size, panel) for end in (pressed, pixel))
            placing.create_from_picture(session, shot.name, (min(a, c), min(b, d), max(a, c), max(b, d)))
        elif rectangle is None and clicked:
            there = self.viewport.into_picture(pixel, shot.camera.size, panel)
            looking.select_one(session, object_at(shot, there), add=add)

    def wheel(self, notches: float, pixel: Pixel, shot: Shot, panel: tuple[int, int]) -> None:
        """Look closer or from farther; what is under the mouse stays there."""
        self.viewport = self.viewport.zoomed(notches, pixel, shot.camera.size, panel)
