"""Which points of a sweep to click for the object in a 2D box: one of each group that is seen through its middle."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Camera, Transform
from sensorann.kernels import frustum

# An object covers the middle of its box: points in so much of its width and height are tried.
_MIDDLE = 0.6
# Points that follow each other in depth by less than this are one object; so many objects are tried, the fullest first.
_DEPTH_GAP, _MOST_TRIED = 1.0, 5
_FEWEST_POINTS = 3
_CELL, _CLEARANCE = 1.0, 0.3
# Rays of so many pixels along each side of a box tell the cone that holds it; between them a lens may bend it outward
# by so much of its angle. Farther than this, metres, no object shows enough points.
_PER_SIDE, _BEND, _FARTHEST = 8, 1.05, 500.0


def seeds_behind(
    points: NDArray[np.floating],
    *,
    ego_from_sensor: Transform,
    camera_from_ego: Transform,
    lens: Camera,
    box: NDArray[np.float64],
) -> list[tuple[NDArray[np.float64], int]]:
    """Find points to click: of each group in depth the one nearest to the middle of a box.

    Parameters
    ----------
    points : (N, 3) of a sweep, metres, frame of the sensor; rows with NaN or infinity are left out
    ego_from_sensor, camera_from_ego : into the ego frame and on into that of the camera
    lens : of the camera
    box : (4,) left, top, right, bottom, pixels, within the picture

    Returns
    -------
    (3,) float64, metres, ego frame, and the number of points in its group: at least one, the fullest groups first

    Raises
    ------
    ArgumentError
        When no points lie behind the box.
    """
    # The cone is cheap to ask for, the lens is not: it is asked for the few points in the cone.
    candidates = points[_rows_in_cone(points, lens, camera_from_ego @ ego_from_sensor, box)]
    seen = ego_from_sensor.apply(candidates)
    pixels = lens.project(seen, camera_from_points=camera_from_ego)
    across, along = (np.abs(pixels - (box[:2] + box[2:]) / 2) / ((box[2:] - box[:2]) / 2)).T
    offsets = np.maximum(across, along)
    behind = offsets <= 1.0
    if behind.sum() < _FEWEST_POINTS:
        raise ArgumentError("no LiDAR points lie behind the box")
    middle = offsets <= _MIDDLE
    rows = np.flatnonzero(middle if middle.any() else behind)
    pose = ego_from_sensor
    ground = frustum.lowest_around(points, pose.rotation, pose.translation, seen[rows], _CELL)
    standing = seen[rows, 2] > ground + _CLEARANCE
    rows = rows[standing] if standing.any() else rows
    depths = camera_from_ego.apply(seen[rows])[:, 2]
    order = np.argsort(depths)
    groups = np.split(rows[order], np.flatnonzero(np.diff(depths[order]) > _DEPTH_GAP) + 1)
    fullest = sorted(groups, key=len, reverse=True)[:_MOST_TRIED]
    return [(seen[group[np.argmin(offsets[group])]], len(group)) for group in fullest]


def _rows_in_cone(
    points: NDArray[np.floating], lens: Camera, camera_from_sensor: Transform, box: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Rows of the points that may lie behind a box: all those near enough in the cone around it."""
    sensor_from_camera = camera_from_sensor.inverse()
    axis, *border = sensor_from_camera.rotate(lens.unproject(_middle_and_border(box)))
    widest = float(np.arccos(np.clip(np.stack(border) @ axis, -1.0, 1.0)).max())
    # NaN where the lens images no ray, at the rim of a wide picture: then everything may lie behind the box.
    angle = min(_BEND * widest, math.pi) if math.isfinite(widest) else math.pi
    apex = sensor_from_camera.translation
    rows: NDArray[np.int64] = frustum.within_cone(points, apex, np.nan_to_num(axis), math.cos(angle), _FARTHEST)
    return rows


def _middle_and_border(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels (1 + 4 n, 2): the middle of a box, then some along each of its sides."""
    (left, top), (right, bottom) = box[:2], box[2:]
    u, v = np.linspace(left, right, _PER_SIDE), np.linspace(top, bottom, _PER_SIDE)
    sides = [(u, top), (u, bottom), (left, v), (right, v)]
    border = [np.column_stack(np.broadcast_arrays(*side)) for side in sides]
    return np.concatenate([(box[:2] + box[2:])[None] / 2, *border])
