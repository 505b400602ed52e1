"""Boards whose points both sensors place, and the reflector that stands behind their middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calib.targets.detections import Floats, PointDetections
from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array


def reflectors_behind(
    points: ArrayLike, boards: ArrayLike, *, depth: float, sigma: float, sensor_is_in_front: bool = True
) -> PointDetections:
    """Place the reflector of each board: behind the middle of its points, along the normal away from the sensor.

    Parameters
    ----------
    points : (N, 3), metres, sensor frame, at least three per board that are not on a line
    boards : (N,) int, number of the board that each point is on, from 0
    depth : metres between the plane of the points and the reflector's corner
    sigma : metres, of one point; the reflector's covariance follows from it
    sensor_is_in_front : the sensor looks at the side away from the reflector
    """
    points = as_array(points, (None, 3), np.float64, name="points", finite=True)
    groups = as_array(boards, (len(points),), np.intp, name="boards")
    depth = depth if sensor_is_in_front else -depth
    n_boards = int(groups.max(initial=-1)) + 1
    placed = [_reflector(points[groups == board], depth, sigma, board) for board in range(n_boards)]
    places, covariances = zip(*placed, strict=True) if placed else ((), ())
    return PointDetections(np.reshape(places, (-1, 3)), np.reshape(covariances, (-1, 3, 3)))


def _reflector(points: Floats, depth: float, sigma: float, board: int) -> tuple[Floats, Floats]:
    center = points.mean(axis=0) if len(points) else np.zeros(3)
    _, spans, axes = np.linalg.svd(points - center)
    if len(points) < 3 or spans[1] < 1e-6:
        raise ArgumentError(f"board {board} must have three points that are not on a line, got {len(points)}")
    normal = axes[2] * (1.0 if axes[2] @ center >= 0 else -1.0)
    # A tilt about one axis of the plane moves the reflector along the other by depth times the tilt.
    tilts = (depth * sigma / spans[:2]) ** 2
    covariance = np.eye(3) * sigma**2 / len(points) + np.einsum("k,ki,kj->ij", tilts, axes[:2], axes[:2])
    return center + depth * normal, covariance


def split_boards(numbers: ArrayLike) -> NDArray[np.intp]:
    """Number boards from 0 in the order of their first point, whatever they are called."""
    _, first, inverse = np.unique(np.asarray(numbers), return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return np.asarray(order[inverse], np.intp)
