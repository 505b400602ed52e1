"""Edges that a LiDAR and a camera see of the same things: jumps of range, and lines of the picture.

Both kinds of edges are upright ones: a scan line crosses them, and so does a row of the picture.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.targets.detections import Floats

_LINE = np.deg2rad(0.2)
_NEIGHBOUR = np.deg2rad(0.6)
_JUMP, _JUMP_SHARE = 0.5, 0.1
_NEAREST, _FARTHEST = 4.0, 60.0
_SMOOTH_PX = 2.0
_CANNY = (30, 80)


def edge_rows(points: Floats, *, jump: float = 1.0) -> NDArray[np.intp]:
    """Rows (M,) of a sweep (N, 3) behind which, along the scan line, the range jumps up: outlines of things.

    `jump` is by how much more than usual it must jump.
    """
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    finite = points[rows]
    ranges = np.linalg.norm(finite, axis=1)
    azimuths = np.arctan2(finite[:, 1], finite[:, 0])
    lines = np.floor(np.arctan2(finite[:, 2], np.hypot(finite[:, 0], finite[:, 1])) / _LINE)
    order = np.lexsort((azimuths, lines))
    beside = (np.diff(lines[order]) == 0) & (np.diff(azimuths[order]) < _NEIGHBOUR)
    rise, near = np.diff(ranges[order]), np.minimum(ranges[order][:-1], ranges[order][1:])
    wide = beside & (np.abs(rise) > jump * np.maximum(_JUMP, _JUMP_SHARE * near))
    nearer = np.where(rise > 0, order[:-1], order[1:])[wide]
    kept = nearer[(ranges[nearer] > _NEAREST) & (ranges[nearer] < _FARTHEST)]
    return np.asarray(rows[kept])


def edge_distances(picture: NDArray[np.uint8], *, contrast: float = 1.0) -> NDArray[np.float32]:
    """Pixels (height, width) to the nearest upright edge of a picture (height, width, 3), BGR.

    `contrast` is by how much stronger than usual an edge must be.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (0, 0), _SMOOTH_PX)
    across, along = (cv2.Sobel(grey, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    edges = (cv2.Canny(grey, *(contrast * np.array(_CANNY))) > 0) & (np.abs(across) > np.abs(along))
    return np.asarray(cv2.distanceTransform((~edges).astype(np.uint8), cv2.DIST_L2, 5), np.float32)
