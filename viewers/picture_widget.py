"""A picture in the window: shown pixel by pixel, and telling where the mouse is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import open3d as o3d
from numpy.typing import NDArray
from open3d.visualization import gui

from sensorann.images.colors import BACKGROUND
from viewers.layout import Place

_BORDER = 2


class Press(Enum):
    """What the mouse does."""

    DOWN = "button goes down"
    DRAG = "moves with the button held"
    UP = "button goes up"
    WHEEL = "wheel turns"


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureEvent:
    """What the mouse does in a picture.

    Attributes
    ----------
    press : what
    pixel : where, from the upper left corner of the picture
    notches : of the wheel, towards the person negative
    add : Ctrl is held
    """

    press: Press
    pixel: tuple[float, float]
    notches: float = 0.0
    add: bool = False


_PRESSES = {
    gui.MouseEvent.Type.BUTTON_DOWN: Press.DOWN,
    gui.MouseEvent.Type.DRAG: Press.DRAG,
    gui.MouseEvent.Type.BUTTON_UP: Press.UP,
    gui.MouseEvent.Type.WHEEL: Press.WHEEL,
}


class PictureWidget:
    """One picture; `size` is what a picture for it should have, (0, 0) where it is not shown."""

    def __init__(
        self, window: gui.Window, on_event: Callable[[PictureEvent], None], *, on_hover: Callable[[], None]
    ) -> None:
        self.size = (0, 0)
        self._on_event, self._on_hover = on_event, on_hover
        self._held = False
        self._shown = np.zeros((0, 0, 3), np.uint8)
        self._widget = gui.ImageWidget()
        self._widget.set_on_mouse(self._mouse)
        self._widget.visible = False
        window.add_child(self._widget)

    def place(self, place: Place) -> None:
        """Stand somewhere in the window, or nowhere."""
        self._widget.visible = place.width > 0 and place.height > 0
        if self._widget.visible and self.size != (place.width, place.height):
            self.show(np.full((place.height, place.width, 3), BACKGROUND, np.uint8))  # until there is something
        self.size = (place.width, place.height)
        self._widget.frame = gui.Rect(place.x, place.y, place.width, place.height)

    def show(self, picture_bgr: NDArray[np.uint8]) -> bool:
        """Show a picture (height, width, 3), BGR; tell whether it is another one."""
        rgb = np.ascontiguousarray(picture_bgr[:, :, ::-1])
        rgb[:_BORDER] = rgb[:, :_BORDER] = 0  # tells neighbours apart; the window itself would not paint a gap
        other = not np.array_equal(rgb, self._shown)
        if other:
            self._shown = rgb
            self._widget.update_image(o3d.geometry.Image(rgb))  # type: ignore[call-overload]
        return other

    def _mouse(self, event: gui.MouseEvent) -> gui.Widget.EventCallbackResult:
        self._on_hover()
        press = _PRESSES.get(event.type)
        if press is None or (press is Press.DOWN and not event.is_button_down(gui.MouseButton.LEFT)):
            return gui.Widget.EventCallbackResult.IGNORED
        if press in (Press.DRAG, Press.UP) and not self._held:
            return gui.Widget.EventCallbackResult.IGNORED
        self._held = press in (Press.DOWN, Press.DRAG) or (press is Press.WHEEL and self._held)
        frame = self._widget.frame
        told = PictureEvent(
            press=press,
            pixel=(float(event.x - frame.x), float(event.y - frame.y)),
            notches=float(event.wheel_dy) if press is Press.WHEEL else 0.0,
            add=event.is_modifier_down(gui.KeyModifier.CTRL),
        )
        self._on_event(told)
        return gui.Widget.EventCallbackResult.CONSUMED
