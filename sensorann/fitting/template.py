"""The shape of one object: points seen inside its own boxes, ready to be found again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sensorann.geometry import Cuboid
from sensorann.kernels.following import HIGHEST, LOWEST, NEIGHBOURHOOD
from sensorann.kernels.nearest import NearestGrid, across_surface, nearest_cells, outward_normals

FEWEST_TEMPLATE_POINTS, MOST_POINTS_OF_A_VIEW = 25, 1500
MOST_NEW_POINTS = 1000
_CELL = np.array([0.1, 0.1, 0.2])
_FACE_STEP, _UNSEEN = 0.25, 0.4  # metres between points of a face, and to the nearest point that was seen
_MARGIN = 1.2  # metres around the box in which points may still look for the template


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class View:
    """What one sweep shows of an object, in the axes of its box there.

    Attributes
    ----------
    points : (n, 3) float64, metres; thinned evenly where there are very many
    across : (n, 3) float64, which way the surface faces at each of them, see `across_surface`
    viewer : (3,) where they were seen from; NaN where that is unknown
    n_seen : number of points before they were thinned
    """

    points: NDArray[np.float64]
    across: NDArray[np.float64]
    viewer: NDArray[np.float64]
    n_seen: int

    @classmethod
    def of_points(cls, points: NDArray[np.float64], viewer: NDArray[np.float64]) -> View:
        """View of points (n, 3) in the axes of the box; each view is thinned by itself.

        So the view from nearby does not push out the one from far away, and a template of many views is soon built.
        """
        kept = np.ascontiguousarray(points[:: max(1, -(-len(points) // MOST_POINTS_OF_A_VIEW))])
        return cls(points=kept, across=across_surface(kept, NEIGHBOURHOOD), viewer=viewer, n_seen=len(points))


def view_of(points: NDArray[np.floating], box: Cuboid, viewer: NDArray[np.float64], *, margin: float) -> View:
    """View of an object: its points as `template_points` takes them, and where in its axes they were seen from."""
    rotation = box.frame_from_cuboid.rotation
    return View.of_points(template_points(points, box, margin=margin), (viewer - box.center) @ rotation)


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


def build_template(
    views: Sequence[View], size: tuple[float, float, float], *, faces: bool = False
) -> NearestGrid | None:
    """Join views of one object, each in the axes of its box there; None where they hold too few points to be known by.

    Box coordinates make all views one rigid object: what the person's box includes or leaves out is carried along, so
    boxes are placed as that person places them, and not tight around the visible faces. With `faces`, what no view
    shows of the object is taken to be as flat as its box.
    """
    if sum(len(view.points) for view in views) < FEWEST_TEMPLATE_POINTS:
        return None
    points = np.concatenate([view.points for view in views])
    across = np.concatenate([view.across for view in views])
    viewers = np.repeat([view.viewer[:2] for view in views], [len(view.points) for view in views], axis=0)
    outward = outward_normals(across, points, viewers)
    if faces:
        unseen, normals = _unseen_faces(points, np.asarray(size))
        points, outward = np.vstack([points, unseen]), np.vstack([outward, normals])
        across = np.vstack([across, np.column_stack([normals[:, 0] ** 2, normals.prod(axis=1), normals[:, 1] ** 2])])
    origin = -np.asarray(size) / 2 - _MARGIN
    shape = np.ceil((np.asarray(size) + 2 * _MARGIN) / _CELL).astype(np.int64)
    room = np.zeros((MOST_NEW_POINTS, 3))
    return NearestGrid(
        points=np.vstack([points, room]),
        n_points=np.array([len(points)]),
        across=np.vstack([across, room]),
        outward=np.vstack([outward, room[:, :2]]),
        cells=nearest_cells(points, origin, _CELL, shape),
        origin=origin,
        edge=_CELL,
        limits=np.maximum(np.asarray(size[:2]) / 2, np.abs(points[:, :2]).max(axis=0)),
    )


def _unseen_faces(
    seen: NDArray[np.float64], size: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (n, 3) on the upright faces of a box where nothing was seen, and which way they look (n, 2)."""
    length, width = size[:2] / 2
    along, across = _steps(-length, length), _steps(-width, width)
    heights = _steps(LOWEST - size[2] / 2, size[2] / 2)
    parts = [
        np.array([[x, y, z, nx, ny] for x in xs for y in ys for z in heights])
        for xs, ys, nx, ny in (
            ([length], across, 1.0, 0.0),
            ([-length], across, -1.0, 0.0),
            (along, [width], 0.0, 1.0),
            (along, [-width], 0.0, -1.0),
        )
    ]
    all_faces = np.concatenate(parts)
    apart, _ = cKDTree(seen).query(all_faces[:, :3])
    unseen = all_faces[apart > _UNSEEN]
    return unseen[:, :3], unseen[:, 3:]


def _steps(low: float, high: float) -> NDArray[np.float64]:
    """Places from low to high, about `_FACE_STEP` apart."""
    return np.linspace(low, high, max(2, math.ceil((high - low) / _FACE_STEP) + 1))
