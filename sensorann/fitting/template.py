"""The shape of one object: points seen inside its own boxes, ready to be found again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboid
from sensorann.kernels.following import HIGHEST, LOWEST, NEIGHBOURHOOD
from sensorann.kernels.nearest import NearestGrid, across_surface, nearest_cells

FEWEST_TEMPLATE_POINTS, MOST_TEMPLATE_POINTS = 25, 2000
MOST_NEW_POINTS = 1000
_CELL = np.array([0.1, 0.1, 0.2])
_MARGIN = 1.2  # metres around the box in which points may still look for the template


def template_points(points: NDArray[np.floating], box: Cuboid, *, margin: float) -> NDArray[np.float64]:
    """Points (n, 3) inside a box, in its own axes; the ground under the object is left out.

    Parameters
    ----------
    points : (N, 3) metres, in the frame of the box
    box : where a person saw the object
    margin : metres beside the box that still count as the object
    """
    local = (points - box.center) @ box.frame_from_cuboid.rotation
    half = np.asarray(box.size) / 2
    beside = (np.abs(local[:, :2]) < half[:2] + margin).all(axis=1)
    inside = beside & (local[:, 2] > LOWEST - half[2]) & (local[:, 2] < half[2] + HIGHEST)
    return np.asarray(local[inside], np.float64)


def build_template(views: Sequence[NDArray[np.float64]], size: tuple[float, float, float]) -> NearestGrid | None:
    """Join views of one object, each in the axes of its box there; None where they hold too few points to be known by.

    Box coordinates make all views one rigid object: what the person's box includes or leaves out is carried along, so
    boxes are placed as that person places them, and not tight around the visible faces.
    """
    points = np.ascontiguousarray(np.concatenate([np.empty((0, 3)), *views]))
    if len(points) < FEWEST_TEMPLATE_POINTS:
        return None
    origin = -np.asarray(size) / 2 - _MARGIN
    shape = np.ceil((np.asarray(size) + 2 * _MARGIN) / _CELL).astype(np.int64)
    points = points[:: -(-len(points) // MOST_TEMPLATE_POINTS)]
    cells = nearest_cells(points, origin, _CELL, shape)
    n_points = np.array([len(points)])
    room = np.zeros((MOST_NEW_POINTS, 3))
    across = across_surface(points, NEIGHBOURHOOD)
    limits = np.maximum(np.asarray(size[:2]) / 2, np.abs(points[:, :2]).max(axis=0))
    return NearestGrid(np.vstack([points, room]), n_points, np.vstack([across, room]), cells, origin, _CELL, limits)
