"""How much boxes overlap, and keeping the best of those that do."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.geometry.cuboids import Cuboids
from sensorann.kernels import overlap


def bev_iou(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Intersection over union of the footprints of all pairs, seen from above.

    The footprint is the rectangle of the box's length, width and heading; pitch and roll are ignored.

    Parameters
    ----------
    a, b : N and M boxes in one frame

    Returns
    -------
    (N, M) float64, 0 to 1

    Raises
    ------
    ArgumentError
        When the frames differ.
    """
    _check_frames(a, b)
    rows, columns, shared = overlap.rectangle_intersections(_rectangles(a), _rectangles(b))
    areas_a, areas_b = a.sizes[:, 0] * a.sizes[:, 1], b.sizes[:, 0] * b.sizes[:, 1]
    iou = np.zeros((len(a), len(b)))
    iou[rows, columns] = shared / (areas_a[rows] + areas_b[columns] - shared)
    return iou


def rotated_nms(boxes: Cuboids, scores: ArrayLike, *, threshold: float) -> NDArray[np.int64]:
    """Keep the best of the boxes that overlap, seen from above (greedy non-maximum suppression).

    Parameters
    ----------
    boxes : N boxes
    scores : (N,), the higher the better; the earlier box wins a tie
    threshold : a box is dropped when its footprint overlaps that of a better, kept box by a larger `bev_iou`

    Returns
    -------
    (K,) int64
        Rows of the kept boxes, from the best to the worst.

    Raises
    ------
    ArgumentError
        When the scores are not finite, or the threshold is not within 0 to 1.
    """
    checked = as_array(scores, (len(boxes),), np.float64, name="scores", finite=True)
    if not 0.0 <= threshold <= 1.0:
        raise ArgumentError(f"threshold must be an overlap from 0 to 1, got {threshold}")
    order = np.argsort(-checked, kind="stable")
    kept: NDArray[np.int64] = overlap.suppress(_rectangles(boxes), order, float(threshold))
    return kept


def _check_frames(a: Cuboids, b: Cuboids) -> None:
    if a.frame != b.frame:
        raise ArgumentError(f"boxes must share a frame to overlap, got {a.frame!r} and {b.frame!r}")


def _rectangles(boxes: Cuboids) -> NDArray[np.float64]:
    """Footprints as the kernels take them (N, 7)."""
    yaws, half = boxes.yaws, boxes.sizes[:, :2] / 2
    # The circles only sort out what is far: a hair of room keeps rounding from losing a touching pair.
    radii = np.hypot(half[:, 0], half[:, 1]) * (1.0 + 1e-12)
    return np.column_stack([boxes.centers[:, :2], np.cos(yaws), np.sin(yaws), half, radii])
