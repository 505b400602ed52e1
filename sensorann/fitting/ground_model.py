"""The ground of a whole cloud: its height everywhere, and which points lie on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.lattices import Lattice, PolarLattice, SquareLattice
from sensorann.fitting.local_ground import lowest_level
from sensorann.geometry.arrays import as_array
from sensorann.kernels import ground_grid, ground_growth, ground_heights

# A cloud of which half lies this near to one place was seen from there, and a lattice around it fits.
_SWEEP_RADIUS = 25.0
# Growth starts from cells at the lowest common height this near to a sensor.
_SEED_RADIUS, _SEED_BAND = 12.0, 0.1
# Hidden ground is bridged over this far, but only once the ground around what hides it is known.
_REACHES = np.array([4.0, 10.0, 10.0])
# Points this far above the ground are on it: in a bare cell grass or a kerb, at the foot of something noise alone.
_BARE_BAND, _FOOT_BAND = 0.15, 0.05
_BELOW = 0.4


@dataclass(frozen=True, eq=False, slots=True)
class GroundModel:
    """Height of the ground as a function of the place.

    Attributes
    ----------
    lattice : cells around the sensor, or squares of the map
    heights : (A, B) float64 at the centres of the cells, metres above the lattice's origin; NaN where no ground is near
    seen : (A, B) bool, cells with measured ground; the others are filled from them
    """

    lattice: Lattice
    heights: NDArray[np.float64]
    seen: NDArray[np.bool_]

    def heights_at(self, places: ArrayLike) -> NDArray[np.float64]:
        """Z (M,) of the ground at places (M, 2), metres; NaN where a place is not finite."""
        plan = as_array(places, (None, 2), np.float64, name="places")
        coordinates = self.lattice.coordinates(np.column_stack([plan, np.zeros(len(plan))]))
        found: NDArray[np.float64] = ground_heights.heights_at(coordinates, self.patches, self.lattice.origin[2])
        return found

    @property
    def patches(self) -> NDArray[np.float32]:
        """Surfaces (A + 1, B + 1, 4) between the centres of neighbouring cells."""
        found: NDArray[np.float32] = ground_heights.patches(self.heights, self.lattice.closed)
        return found


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """The ground of a cloud.

    Attributes
    ----------
    on_ground : (N,) bool, which points lie on it
    heights : (N,) float64 z of the ground under each point, metres; NaN under points that are not finite
    model : its height at any other place
    """

    on_ground: NDArray[np.bool_]
    heights: NDArray[np.float64]
    model: GroundModel


def ground(points: ArrayLike, *, origins: ArrayLike | None = None) -> Ground:
    """Find the ground of a sweep, of the sweeps of several LiDARs together, or of a merged map.

    A cell around the sensor in which nothing stands is ground where it continues the ground of the cells nearer by: at
    the height that their slope leads to, give or take a kerb. Hidden ground is bridged, outward and round the sides of
    what hides it. In between, heights are interpolated, and points near them are ground. The lattice is polar, as in
    the segmentations since M. Himmelsbach et al. (IV 2010), or of squares where no single place fits.

    Parameters
    ----------
    points : (N, 3) float32 or float64, metres, z up; rows with NaN are no ground
    origins : (3,) or (K, 3) places of the LiDAR, or the LiDARs, or of one over time, in the frame of the points; their
        height does not matter. None to guess: the origin of the frame where half of the points lie around it

    Returns
    -------
    Ground
    """
    single = isinstance(points, np.ndarray) and points.dtype == np.float32
    cloud = as_array(points, (None, 3), np.float32 if single else np.float64, name="points")
    lattice, sensors = _lattice(cloud, origins)
    coordinates = lattice.coordinates(cloud)
    origin = lattice.origin.astype(cloud.dtype)
    means, spans = ground_grid.cell_means(cloud, coordinates, origin, *lattice.shape)
    seen = _seeds(means, spans, sensors - lattice.origin)
    slopes = ground_growth.grow_ground(means, spans, seen, lattice.closed, _REACHES)
    measured = ground_heights.heights_at_centers(means, slopes, seen, lattice.centers)
    model = GroundModel(lattice, _filled(measured, lattice), seen)
    bands = np.where(spans <= ground_growth.STANDING, _BARE_BAND, _FOOT_BAND).astype(np.float32)
    heights, on_ground = ground_heights.label_points(
        cloud, coordinates, model.patches, origin[2], np.float32(_BELOW), bands
    )
    return Ground(on_ground, heights, model)


def _filled(heights: NDArray[np.float64], lattice: Lattice) -> NDArray[np.float64]:
    """Fill the gaps; a second time where a cell has no ground in any of the four directions but filled ones."""
    filled: NDArray[np.float64] = ground_heights.fill_heights(heights, lattice.closed, *lattice.edges)
    if np.isnan(filled).any() and not np.isnan(filled).all():
        filled = ground_heights.fill_heights(filled, lattice.closed, *lattice.edges)
    return filled


def _lattice(cloud: NDArray[Any], origins: ArrayLike | None) -> tuple[Lattice, NDArray[np.float64]]:
    """Choose the lattice, and places (K, 3) of the sensors, K >= 1."""
    if origins is None:
        middle = np.zeros((1, 3))
    else:
        middle = as_array(np.atleast_2d(np.asarray(origins)), (None, 3), np.float64, name="origins", finite=True)
        if not len(middle):
            raise ArgumentError("origins must hold at least one place (3,), got none")
    if _surrounds(cloud, middle.mean(axis=0)):
        return PolarLattice(middle.mean(axis=0)), middle
    finite = cloud[np.isfinite(cloud).all(axis=1)]
    return SquareLattice.around(finite), _densest_place(finite) if origins is None else middle


def _surrounds(cloud: NDArray[Any], middle: NDArray[np.float64]) -> bool:
    """Tell whether half of a cloud lies around a place, judged by some thousand points; an empty cloud does."""
    offsets = cloud[:: len(cloud) // 2000 + 1, :2] - middle[:2]
    distances = np.hypot(offsets[:, 0], offsets[:, 1])
    distances = distances[np.isfinite(distances)]
    return len(distances) == 0 or bool(np.median(distances) <= _SWEEP_RADIUS)


def _densest_place(cloud: NDArray[Any]) -> NDArray[np.float64]:
    """Middle (1, 3) of the square of a map that holds most points: a vehicle passed there."""
    squares, counts = np.unique(np.floor(cloud[:, :2] / _SEED_RADIUS).astype(np.int64), axis=0, return_counts=True)
    return np.append((squares[np.argmax(counts)] + 0.5) * _SEED_RADIUS, 0.0)[None]


def _seeds(means: NDArray[np.float64], spans: NDArray[np.float64], sensors: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Cells (A, B) at the lowest height that many of those near a sensor share; `sensors` relative to the lattice."""
    seeds = np.zeros(spans.shape, np.bool_)
    bare = spans <= ground_growth.STANDING
    x, y, z = np.ascontiguousarray(np.moveaxis(means, 2, 0))
    for sensor in _spread_out(sensors):
        near = bare & ((x - sensor[0]) ** 2 + (y - sensor[1]) ** 2 <= _SEED_RADIUS**2)  # False for NaN
        if near.any():
            level = lowest_level(z[near])
            seeds |= near & (np.abs(z - level) <= _SEED_BAND)
    return seeds


def _spread_out(sensors: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Those places that follow the one before at a distance: each has cells of its own to look at."""
    kept = [sensors[0]]
    for sensor in sensors[1:]:
        if np.hypot(*(sensor - kept[-1])[:2]) >= _SEED_RADIUS / 2:
            kept.append(sensor)
    return kept
