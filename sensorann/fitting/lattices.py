"""Lattices that a ground model is laid on: polar around a sensor, or squares over a map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels import ground_grid

# Sectors of 2 degrees hold a dozen points of every ring of a spinning LiDAR; the last ring begins at 221 m.
_N_SECTORS, _N_RINGS = 180, 120
# Rings widen with the root of the distance: 0.5 m at 4 m, 1 m at 16 m, 2 m at 64 m.
_RINGS_PER_ROOT = 8.0
_SQUARE = 0.5
_MOST_SQUARES, _MOST_ALONG = 4_000_000, 100_000  # float32 coordinates stay exact to a hundredth of a square


@dataclass(frozen=True, eq=False, slots=True)
class PolarLattice:
    """Sectors and rings around a sensor.

    Attributes
    ----------
    origin : (3,) float64, metres; cells are placed relative to it
    """

    origin: NDArray[np.float64]

    @property
    def closed(self) -> bool:
        """The first axis is a ring."""
        return True

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sectors and rings."""
        return _N_SECTORS, _N_RINGS

    @property
    def centers(self) -> NDArray[np.float64]:
        """Centres (A, B, 2) of the cells, relative to the origin."""
        return _polar_centers()

    @property
    def edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Edges (B,) of the cells along and across their ring, metres."""
        bounds = (np.arange(_N_RINGS + 1) / _RINGS_PER_ROOT) ** 2
        return np.pi * (bounds[1:] + bounds[:-1]) / _N_SECTORS, np.diff(bounds)

    def coordinates(self, points: NDArray[Any]) -> NDArray[np.float32]:
        """Coordinates (2, N) of points (N, 3), beyond the rim those of the rim; negative for what is not finite."""
        found: NDArray[np.float32] = ground_grid.polar_coordinates(
            points, self.origin.astype(points.dtype), _N_SECTORS, _RINGS_PER_ROOT, _N_RINGS
        )
        return found


@dataclass(frozen=True, eq=False, slots=True)
class SquareLattice:
    """Squares over a map.

    Attributes
    ----------
    origin : (3,) float64, the lowest corner, metres; cells are placed relative to it
    shape : number of squares along x and y
    edge : of a square, metres
    """

    origin: NDArray[np.float64]
    shape: tuple[int, int]
    edge: float

    @classmethod
    def around(cls, points: NDArray[Any]) -> SquareLattice:
        """Cover points (N, 3), all finite, N >= 1, with squares that grow where the map is huge."""
        low, high = (np.asarray(bound, np.float64) for bound in (points.min(axis=0), points.max(axis=0)))
        extent = high[:2] - low[:2]
        edge = max(_SQUARE, float(np.sqrt(extent.prod() / _MOST_SQUARES)), float(extent.max()) / _MOST_ALONG)
        n_x, n_y = (int(length // edge) + 1 for length in extent)
        return cls(low, (n_x, n_y), edge)

    @property
    def closed(self) -> bool:
        """No axis is a ring."""
        return False

    @property
    def centers(self) -> NDArray[np.float64]:
        """Centres (A, B, 2) of the squares, relative to the origin."""
        axes = ((np.arange(n) + 0.5) * self.edge for n in self.shape)
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=2)

    @property
    def edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Edges (B,) of the squares along both axes, metres."""
        return np.full(self.shape[1], self.edge), np.full(self.shape[1], self.edge)

    def coordinates(self, points: NDArray[Any]) -> NDArray[np.float32]:
        """Coordinates (2, N) of points (N, 3), beyond the rim those of the rim; negative for what is not finite."""
        found: NDArray[np.float32] = ground_grid.square_coordinates(points, self.origin, self.edge, *self.shape)
        return found


Lattice = PolarLattice | SquareLattice


@cache
def _polar_centers() -> NDArray[np.float64]:
    radii = ((np.arange(_N_RINGS) + 0.5) / _RINGS_PER_ROOT) ** 2
    quarters, shares = np.divmod((np.arange(_N_SECTORS) + 0.5) * 4 / _N_SECTORS, 1.0)
    # The way back of the kernel's polynomial, which counts each quarter from the nearer axis.
    from_axis = np.minimum(shares, 1 - shares)
    rise = 0.5 + ground_grid.BULGE
    tangents = (rise - np.sqrt(rise**2 - 4 * ground_grid.BULGE * from_axis)) / (2 * ground_grid.BULGE)
    angles = np.where(shares <= 0.5, np.arctan(tangents), np.pi / 2 - np.arctan(tangents)) + quarters * np.pi / 2
    return np.stack([np.outer(np.cos(angles), radii), np.outer(np.sin(angles), radii)], axis=2)
