"""Boxes on pictures: around cuboids, and how much two of them overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.cameras import Camera
from sensorann.geometry.cuboids import CORNER_EDGES, Cuboids

# Nearer to the image plane than this, pixels run off to infinity.
NEAR_M = 0.1


def outlines(cuboids_camera: Cuboids, camera: Camera) -> NDArray[np.float64]:
    """2D boxes (N, 4) around what is in front of the camera, clipped to the picture; NaN where nothing is.

    Parameters
    ----------
    cuboids_camera : boxes in the camera's frame
    camera : intrinsics
    """
    boxes = np.full((len(cuboids_camera), 4), np.nan)
    right_most, bottom_most = camera.size[0] - 1, camera.size[1] - 1
    for i, corners in enumerate(cuboids_camera.corners()):
        points = _in_front(corners)
        pixels = camera.project(points) if len(points) else np.zeros((0, 2))
        pixels = pixels[np.isfinite(pixels).all(axis=1)]
        if not len(pixels):
            continue
        left, top = np.maximum(pixels.min(axis=0), 0)
        right, bottom = np.minimum(pixels.max(axis=0), (right_most, bottom_most))
        if right > left and bottom > top:
            boxes[i] = left, top, right, bottom
    return boxes


def _in_front(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners beyond the near plane, and the points where the edges pass it."""
    near = corners[:, 2] >= NEAR_M
    start, end = corners[CORNER_EDGES[:, 0]], corners[CORNER_EDGES[:, 1]]
    crosses = near[CORNER_EDGES[:, 0]] != near[CORNER_EDGES[:, 1]]
    start, end = start[crosses], end[crosses]
    fractions = (NEAR_M - start[:, 2]) / (end[:, 2] - start[:, 2])
    return np.concatenate([corners[near], start + fractions[:, None] * (end - start)])


def picture_iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union (A, B) of 2D boxes (A, 4) and (B, 4): left, top, right, bottom; 0 for those with NaN."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b)]
    return np.asarray(np.nan_to_num(shared / np.maximum(areas[0][:, None] + areas[1] - shared, 1e-9)))
