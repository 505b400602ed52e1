"""Where the 3D view shows a point before anybody turned it: a pinhole at the first eye."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewers.eye import FIELD_OF_VIEW_DEG, stand
from viewers.state import View


def pixel_of(point_ego: np.ndarray, size: Sequence[float]) -> tuple[float, float]:
    """Pixel of a point (3,) in a view of (width, height)."""
    width, height = size
    center, eye = stand(View.BEHIND, None)
    forward = (center - eye) / np.linalg.norm(center - eye)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    x, y, depth = np.stack([right, np.cross(right, forward), forward]) @ (point_ego - eye)
    focal = height / 2 / np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2)
    return width / 2 + focal * x / depth, height / 2 - focal * y / depth


def in_view(pixel: Sequence[float], size: Sequence[float]) -> bool:
    return all(20 < value < extent - 20 for value, extent in zip(pixel, size, strict=True))
