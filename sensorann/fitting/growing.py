"""The points of one object, grown from a click."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sensorann.errors import ArgumentError
from sensorann.fitting.local_ground import GroundPlane, estimate_ground
from sensorann.geometry.arrays import as_array

# A bus or a truck with its trailer's first axle; a click on a longer object says so.
LARGEST_OBJECT = (13.0, 3.6, 4.6)
# A point this near to the click belongs to what was clicked.
_CLICK_REACH = 1.0
_GROUND_CLEARANCE = 0.2
_GROUND_RADIUS, _LOW_CLICK = 10.0, 0.4
# Gap that is bridged: grows with the distance, as the spacing of the points does.
_GAP, _GAP_PER_METRE = 0.3, 0.008
_SMALLEST_GAP, _SHRINK = 0.12, 0.75
# Beams lie further apart than the points along them: a gap in height counts this much.
_HEIGHT_WEIGHT = 0.5
# Points are thinned to cubes of this share of the gap before they are joined.
_CUBE_PER_GAP = 0.3
_SIZE_SLACK = 1.05


class NothingThereError(ArgumentError):
    """No point above the ground lies at a click."""


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class GrownObject:
    """The points of one object.

    Attributes
    ----------
    inside : (N,) bool, which of the given points belong to it
    ground_height : z of the ground under the object, metres
    gap : the largest gap between points that was bridged, metres
    """

    inside: NDArray[np.bool_]
    ground_height: float
    gap: float


def grow_object(
    points: ArrayLike,
    seed_point: ArrayLike,
    *,
    sensor: ArrayLike = (0.0, 0.0, 0.0),
    max_size: tuple[float, float, float] = LARGEST_OBJECT,
) -> GrownObject:
    """Find the points of the object at a click.

    The ground around the click is estimated and left out; then points are joined over gaps that fit the spacing of the
    points at that distance. Where the result is larger than `max_size` it has run into a neighbour or a wall, and the
    gap is narrowed until it fits.

    Parameters
    ----------
    points : (N, 3) metres, z up; rows with NaN belong to nothing
    seed_point : (3,) the click, at most 1 m from a point of the object
    sensor : (3,) position of the sensor, for the spacing of the points
    max_size : (length, width, height) that the object does not exceed, metres

    Returns
    -------
    GrownObject

    Raises
    ------
    NothingThereError
        An `ArgumentError`: when no point above the ground lies within a metre of the click.
    """
    cloud = as_array(points, (None, 3), np.float64, name="points")
    seed = as_array(seed_point, (3,), np.float64, name="seed_point", finite=True)
    position = as_array(sensor, (3,), np.float64, name="sensor", finite=True)
    if len(max_size) != 3 or not all(edge > 0 for edge in max_size):
        raise ArgumentError(f"max_size must be three positive lengths in metres, got {max_size}")
    finite = np.flatnonzero(np.isfinite(cloud).all(axis=1))
    reach = float(np.hypot(max_size[0], max_size[1]))
    offsets = np.hypot(*(cloud[finite, :2] - seed[:2]).T)
    nearby = finite[offsets <= max(reach, _CLICK_REACH)]
    if len(nearby) == 0:
        raise nothing_there(seed)
    ground = _ground_below(cloud[finite], seed)
    heights = ground.heights_above(cloud[nearby])
    candidates = nearby[(heights > _GROUND_CLEARANCE) & (heights < max_size[2] + 0.5)]
    if len(candidates) == 0:
        raise nothing_there(seed)
    members, gap = _grow_until_it_fits(cloud[candidates], seed, position, max_size)
    inside = np.zeros(len(cloud), np.bool_)
    inside[candidates[members]] = True
    return GrownObject(inside=inside, ground_height=_ground_under(cloud[inside], ground), gap=gap)


def _ground_below(cloud: NDArray[np.float64], seed: NDArray[np.float64]) -> GroundPlane:
    """Estimate the ground; a click right above it may be on a roof, among other roofs that hide the road."""
    ground = estimate_ground(cloud, seed, radius=_GROUND_RADIUS)
    if seed[2] - ground.height >= _LOW_CLICK:
        return ground
    wider = estimate_ground(cloud, seed, radius=2 * _GROUND_RADIUS)
    another_surface = wider.height < ground.height - _LOW_CLICK / 2 and wider.n_cells > 2 * ground.n_cells
    return wider if another_surface else ground


def _grow_until_it_fits(
    cloud: NDArray[np.float64],
    seed: NDArray[np.float64],
    sensor: NDArray[np.float64],
    max_size: tuple[float, float, float],
) -> tuple[NDArray[np.bool_], float]:
    gap = _GAP + _GAP_PER_METRE * float(np.linalg.norm(seed - sensor))
    while True:
        members = _connected(cloud, seed, gap)
        if _fits(cloud[members], max_size) or gap * _SHRINK < _SMALLEST_GAP:
            return members, gap
        gap *= _SHRINK


def _connected(cloud: NDArray[np.float64], seed: NDArray[np.float64], gap: float) -> NDArray[np.bool_]:
    """Points (N,) that are joined to the one nearest to the seed by steps of at most `gap`."""
    nearest = int(np.argmin(np.linalg.norm(cloud - seed, axis=1)))
    if np.linalg.norm(cloud[nearest] - seed) > _CLICK_REACH:
        raise nothing_there(seed)
    flattened = (cloud - seed) * [1.0, 1.0, _HEIGHT_WEIGHT]
    # One point stands for its cube: a near car has thousands, and its millions of pairs add nothing.
    cubes = np.floor(flattened / (_CUBE_PER_GAP * gap)).astype(np.int64)
    _, kept, cube_of_point = np.unique(cubes, axis=0, return_index=True, return_inverse=True)
    pairs = cKDTree(flattened[kept]).query_pairs(gap, output_type="ndarray")
    links = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(kept), len(kept)))
    _, group_of_cube = connected_components(links, directed=False)
    groups = group_of_cube[cube_of_point.ravel()]
    return np.asarray(groups == groups[nearest])


def _fits(cloud: NDArray[np.float64], max_size: tuple[float, float, float]) -> bool:
    if len(cloud) < 3:
        return True
    _, sides, _ = cv2.minAreaRect(np.ascontiguousarray(cloud[:, :2] - cloud[0, :2], np.float32))
    # Labels and clicks know sizes to some decimetres.
    length, width = (_SIZE_SLACK * edge + 0.2 for edge in (max(max_size[:2]), min(max_size[:2])))
    return max(sides) <= length and min(sides) <= width


def _ground_under(cloud: NDArray[np.float64], ground: GroundPlane) -> float:
    return ground.height_at((cloud[:, :2].min(axis=0) + cloud[:, :2].max(axis=0)) / 2)


def nothing_there(click: NDArray[np.float64], *, frame: str = "") -> NothingThereError:
    """Say that no point lies at a click (3,), in the numbers and the frame that it was given in."""
    place = ", ".join(f"{value:.12g}" for value in click)
    return NothingThereError(
        f"no point above the ground lies within {_CLICK_REACH:g} m of ({place}){frame and f' in the {frame} frame'}: "
        "click on a point of the object"
    )
