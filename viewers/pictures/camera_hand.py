"""A hand on the camera picture: it selects, pushes, draws around an object and pulls at its 2D box; the wheel zooms."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from viewers.actions import image_boxes, looking, placing
from viewers.pictures.shots import Shot, object_at
from viewers.pictures.viewport import Viewport
from viewers.session import Session
from viewers.state import Tool

# A hand that moves less than this between pressing and letting go has clicked; pixels.
_CLICK_PX = 4.0
# A corner of a 2D box is taken within this many.
_REACH_PX = 7.0
Pixel = tuple[float, float]


class CameraHand:
    """The button of the mouse over the large picture.

    Attributes
    ----------
    viewport : the part that is shown
    rectangle : opposite corners of what the hand draws, the second one under it, pixels of the panel; None otherwise
    """

    def __init__(self) -> None:
        self.viewport = Viewport()
        self.rectangle: tuple[Pixel, Pixel] | None = None
        self._pressed: Pixel | None = None
        self._grabbed = Viewport()
        self._outlines = False

    def press(self, session: Session, pixel: Pixel, shot: Shot, panel: tuple[int, int]) -> None:
        """Press the button: a tool that draws, and a corner of the selected object's 2D box, begin a rectangle."""
        self._pressed, self._grabbed = pixel, self.viewport
        corner = self._opposite(session, pixel, shot, panel) if session.tool is Tool.SELECT else None
        self._outlines = corner is not None or session.tool is Tool.OUTLINE
        if corner is not None or session.tool in (Tool.IMAGE_BOX, Tool.OUTLINE):
            self.rectangle = (pixel if corner is None else corner, pixel)

    def drag(self, pixel: Pixel, shot: Shot, panel: tuple[int, int]) -> None:
        """Move the hand with the button held."""
        if self._pressed is None:
            return
        if self.rectangle is not None:
            self.rectangle = (self.rectangle[0], pixel)
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
            ends = (rectangle[0], pixel)
            (a, b), (c, d) = (self.viewport.into_picture(end, shot.camera.size, panel) for end in ends)
            put = image_boxes.put_image_box if self._outlines else placing.create_from_picture
            put(session, shot.name, (min(a, c), min(b, d), max(a, c), max(b, d)))
        elif clicked and session.tool is not Tool.IMAGE_BOX:
            there = self.viewport.into_picture(pixel, shot.camera.size, panel)
            looking.select_one(session, object_at(shot, there), add=add)

    def _opposite(self, session: Session, pixel: Pixel, shot: Shot, panel: tuple[int, int]) -> Pixel | None:
        """Corner of the selected object's 2D box across the one under a pixel, in the panel; None without one there."""
        matrix = self.viewport.panel_from_picture(shot.camera.size, panel)
        for track_id, (left, top, right, bottom) in shot.image_boxes:
            for x, y in product((left, right), (top, bottom)):
                corner, across = np.array([[x, y], [left + right - x, top + bottom - y]]) * matrix[0, 0] + matrix[:, 2]
                if track_id in session.selected[-1:] and math.dist(pixel, corner) <= _REACH_PX:
                    return float(across[0]), float(across[1])
        return None

    def wheel(self, notches: float, pixel: Pixel, shot: Shot, panel: tuple[int, int]) -> None:
        """Look closer or from farther; what is under the mouse stays there."""
        self.viewport = self.viewport.zoomed(notches, pixel, shot.camera.size, panel)
