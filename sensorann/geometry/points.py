"""Points: which lie in which boxes, one per voxel, and in clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry.arrays import as_array, frozen
from sensorann.geometry.cuboids import Cuboid, Cuboids
from sensorann.kernels import cuboids

_GRID_CELL = 0.75  # metres; finer cells hold fewer candidates but cost more to fill
_GRID_CELLS = 400  # along the longer side, at most
_NO_LABEL = -1


@dataclass(frozen=True, eq=False, slots=True)
class PointGroups:
    """Points in M groups, which may overlap: group m is ``groups[m]``, the indices of its points in rising order.

    Attributes
    ----------
    offsets : (M + 1,) int64; group m is ``indices[offsets[m] : offsets[m + 1]]``
    indices : (K,) int64, rows of the points
    """

    offsets: NDArray[np.int64]
    indices: NDArray[np.int64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", frozen(self.offsets))
        object.__setattr__(self, "indices", frozen(self.indices))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, group: int) -> NDArray[np.int64]:
        group = range(len(self))[group]
        return self.indices[self.offsets[group] : self.offsets[group + 1]]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of points of each group (M,)."""
        return np.diff(self.offsets)


def points_in_cuboid(points: ArrayLike, cuboid: Cuboid) -> NDArray[np.bool_]:
    """Select the points inside a box, faces included.

    Parameters
    ----------
    points : (N, 3) float32 or float64, metres, in the frame of the box
        A point with NaN is never inside.
    cuboid : Cuboid

    Returns
    -------
    (N,) bool
    """
    pose = cuboid.frame_from_cuboid
    half_sizes = np.array([cuboid.size], np.float64) / 2
    inside: NDArray[np.bool_] = cuboids.points_in_cuboid(
        _checked_points(points), pose.translation[None], pose.rotation[None], half_sizes
    )
    return inside


def points_in_cuboids(points: ArrayLike, boxes: Cuboids) -> PointGroups:
    """Find the points inside each box, faces included; a point may lie in several.

    Parameters
    ----------
    points : (N, 3) float32 or float64, metres, in the frame of the boxes
        A point with NaN is never inside.
    boxes : M boxes, of any rotation

    Returns
    -------
    PointGroups
        One group per box: ``groups[m]`` are rows of `points`, ``groups.counts`` their numbers.
    """
    checked = _checked_points(points)
    if len(boxes) == 0:
        return PointGroups(np.zeros(1, np.int64), np.zeros(0, np.int64))
    half_sizes = boxes.sizes / 2
    reach = np.einsum("nij,nj->ni", np.abs(boxes.rotations), half_sizes)[:, :2]
    # The test of a point rounds: the bounds leave it room, so that no face is cut off.
    reach += 1e-9 * (1.0 + reach + np.abs(boxes.centers[:, :2]))
    low, high = boxes.centers[:, :2] - reach, boxes.centers[:, :2] + reach
    origin = low.min(axis=0)
    per_cell = 1.0 / _grid_cell(low, high)
    shape = np.floor((high.max(axis=0) - origin) * per_cell).astype(np.int64) + 1
    offsets, indices = cuboids.points_in_cuboids(
        checked, boxes.centers, boxes.rotations, half_sizes, low, high, origin, per_cell, shape
    )
    return PointGroups(offsets, indices)


def _grid_cell(low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """Edge of the grid's cells: coarser where the boxes lie far apart or are huge, so that memory stays bounded."""
    cell = max(_GRID_CELL, float((high.max(axis=0) - low.min(axis=0)).max()) / _GRID_CELLS)
    while ((high - low) // cell + 2).prod(axis=1).sum() > 1_000_000 + 4 * len(low):
        cell *= 2
    return cell


def _checked_points(points: ArrayLike) -> NDArray[Any]:
    """Points (N, 3) as they are when float32, else float64."""
    single = isinstance(points, np.ndarray) and points.dtype == np.float32
    return as_array(points, (None, 3), np.float32 if single else np.float64, name="points")
