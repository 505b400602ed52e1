"""Rectangles around boxes in a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.cameras import Camera
from sensorann.geometry.cuboids import CORNER_EDGES, Cuboids

# Nearer to the image plane than this, pixels run off to infinity; metres.
NEAR = 0.1


def outlines(cuboids_camera: Cuboids, camera: Camera) -> NDArray[np.float64]:
    """2D boxes (N, 4) around what is in front of the camera, clipped to the picture; NaN where nothing is.

    Parameters
    ----------
    cuboids_camera : boxes in the camera's frame
    camera : intrinsics

    Returns
    -------
    (N, 4) float64, pixels: left, top, right, bottom
    """
    points = _in_front(cuboids_camera.corners())
    pixels = camera.project(points.reshape(-1, 3)).reshape(*points.shape[:2], 2)
    low, high = np.fmin.reduce(pixels, axis=1), np.fmax.reduce(pixels, axis=1)
    right_most, bottom_most = camera.size[0] - 1, camera.size[1] - 1
    with np.errstate(invalid="ignore"):
        low, high = np.maximum(low, 0.0), np.minimum(high, (right_most, bottom_most))
        shown = (high > low).all(axis=1)
    return np.where(shown[:, None], np.concatenate([low, high], axis=1), np.nan)


def rectangle_overlaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union (...) of 2D boxes (..., 4) whose shapes go together; NaN where one is not known."""
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).prod(axis=-1) for boxes in (a, b)]
    return np.asarray(shared / np.maximum(areas[0] + areas[1] - shared, 1e-12))


def _in_front(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners (N, 8, 3) where all lie beyond the near plane.

    Else those that do, with the points where the edges pass it (N, 20, 3); NaN for all others.
    """
    near = corners[:, :, 2] >= NEAR
    if near.all():
        return corners
    start, end = corners[:, CORNER_EDGES[:, 0]], corners[:, CORNER_EDGES[:, 1]]
    crosses = near[:, CORNER_EDGES[:, 0]] != near[:, CORNER_EDGES[:, 1]]
    with np.errstate(invalid="ignore", divide="ignore"):
        fractions = (NEAR - start[:, :, 2]) / (end[:, :, 2] - start[:, :, 2])
    passed = start + np.where(crosses, fractions, np.nan)[:, :, None] * (end - start)
    return np.concatenate([np.where(near[:, :, None], corners, np.nan), passed], axis=1)
