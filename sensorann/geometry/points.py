"""Points: which lie in which boxes, one per voxel, and in clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen
from sensorann.geometry.cuboids import Cuboid, Cuboids
from sensorann.kernels import clusters, cuboids, voxels

_GRID_CELL = 0.75  # metres; finer cells hold fewer candidates but cost more to fill
_GRID_CELLS = 400  # along the longer side, at most
_LARGEST_KEY = 2**62


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


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Voxels:
    """A cloud with one point per occupied voxel, in the order in which the voxels were first met.

    Attributes
    ----------
    points : (V, 3), dtype of the cloud, metres; mean of the points of each voxel
    counts : (V,) int64, points per voxel
    labels : (N,) int64, voxel of each point of the cloud; -1 for a point that is not finite
    """

    points: NDArray[Any]
    counts: NDArray[np.int64]
    labels: NDArray[np.int64]


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


def voxel_downsample(points: ArrayLike, *, edge: float) -> Voxels:
    """Replace the points of each voxel by their mean.

    Voxel (0, 0, 0) starts at the origin of the frame. Points that are not finite belong to no voxel.

    Parameters
    ----------
    points : (N, 3) float32 or float64, metres
    edge : edge of a voxel, metres

    Raises
    ------
    ArgumentError
        When the edge is not positive, or so small against the cloud that voxels cannot be numbered in 62 bits.
    """
    checked = _checked_points(points)
    keys, _ = _cell_keys(checked, edge, padding=0)
    labels, n_voxels = voxels.number_cells(keys)
    means, counts = voxels.cell_means(checked, labels, n_voxels)
    return Voxels(points=means, counts=counts, labels=labels)


def euclidean_clusters(points: ArrayLike, *, distance: float) -> NDArray[np.int64]:
    """Label clusters: two points belong together when steps of at most `distance` over other points join them.

    Exact single linkage, the same as DBSCAN with one point as a core.

    Parameters
    ----------
    points : (N, 3) float32 or float64, metres
    distance : longest step, metres

    Returns
    -------
    (N,) int64
        Labels from 0, in the order of the first point of each cluster; -1 for a point that is not finite.

    Raises
    ------
    ArgumentError
        When the distance is not positive, or so small against the cloud that cells cannot be numbered in 62 bits.
    """
    checked = _checked_points(points)
    # The diagonal of a cell is just below the distance, with room for rounding: its points all belong together.
    keys, extent = _cell_keys(checked, distance / np.sqrt(3.0) * (1.0 - 1e-6), padding=2)
    labels: NDArray[np.int64] = clusters.connected_clusters(checked, keys, extent, float(distance))
    return labels


def _cell_keys(points: NDArray[Any], edge: float, *, padding: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the points' cells (N,), and the cells (3,) along the axes with empty ones around the cloud."""
    if not 0.0 < edge < np.inf:
        raise ArgumentError(f"the edge or distance must be a positive number of metres, got {edge}")
    low, high = voxels.cell_bounds(points, float(edge))
    if not (low <= high).all():
        return np.full(len(points), voxels.EMPTY), np.ones(3, np.int64)
    extent = high - low + 1 + 2 * padding
    if extent.prod() > _LARGEST_KEY:
        spans = " x ".join(f"{span:.3g}" for span in extent)
        raise ArgumentError(f"cells of {edge:.3g} m are too small for this cloud: it spans {spans} of them")
    cells = extent.astype(np.int64)
    keys: NDArray[np.int64] = voxels.cell_keys(points, float(edge), low - padding, cells)
    return keys, cells


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
