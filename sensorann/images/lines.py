"""Lines, dashes and texts on a picture, at fractions of a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.images.colors import BACKGROUND

# OpenCV takes pixels as integers of 1/16.
_SHIFT = 4
_FONT = cv2.FONT_HERSHEY_SIMPLEX
DASH_PX = 6.0
_LONGEST_ID = 8


def draw_polyline(
    image: NDArray[np.uint8],
    pixels: NDArray[np.float64],
    color: Sequence[int],
    *,
    thickness: int = 1,
    dashed: bool = False,
) -> None:
    """Draw a line through (N, 2) pixels onto the image; it is interrupted where a pixel is NaN."""
    for run in _finite_runs(pixels):
        draw_segments(image, _dashes(run, image.shape) if dashed else run[None], color, thickness=thickness)


def draw_segments(
    image: NDArray[np.uint8], pixels: NDArray[np.float64], color: Sequence[int], *, thickness: int = 1
) -> None:
    """Draw lines through N pixels each, (K, N, 2), onto the image."""
    fixed = np.round(pixels * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(image, list(fixed), False, tuple(color), thickness, cv2.LINE_AA, _SHIFT)


def fill_polygon(image: NDArray[np.uint8], pixels: NDArray[np.float64], color: Sequence[int]) -> None:
    """Fill the polygon with the corners (N, 2); nothing is drawn when a corner is NaN."""
    if len(pixels) >= 3 and np.isfinite(pixels).all():
        fixed = np.round(pixels * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(image, [fixed], tuple(color), cv2.LINE_AA, _SHIFT)


def _finite_runs(pixels: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Split at rows with NaN; a single pixel is no line."""
    broken = np.flatnonzero(~np.isfinite(pixels).all(axis=1))
    return [run for run in np.split(pixels, np.union1d(broken, broken + 1)) if len(run) > 1]


def _dashes(run: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Cut a line into dashes (K, 2, 2) of equal length along it, those outside of the image left out."""
    steps = np.hypot(*np.diff(run, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0.0, along[-1], 2 * DASH_PX)
    ends = np.minimum(starts + DASH_PX, along[-1])
    dashes = np.stack(
        [np.stack([np.interp(at, along, run[:, axis]) for axis in (0, 1)], axis=1) for at in (starts, ends)], axis=1
    )
    height, width = shape[:2]
    inside = (dashes > -DASH_PX).all(axis=(1, 2)) & (dashes < [width + DASH_PX, height + DASH_PX]).all(axis=(1, 2))
    return np.asarray(dashes[inside])


@dataclass(eq=False, slots=True)
class Captions:
    """Small texts on one picture: one that would cover an earlier one is left out."""

    image: NDArray[np.uint8]
    scale: float = 0.45
    _taken: list[tuple[int, int, int, int]] = field(default_factory=list)

    def put(self, text: str, pixel: Sequence[float], color: Sequence[int], *, centered: bool = False) -> bool:
        """Write a text with its lower left corner (or its middle) at a pixel; tell whether there was room."""
        text = text.encode("ascii", "replace").decode()  # the fonts of OpenCV know nothing else
        (width, height), below = cv2.getTextSize(text, _FONT, self.scale, 1)
        left = round(pixel[0]) - (width // 2 if centered else 0)
        bottom = round(pixel[1]) + (height // 2 if centered else 0)
        box = (left - 2, bottom - height - 2, left + width + 2, bottom + below)
        rows, columns = self.image.shape[:2]
        if box[2] < 0 or box[3] < 0 or box[0] >= columns or box[1] >= rows:
            return False
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self._taken):
            return False
        self._taken.append(box)
        _darken(self.image, box)
        cv2.putText(self.image, text, (left, bottom), _FONT, self.scale, tuple(color), 1, cv2.LINE_AA)
        return True


def short_id(track_id: str) -> str:
    """Shorten a long id to its beginning, as captions have room for it."""
    return track_id if len(track_id) <= _LONGEST_ID else track_id[:6] + ".."


def _darken(image: NDArray[np.uint8], box: tuple[int, int, int, int]) -> None:
    """Put a dark ground under a text, so that it can be read on sky and on asphalt."""
    left, top = max(box[0], 0), max(box[1], 0)
    area = image[top : max(box[3], 0), left : max(box[2], 0)]
    ground = np.array([*BACKGROUND, 255])[: image.shape[2]]  # a picture that lies over another one covers it there
    area[:] = (0.35 * area + 0.65 * ground).astype(np.uint8)


def blend(image: NDArray[np.uint8], layer: NDArray[np.uint8], *, opacity: float) -> NDArray[np.uint8]:
    """Lay one picture over another of the same size."""
    return np.asarray(cv2.addWeighted(layer, opacity, image, 1.0 - opacity, 0.0), np.uint8)
