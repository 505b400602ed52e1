"""What one sensor measured of N points, compared with where the points are: each sensor in its native coordinates.

Residuals are whitened: a difference divided by its standard deviation, so that all sensors speak one unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen

Floats = NDArray[np.float64]


class Detections(Protocol):
    """Detections of N points by one sensor."""

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Names of the k numbers that the sensor measures of a point."""

    def __len__(self) -> int: ...

    def compare(self, points: Floats) -> tuple[Floats, Floats]:
        """Compare points (N, 3) in the sensor frame: whitened residuals (N, k), and their derivatives (N, k, 3)."""

    def positions(self) -> Floats | None:
        """Points (N, 3) in the sensor frame where the detections alone tell them, at height zero if need be."""

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """Keep some of the detections."""

    def sees(self, points: Floats) -> NDArray[np.bool_]:
        """Tell which of points (M, 3) in the sensor frame the sensor could detect."""

    def noisier(self, factors: Mapping[str, float]) -> Self:
        """Return the same detections with larger sigmas, by kind of number: position, pixel, or the coordinate."""

    def at(self, points: Floats) -> Self:
        """Return what the sensor would measure of points (M, 3) that it sees, without noise: a plan, not data."""


@dataclass(frozen=True, eq=False, slots=True)
class PointDetections:
    """Points measured in space: a reflector in a LiDAR sweep, a board whose pose a camera found.

    Attributes
    ----------
    points : (N, 3) float64, metres, sensor frame
    covariances : (N, 3, 3) float64, square metres
    """

    points: Floats
    covariances: Floats
    _whitening: Floats = field(init=False, repr=False)

    @classmethod
    def isotropic(cls, points: ArrayLike, sigma: float) -> PointDetections:
        """Take points (N, 3) with one standard deviation in metres for all axes."""
        check_sigma(sigma, "sigma of points (metres)")
        points = as_array(points, (None, 3), np.float64, name="points")
        return cls(points, np.tile(sigma**2 * np.eye(3), (len(points), 1, 1)))

    def __post_init__(self) -> None:
        points = as_array(self.points, (None, 3), np.float64, name="points", finite=True)
        covariances = as_array(self.covariances, (len(points), 3, 3), np.float64, name="covariances", finite=True)
        if len(points) and np.linalg.eigvalsh(covariances).min() <= 0:
            raise ArgumentError("covariances of points must be positive definite")
        object.__setattr__(self, "points", frozen(points))
        object.__setattr__(self, "covariances", frozen(covariances))
        object.__setattr__(self, "_whitening", frozen(np.linalg.inv(np.linalg.cholesky(covariances))))

    @property
    def coordinates(self) -> tuple[str, ...]:
        """What is measured of a point."""
        return ("x", "y", "z")

    def __len__(self) -> int:
        return len(self.points)

    def compare(self, points: Floats) -> tuple[Floats, Floats]:
        """See `Detections`."""
        return np.einsum("nij,nj->ni", self._whitening, points - self.points), self._whitening

    def positions(self) -> Floats:
        """See `Detections`."""
        return self.points

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> PointDetections:
        """See `Detections`."""
        return PointDetections(self.points[rows], self.covariances[rows])

    def noisier(self, factors: Mapping[str, float]) -> PointDetections:
        """See `Detections`."""
        return PointDetections(self.points, self.covariances * factors.get("position", 1.0) ** 2)

    def sees(self, points: Floats) -> NDArray[np.bool_]:
        """See `Detections`."""
        return np.asarray(np.isfinite(points).all(axis=1))

    def at(self, points: Floats) -> PointDetections:
        """See `Detections`."""
        return PointDetections(points, np.tile(np.median(self.covariances, axis=0), (len(points), 1, 1)))


def check_sigma(sigma: float, name: str) -> None:
    """Refuse a standard deviation that is none."""
    if not (np.isfinite(sigma) and sigma > 0):
        raise ArgumentError(f"{name} must be above 0, got {sigma}")
