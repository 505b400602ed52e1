"""What a person works on in the 3D view, over its points: for another box Open3D need not draw all points anew."""

from __future__ import annotations

import numpy as np
import open3d as o3d
from numpy.typing import NDArray
from open3d.visualization import gui, rendering

from viewers.layout import Place
from viewers.pictures.wires import Eye, Name, draw_wires
from viewers.surroundings import NO_LINES, Lines

_CLEAR = gui.Color(0.0, 0.0, 0.0, 0.0)


class WireLayer:
    """A clear picture over the 3D view with lines and names on it.

    It is added to the window before the view, as what was added last has the mouse, and shown after it, as what was
    shown last lies above.
    """

    def __init__(self, window: gui.Window, *, thickness: int) -> None:
        self._thickness = thickness
        self._wires = NO_LINES
        self._names: tuple[Name, ...] = ()
        self._size, self._with_wires = (1, 1), False
        self._drawn: tuple[object, ...] = ()
        # Without a picture it would be a red one.
        self._widget = gui.ImageWidget(o3d.geometry.Image(np.zeros((1, 1, 4), np.uint8)))  # type: ignore[call-overload]
        self._widget.background_color = _CLEAR
        self._widget.visible = False
        window.add_child(self._widget)

    def place(self, place: Place, *, with_wires: bool) -> None:
        """Stand over the 3D view, with its lines and names or without.

        Without them it stays there: Open3D would lay it below the view when it came back.
        """
        self._widget.visible, self._with_wires = True, with_wires
        self._widget.frame = gui.Rect(place.x, place.y, place.width, place.height)
        self._size = (place.width, place.height)

    def show(self, wires: Lines, names: tuple[Name, ...]) -> None:
        """Show these lines and names, in the drawn frame, from the next picture on."""
        self._wires, self._names = wires, names

    def follow(self, camera: rendering.Camera) -> None:
        """Draw the lines where they or the eye are others than in the picture before."""
        view: NDArray[np.float32] = camera.get_view_matrix()
        projection: NDArray[np.float32] = camera.get_projection_matrix()
        wires, names = (self._wires, self._names) if self._with_wires else (NO_LINES, ())
        wanted = (wires, self._size, view.tobytes(), projection.tobytes())
        if wanted != self._drawn:
            picture = draw_wires(wires, Eye(self._size, view, projection), thickness=self._thickness, names=names)
            self._drawn = wanted
            self._widget.update_image(o3d.geometry.Image(picture))  # type: ignore[call-overload]
