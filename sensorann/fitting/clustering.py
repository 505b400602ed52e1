"""Points above the ground in groups that may be objects: joined over gaps, and split until they may be one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import euclidean_clusters

_Kind = TypeVar("_Kind")
# Gap that is bridged: grows with the distance from the sensor, as the spacing of the points does.
_GAP, _GAP_PER_METRE = 0.35, 0.008
# Beams lie further apart than the points along them: a gap in height counts this much.
_HEIGHT_WEIGHT = 0.5
# A group that is no object is tried again with smaller gaps, down to this share of the first ones.
_SHRINK, _SMALLEST_SHARE = 0.7, 0.3
# Narrower groups hold no two objects.
_NARROWEST = 1.0


def object_groups(
    offsets: NDArray[np.float64], *, recognise: Callable[[NDArray[np.int64]], _Kind | None], fewest: int
) -> Iterator[tuple[NDArray[np.int64], _Kind]]:
    """Split points into groups that are recognised.

    A group that is not, such as two cars side by side or a pedestrian at a wall, is split by smaller gaps, again and
    again; what no gap separates is left out.

    Parameters
    ----------
    offsets : (N, 3) float64, metres, points relative to the sensor, those of the ground left out
    recognise : says what the points of some rows may be, None when they are no one object
    fewest : groups of fewer points are left out

    Yields
    ------
    (K,) int64 rows of each group, and what it may be
    """
    scaled = _in_gaps(offsets)
    waiting = [(np.arange(len(offsets)), 1.0)]
    while waiting:
        rows, share = waiting.pop()
        for group in _groups(euclidean_clusters(scaled[rows], distance=share)):
            if len(group) < fewest:
                continue
            kind = recognise(rows[group])
            if kind is not None:
                yield rows[group], kind
            elif share * _SHRINK >= _SMALLEST_SHARE and np.ptp(offsets[rows[group], :2], axis=0).max() > _NARROWEST:
                waiting.append((rows[group], share * _SHRINK))


def _in_gaps(offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates in which the gap that is bridged has length one everywhere.

    Along the distance r the gap a + b r makes it log(1 + b r / a) / b; across it the gap comes out smaller, which suits
    the closer spacing of points there.
    """
    distances = np.maximum(np.hypot(offsets[:, 0], offsets[:, 1]), 1e-6)
    stretch = np.log1p(_GAP_PER_METRE * distances / _GAP) / _GAP_PER_METRE / distances
    heights = _HEIGHT_WEIGHT * offsets[:, 2] / (_GAP + _GAP_PER_METRE * distances)
    return np.column_stack([offsets[:, :2] * stretch[:, None], heights])


def _groups(labels: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Rows of each label, in the order of the labels."""
    order = np.argsort(labels, kind="stable")
    return [np.asarray(rows) for rows in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(rows)]
