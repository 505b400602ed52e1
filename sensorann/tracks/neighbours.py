"""Whose points are whose: what lies in the box of a neighbour is not the object that is looked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids, points_in_cuboids
from sensorann.scene import Track

# A box whose middle may be further off than this, metres in the plane, takes no points from anybody.
SURE_SIGMA = 0.15


class Neighbours:
    """The boxes of many tracks whose place is known well enough: keyframes, and curves near them.

    Parameters
    ----------
    curves : boxes along the curves with their sigmas, one track per object; an object goes by its number in here
    """

    def __init__(self, curves: Sequence[Track]) -> None:
        sure = [np.flatnonzero(np.hypot(*curve.sigmas[:, :2].T) <= SURE_SIGMA) for curve in curves]
        self._owners = np.repeat(np.arange(len(curves)), [len(rows) for rows in sure])
        empty: NDArray[np.int64] = np.empty(0, np.int64)
        times = np.concatenate([empty, *(c.timestamps_ns[rows] for c, rows in zip(curves, sure, strict=True))])
        boxes = [curve.cuboids[rows] for curve, rows in zip(curves, sure, strict=True)]
        self._boxes = Cuboids.concatenate(boxes) if boxes else None
        self._order = np.argsort(times, kind="stable")
        self._times = times[self._order]

    def at(self, timestamp_ns: int) -> tuple[NDArray[np.int64], Cuboids | None]:
        """Numbers of the objects whose place is known at an instant, and their boxes."""
        first, last = np.searchsorted(self._times, [timestamp_ns, timestamp_ns + 1])
        rows = self._order[first:last]
        if self._boxes is None or not len(rows):
            return np.empty(0, np.int64), None
        return self._owners[rows], self._boxes[rows]


class Claims:
    """Which points of one sweep lie in whose box.

    Parameters
    ----------
    points : (N, 3) metres, in the frame of the boxes, relative to origin
    owners, boxes : as `Neighbours.at` returns them
    origin : (3,) metres
    """

    def __init__(
        self,
        points: NDArray[np.float32],
        owners: NDArray[np.int64],
        boxes: Cuboids | None,
        origin: NDArray[np.float64],
    ) -> None:
        self._n_boxes = np.zeros(len(points), np.int64)
        self._own: dict[int, NDArray[np.int64]] = {}
        if boxes is None:
            return
        centers = boxes.centers - origin
        near = Cuboids(centers=centers, sizes=boxes.sizes, rotations=boxes.rotations, frame=boxes.frame)
        inside = points_in_cuboids(points, near)
        for m, owner in enumerate(owners):
            self._own[int(owner)] = inside[m]
            self._n_boxes[inside[m]] += 1

    def free_for(self, owner: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Leave out of rows (n,) what lies in a neighbour's box and not in the object's own."""
        free = self._n_boxes[rows] == 0
        if owner in self._own:
            free |= np.isin(rows, self._own[owner])
        kept: NDArray[np.int64] = rows[free]
        return kept
