"""How much boxes overlap, and keeping the best of those that do."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.geometry.cuboids import Cuboids
from sensorann.kernels import overlap, solids

_UPRIGHT_TOLERANCE = 1e-9  # radians; the error of taking such a box for upright is as small


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
    iou = np.zeros((len(a), len(b)))
    iou[rows, columns] = shared / (_footprint_areas(a)[rows] + _footprint_areas(b)[columns] - shared)
    return iou


def iou_3d(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Intersection over union of the volumes of all pairs, exact for any rotation.

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
    shared = _shared_volumes(a, b)
    return np.asarray(shared / (a.volumes[:, None] + b.volumes - shared))


def paired_bev_iou(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Intersection over union of the footprints of box n of `a` and box n of `b`; see `bev_iou`.

    Parameters
    ----------
    a, b : N boxes each, in one frame

    Returns
    -------
    (N,) float64, 0 to 1

    Raises
    ------
    ArgumentError
        When the frames or the numbers of boxes differ.
    """
    _check_pairs(a, b)
    shared: NDArray[np.float64] = overlap.paired_rectangle_intersections(_rectangles(a), _rectangles(b))
    return shared / (_footprint_areas(a) + _footprint_areas(b) - shared)


def paired_iou_3d(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Intersection over union of the volumes of box n of `a` and box n of `b`; see `iou_3d`.

    Parameters
    ----------
    a, b : N boxes each, in one frame

    Returns
    -------
    (N,) float64, 0 to 1

    Raises
    ------
    ArgumentError
        When the frames or the numbers of boxes differ.
    """
    _check_pairs(a, b)
    shared: NDArray[np.float64] = solids.paired_box_intersections(_solids(a), _solids(b))
    return shared / (a.volumes + b.volumes - shared)


def bev_giou(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Generalised intersection over union of the footprints of all pairs, seen from above.

    The overlap as in `bev_iou`, less the share of the convex hull of both that neither covers: boxes that do not
    overlap still rank by how far apart they are (H. Rezatofighi et al., CVPR 2019).

    Parameters
    ----------
    a, b : N and M boxes in one frame

    Returns
    -------
    (N, M) float64, -1 to 1

    Raises
    ------
    ArgumentError
        When the frames differ.
    """
    iou = bev_iou(a, b)
    union = (_footprint_areas(a)[:, None] + _footprint_areas(b)) / (1.0 + iou)
    enclosing = solids.enclosing_areas(_footprint_corners(a), _footprint_corners(b))
    return np.asarray(iou - (enclosing - union) / enclosing)


def giou_3d(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Generalised intersection over union of the volumes of all pairs.

    The overlap as in `iou_3d`, less the share that neither box covers of the upright prism around both: the convex
    hull of their corners seen from above, times their span of heights.

    Parameters
    ----------
    a, b : N and M boxes in one frame

    Returns
    -------
    (N, M) float64, -1 to 1

    Raises
    ------
    ArgumentError
        When the frames differ.
    """
    shared = _shared_volumes(a, b)
    union = a.volumes[:, None] + b.volumes - shared
    corners_a, corners_b = a.corners(), b.corners()
    top = np.maximum(corners_a[:, None, :, 2].max(axis=2), corners_b[:, :, 2].max(axis=1))
    bottom = np.minimum(corners_a[:, None, :, 2].min(axis=2), corners_b[:, :, 2].min(axis=1))
    areas = solids.enclosing_areas(np.ascontiguousarray(corners_a[..., :2]), np.ascontiguousarray(corners_b[..., :2]))
    enclosing = areas * (top - bottom)
    return np.asarray(shared / union - (enclosing - union) / enclosing)


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


def _check_pairs(a: Cuboids, b: Cuboids) -> None:
    _check_frames(a, b)
    if len(a) != len(b):
        raise ArgumentError(f"boxes can be paired when there are as many of each, got {len(a)} and {len(b)}")


def _rectangles(boxes: Cuboids) -> NDArray[np.float64]:
    """Footprints as the kernels take them (N, 7)."""
    yaws, half = boxes.yaws, boxes.sizes[:, :2] / 2
    # The circles only sort out what is far: a hair of room keeps rounding from losing a touching pair.
    radii = np.hypot(half[:, 0], half[:, 1]) * (1.0 + 1e-12)
    return np.column_stack([boxes.centers[:, :2], np.cos(yaws), np.sin(yaws), half, radii])


def _footprint_areas(boxes: Cuboids) -> NDArray[np.float64]:
    return np.asarray(boxes.sizes[:, 0] * boxes.sizes[:, 1])


def _footprint_corners(boxes: Cuboids) -> NDArray[np.float64]:
    """Corners of the footprints (N, 4, 2), around the rectangle."""
    flat = Cuboids.from_yaws(boxes.centers, boxes.sizes, boxes.yaws, frame=boxes.frame)
    return np.ascontiguousarray(flat.corners()[:, [0, 1, 5, 4], :2])


def _shared_volumes(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Volumes (N, M) that the boxes of all pairs share."""
    _check_frames(a, b)
    shared: NDArray[np.float64] = solids.box_intersections(_solids(a), _solids(b))
    return shared


def _solids(boxes: Cuboids) -> NDArray[np.float64]:
    """Boxes as the kernels take them (N, 19)."""
    rectangles, half_sizes = _rectangles(boxes), boxes.sizes / 2
    up = boxes.rotations[:, :, 2]
    tilted = (np.abs(up[:, :2]).max(axis=1, initial=0.0) > _UPRIGHT_TOLERANCE) | (up[:, 2] < 0)
    # A tilted box reaches beyond its footprint, but never beyond the sphere around it.
    rectangles[tilted, 6] = np.linalg.norm(half_sizes[tilted], axis=1) * (1.0 + 1e-12)
    rotations = boxes.rotations.reshape(-1, 9)
    return np.column_stack([rectangles, boxes.centers[:, 2], half_sizes[:, 2], tilted, rotations])
