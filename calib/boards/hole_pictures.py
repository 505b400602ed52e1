"""Boards with four round holes in a square, found in pictures: ellipses that are images of one square."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.targets.detections import Floats

_THRESHOLDS = range(20, 240, 8)
_LEAST_AREA = 60.0
# An outline is an ellipse when its area is that of the one fitted to it, and this one when its middle is as near.
_LEAST_LIKENESS, _SAME_PX = 0.96, 2.0
# Thresholds at which an ellipse must be seen: holes have sharp edges.
_LEAST_SEEN = 3
# How far ellipses may be from those of circles in such a square, and the square from the parallelogram of a far camera.
_SHAPE_OFF, _PLACE_OFF = 0.25, 0.2


def find_holes_in_picture(image: NDArray[np.uint8], *, spacing: float, diameter: float) -> Floats | None:
    """Find the middles of the holes (4, 2), pixels, row by row; None where no square of holes is seen.

    Parameters
    ----------
    image : (height, width) grey
    spacing, diameter : between middles of neighbouring holes, and of a hole, in the same unit
    """
    middles, shapes = _ellipses(image)
    found = list(_squares(middles, shapes, spacing, diameter))
    return _centered(min(found, key=lambda one: one[0])[1], spacing, diameter) if found else None


def _ellipses(image: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Middles (E, 2) and second moments (E, 2, 2) of ellipses, whose eigenvalues are the squares of the half axes."""
    smooth = cv2.GaussianBlur(image, (0, 0), 1.0)
    seen: list[list[tuple[Floats, Floats]]] = []
    for threshold in _THRESHOLDS:
        above = np.asarray(smooth > threshold, np.uint8)
        outlines, _ = cv2.findContours(above, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            fitted = _ellipse(np.asarray(outline, np.int32))
            if fitted is None:
                continue
            same = next((one for one in seen if np.linalg.norm(one[0][0] - fitted[0]) < _SAME_PX), None)
            if same is None:
                seen.append([fitted])
            else:
                same.append(fitted)
    kept = [one for one in seen if len(one) >= _LEAST_SEEN]
    middles = [np.median([middle for middle, _ in one], axis=0) for one in kept]
    shapes = [np.median([shape for _, shape in one], axis=0) for one in kept]
    return np.reshape(middles, (-1, 2)), np.reshape(shapes, (-1, 2, 2))


def _ellipse(outline: NDArray[np.int32]) -> tuple[Floats, Floats] | None:
    """Middle (2,) and second moments (2, 2) of an outline that is an ellipse."""
    area = cv2.contourArea(outline)
    if len(outline) < 20 or area < _LEAST_AREA:
        return None
    (u, v), (first, second), degrees = cv2.fitEllipse(outline)
    drawn = np.pi * first * second / 4
    if not _LEAST_LIKENESS < area / max(drawn, 1e-9) < 1 / _LEAST_LIKENESS:
        return None
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    axes = np.array([[c, -s], [s, c]])
    return np.array([u, v]), axes @ np.diag([first**2, second**2]) / 4 @ axes.T


def _squares(middles: Floats, shapes: Floats, spacing: float, diameter: float) -> Iterator[tuple[float, Floats]]:
    """Squares of four ellipses, row by row, and how far each is from the image of one."""
    sizes = np.sqrt(np.linalg.det(shapes)) if len(shapes) else np.zeros(0)
    for a in range(len(middles)):
        alike = np.flatnonzero((sizes < 1.5 * sizes[a]) & (sizes > sizes[a] / 1.5)).tolist()
        reach = 3 * spacing / diameter * np.sqrt(np.linalg.eigvalsh(shapes[a])[1])
        near = [b for b in alike if b != a and np.linalg.norm(middles[b] - middles[a]) < reach]
        for b in near:
            for c in near:
                right, down = middles[b] - middles[a], middles[c] - middles[a]
                # Columns go to the right and rows down, so that the board faces the camera.
                if b == c or right[0] * down[1] - right[1] * down[0] <= 0 or abs(right[1]) > right[0]:
                    continue
                d = int(np.linalg.norm(middles - (middles[a] + right + down), axis=1).argmin())
                four = np.array([a, b, c, d])
                off = _off_square(middles[four], shapes[four], spacing, diameter)
                if len(set(four.tolist())) == 4 and off < 1.0:
                    yield off, middles[four]


def _off_square(middles: Floats, shapes: Floats, spacing: float, diameter: float) -> float:
    """How far four ellipses are from a square of circles, 1 the most that is taken."""
    a, b, c, d = middles
    place = float(np.linalg.norm(a + d - b - c) / np.linalg.norm(d - a)) / _PLACE_OFF
    if place > 1.0:
        return place
    _, expected = _imaged(middles, spacing, diameter)
    off = np.linalg.norm(shapes - expected, axis=(1, 2)) / np.linalg.norm(expected, axis=(1, 2))
    return max(place, float(off.max()) / _SHAPE_OFF)


def _centered(middles: Floats, spacing: float, diameter: float) -> Floats:
    """Where the middles of the circles are imaged (4, 2): a little aside of the middles of their ellipses."""
    imaged = middles
    for _ in range(2):
        ellipses, _ = _imaged(imaged, spacing, diameter)
        imaged = imaged + middles - ellipses
    return imaged


def _imaged(middles: Floats, spacing: float, diameter: float) -> tuple[Floats, Floats]:
    """Middles (4, 2) and second moments (4, 2, 2) of the ellipses of circles whose middles are imaged there.

    A circle is a conic, and a picture of its plane a projective map of it (R. Hartley and A. Zisserman, 2003, 2.2).
    """
    square = spacing * np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float64)
    back = np.linalg.inv(cv2.getPerspectiveTransform(square.astype(np.float32), middles.astype(np.float32)))
    circles = np.tile(np.eye(3), (4, 1, 1))
    circles[:, :2, 2] = circles[:, 2, :2] = -square
    circles[:, 2, 2] = (square**2).sum(axis=1) - (diameter / 2) ** 2
    conics = back.T @ circles @ back
    inverse = np.linalg.inv(conics[:, :2, :2])
    ellipses = -np.einsum("nij,nj->ni", inverse, conics[:, :2, 2])
    scale = -np.einsum("ni,ni->n", conics[:, :2, 2], ellipses) - conics[:, 2, 2]
    return ellipses, scale[:, None, None] * inverse
