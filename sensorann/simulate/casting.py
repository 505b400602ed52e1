"""What a fan of rays meets in the simulated world; shared by LiDAR, radar and cameras."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids, Transforms
from sensorann.kernels import raycast
from sensorann.kernels.raycast import NOTHING, PAVEMENT, ROAD
from sensorann.simulate.world import World

__all__ = ["NOTHING", "PAVEMENT", "ROAD", "Hits", "cast"]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Hits:
    """What C columns of R rays met.

    Attributes
    ----------
    distances : (C, R) float64, metres; inf where there is nothing
    owners : (C, R) int32: actor from 0, then the boxes of the town, or `ROAD`, `PAVEMENT`, `NOTHING`
    faces : (C, R) int8: side of the box, +x -x +y -y +z -z
    cosines : (C, R) float32: of the angle of incidence
    """

    distances: NDArray[np.float64]
    owners: NDArray[np.int32]
    faces: NDArray[np.int8]
    cosines: NDArray[np.float32]


def cast(
    world: World,
    timestamps_ns: NDArray[np.int64],
    world_from_sensor: Transforms,
    forwards: NDArray[np.float64],
    up: NDArray[np.float64],
    slopes: NDArray[np.float64],
    *,
    max_range: float,
) -> Hits:
    """Cast rays with direction forward + slope * up, each column at its own instant.

    Parameters
    ----------
    world : World
    timestamps_ns : (C,) int64, of the columns
    world_from_sensor : C poses at those instants
    forwards : (C, 3) float64, sensor frame
    up : (3,) float64, sensor frame, of length one and orthogonal to all forwards
    slopes : (R,) float64, ascending
    max_range : metres
    """
    eye = world_from_sensor.translations[len(timestamps_ns) // 2]
    moving, standing = _actors_in_reach(world, int(timestamps_ns[len(timestamps_ns) // 2]), eye, max_range)
    paths = [world.boxes(world.actors[i], timestamps_ns) for i in moving]
    parked = [world.boxes(world.actors[i], timestamps_ns[:1]) for i in standing]
    town = _in_reach(world.town, eye, max_range)
    fixed = Cuboids.concatenate([*parked, world.town[town]])
    n_columns, n_moving = len(timestamps_ns), len(moving)
    centers, rotations = np.empty((n_columns, n_moving, 3)), np.empty((n_columns, n_moving, 3, 3))
    half_sizes = np.empty((n_moving, 3))
    for k, boxes in enumerate(paths):
        centers[:, k], rotations[:, k], half_sizes[k] = boxes.centers, boxes.rotations, boxes.sizes[0] / 2
    distances, hits, faces, cosines = raycast.cast_rays(
        world_from_sensor.translations,
        np.einsum("nij,nj->ni", world_from_sensor.rotations, forwards),
        world_from_sensor.rotations @ up,
        slopes,
        centers,
        rotations,
        half_sizes,
        fixed.centers,
        fixed.rotations,
        fixed.sizes / 2,
        world.ground.waves,
        world.ground.streets.columns,
        max_range,
    )
    # Negative hits index from the back: the three kinds of no box come last, in the order -3, -2, -1.
    names = np.array([*moving, *standing, *(len(world.actors) + town), NOTHING, PAVEMENT, ROAD], np.int32)
    return Hits(distances=distances, owners=names[hits], faces=faces, cosines=cosines)


def _actors_in_reach(
    world: World, timestamp_ns: int, eye: NDArray[np.float64], max_range: float
) -> tuple[list[int], list[int]]:
    moving: list[int] = []
    standing: list[int] = []
    for i, actor in enumerate(world.actors):
        box = world.boxes(actor, np.array([timestamp_ns], np.int64))
        if len(_in_reach(box, eye, max_range)):
            (moving if actor.moves else standing).append(i)
    return moving, standing


def _in_reach(boxes: Cuboids, eye: NDArray[np.float64], max_range: float) -> NDArray[np.int64]:
    """Rows of the boxes that any part of could be within range; 5 m more for what moves within a sweep."""
    radii = np.linalg.norm(boxes.sizes, axis=1) / 2
    return np.flatnonzero(np.linalg.norm(boxes.centers - eye, axis=1) - radii < max_range + 5.0)
