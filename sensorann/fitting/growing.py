"""The points of one object, grown from a click."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.surroundings import Surroundings, look_around
from sensorann.kernels import nesting

# A bus or a truck with its trailer's first axle; a click on a longer object says so.
LARGEST_OBJECT = (13.0, 3.6, 4.6)
# Gap that is bridged: grows with the distance, as the spacing of the points does.
_GAP, _GAP_PER_METRE = 0.3, 0.008
_SMALLEST_GAP, _SHRINK = 0.12, 0.75
# Beams lie further apart than the points along them: a gap in height counts this much.
_HEIGHT_WEIGHT = 0.5
_SIZE_SLACK = 1.05


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
    if len(max_size) != 3 or not all(edge > 0 for edge in max_size):
        raise ArgumentError(f"max_size must be three positive lengths in metres, got {max_size}")
    reach = float(np.hypot(max_size[0], max_size[1]))
    around = look_around(points, seed_point, sensor=sensor, reach=reach, highest=max_size[2] + 0.5)
    clusters = nested_clusters(around, narrowing_gaps(usual_gap(around)))
    while True:
        members, gap = next(clusters)
        if gap * _SHRINK < _SMALLEST_GAP or _fits(around.points[members], max_size):
            break
    inside = np.zeros(around.n_given, np.bool_)
    inside[around.rows[members]] = True
    return GrownObject(inside=inside, ground_height=around.ground_under(members), gap=gap)


def usual_gap(around: Surroundings) -> float:
    """Gap between the points of one object at the distance of the click, metres."""
    return _GAP + _GAP_PER_METRE * around.distance


def narrowing_gaps(widest: float) -> Iterator[float]:
    """Gaps to bridge, from the widest on down; at least one."""
    gap = widest
    yield gap
    while gap * _SHRINK >= _SMALLEST_GAP:
        gap *= _SHRINK
        yield gap


def nested_clusters(around: Surroundings, gaps: Iterable[float]) -> Iterator[tuple[NDArray[np.int64], float]]:
    """Points joined to the clicked one by steps of at most a gap, for one gap after the other.

    Parameters
    ----------
    around : where was clicked
    gaps : metres, falling: each cluster is a part of the one before it

    Yields
    ------
    members : (M,) int64, rows of the surroundings' points, increasing
    gap : metres
    """
    flattened = around.points - around.points[around.seed]
    flattened[:, 2] *= _HEIGHT_WEIGHT
    narrowing = np.fromiter(gaps, np.float64)
    stays = nesting.nested_stays(flattened, around.seed, narrowing)
    for k, gap in enumerate(narrowing.tolist()):
        yield np.flatnonzero(stays > k), gap


def _fits(cloud: NDArray[np.float64], max_size: tuple[float, float, float]) -> bool:
    if len(cloud) < 3:
        return True
    _, sides, _ = cv2.minAreaRect(np.ascontiguousarray(cloud[:, :2] - cloud[0, :2], np.float32))
    # Labels and clicks know sizes to some decimetres.
    length, width = (_SIZE_SLACK * edge + 0.2 for edge in (max(max_size[:2]), min(max_size[:2])))
    return max(sides) <= length and min(sides) <= width
