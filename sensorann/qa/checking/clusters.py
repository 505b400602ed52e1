"""Things that stand on the ground beside all boxes, at one instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting import fit_cuboid
from sensorann.geometry import Cuboids, euclidean_clusters, points_in_cuboids
from sensorann.qa.checking.sightings import HALF_TURN_S, Scene

# Points in boxes grown by this belong to their objects: mirrors, doors, the ground's shadow. Metres.
_GROWN = 0.4
_STEP = 0.5
_FEWEST, _FARTHEST = 25, 60.0
# Objects are neither lower nor higher than this, nor longer or wider; walls, hedges and trees are.
_LOWEST, _HIGHEST, _LONGEST, _WIDEST = 0.7, 4.2, 14.0, 3.2


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Cluster:
    """One thing at one instant.

    Attributes
    ----------
    timestamp_ns : int64
    center : (3,) float64, of its fitted box, metres, in the frame of the labels
    size : (3,) float64, of that box: what was seen of it
    heading : of its length, radians; its ends are not told apart
    n_points : int
    score : share of its points that lie on the edges of the box, 0 to 1
    distance : metres from the vehicle
    point : (3,) float64, the measured point nearest to its middle, in the frame of the labels
    """

    timestamp_ns: int
    center: NDArray[np.float64]
    size: NDArray[np.float64]
    heading: float
    n_points: int
    score: float
    distance: float
    point: NDArray[np.float64]


def clusters_of(scene: Scene) -> list[Cluster]:
    """Find what stands on the ground in no box, and is of the size of an object."""
    boxes = scene.boxes
    # Points of what moves lie where it was when they were measured.
    margins = np.full((len(boxes), 3), _GROWN)
    margins[:, :2] += HALF_TURN_S * np.linalg.norm(scene.velocities, axis=1)[:, None]
    grown = Cuboids(
        centers=boxes.centers, sizes=boxes.sizes + 2 * margins, rotations=boxes.rotations, frame=boxes.frame
    )
    free = scene.standing & (np.hypot(scene.points[:, 0], scene.points[:, 1]) < _FARTHEST)
    free[points_in_cuboids(scene.points, grown).indices] = False
    rows = np.flatnonzero(free)
    labels = euclidean_clusters(scene.points[rows], distance=_STEP)
    order = np.argsort(labels, kind="stable")
    found = []
    for members in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        if len(members) >= _FEWEST:
            own = rows[members]
            cluster = _fitted(scene, own)
            if cluster is not None:
                found.append(cluster)
    return found


def _fitted(scene: Scene, rows: NDArray[np.int64]) -> Cluster | None:
    points = scene.points[rows]
    spans = points.max(axis=0) - points.min(axis=0)
    level = float(np.median(scene.ground.heights_at(points[:, :2])))
    height = float(points[:, 2].max()) - level
    if not (_LOWEST < height < _HIGHEST and np.hypot(spans[0], spans[1]) < 1.2 * _LONGEST):
        return None
    try:
        fit = fit_cuboid(points, ground_height=level, anchor=scene.sensor, frame=scene.boxes.frame)
    except ArgumentError:
        return None
    size = np.array(fit.cuboid.size)
    if size[0] > _LONGEST or size[1] > _WIDEST:
        return None
    return Cluster(
        timestamp_ns=scene.timestamp_ns,
        center=fit.cuboid.center + scene.ego,
        size=size,
        heading=fit.cuboid.yaw,
        n_points=fit.n_points,
        score=fit.score,
        distance=float(np.hypot(fit.cuboid.center[0], fit.cuboid.center[1])),
        point=points[np.argmin(np.linalg.norm(points - fit.cuboid.center, axis=1))] + scene.ego,
    )
