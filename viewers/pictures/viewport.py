"""Zoom and pan: which part of a camera picture a panel shows, and the camera that would have taken just that."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Camera
from sensorann.images.colors import BACKGROUND

_CLOSEST = 40.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewport:
    """A part of a picture.

    Attributes
    ----------
    center : (u, v) of the picture in the middle of the panel; None for the middle of the picture
    zoom : times larger than what shows the whole picture
    """

    center: tuple[float, float] | None = None
    zoom: float = 1.0

    def scale(self, picture: tuple[int, int], panel: tuple[int, int]) -> float:
        """Panel pixels per picture pixel, for (width, height) of both."""
        return self.zoom * min(panel[0] / picture[0], panel[1] / picture[1])

    def panel_from_picture(self, picture: tuple[int, int], panel: tuple[int, int]) -> NDArray[np.float64]:
        """Affine map (2, 3) of pixels; the centre of the top left one is (0, 0) in both."""
        scale = self.scale(picture, panel)
        center = (np.array(picture) - 1) / 2 if self.center is None else np.array(self.center)
        shift = (np.array(panel) - 1) / 2 - scale * center
        return np.column_stack([scale * np.eye(2), shift])

    def into_picture(
        self, pixel: tuple[float, float], picture: tuple[int, int], panel: tuple[int, int]
    ) -> tuple[float, float]:
        """Pixel of the picture that a pixel of the panel shows."""
        matrix = self.panel_from_picture(picture, panel)
        u, v = (np.array(pixel) - matrix[:, 2]) / matrix[0, 0]
        return float(u), float(v)

    def zoomed(
        self, notches: float, pixel: tuple[float, float], picture: tuple[int, int], panel: tuple[int, int]
    ) -> Viewport:
        """Look closer by notches of the wheel; what is under the pixel stays there."""
        there = np.array(self.into_picture(pixel, picture, panel))
        zoom = min(max(self.zoom * 1.2**notches, 1.0), _CLOSEST)
        if zoom == 1.0:
            return Viewport()
        scale = self.scale(picture, panel) * zoom / self.zoom
        u, v = there - (np.array(pixel) - (np.array(panel) - 1) / 2) / scale
        return Viewport(center=(float(u), float(v)), zoom=zoom)

    def panned(self, by: tuple[float, float], picture: tuple[int, int], panel: tuple[int, int]) -> Viewport:
        """Push the picture by some pixels of the panel."""
        u, v = self.into_picture(((panel[0] - 1) / 2 - by[0], (panel[1] - 1) / 2 - by[1]), picture, panel)
        return replace(self, center=(u, v))


def seen_through(
    image: NDArray[np.uint8], camera: Camera, viewport: Viewport, panel: tuple[int, int]
) -> tuple[NDArray[np.uint8], Camera]:
    """Cut a picture to a panel, with the camera that takes it so; borders are dark.

    Parameters
    ----------
    image : (height, width, 3) uint8, BGR, as the camera took it
    camera : Camera
    viewport : what is shown
    panel : (width, height) pixels
    """
    matrix = viewport.panel_from_picture(camera.size, panel)
    scale, placed = matrix[0, 0], matrix
    if scale < 1.0:
        # Averaged first, or thin things would break up; a resized pixel is counted from its corner.
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        placed = np.column_stack([np.eye(2), matrix[:, 2] - (scale - 1.0) / 2])
    shown = cv2.warpAffine(image, placed, panel, flags=cv2.INTER_LINEAR, borderValue=BACKGROUND)
    lens = np.vstack([matrix, [0.0, 0.0, 1.0]]) @ camera.matrix
    return np.asarray(shown, np.uint8), replace(camera, matrix=lens, size=panel)
