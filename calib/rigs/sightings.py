"""What each sensor of a rig saw of targets that they share: points of boards, or the reflector behind each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calib.estimation.noises import Noises, of_sensor
from calib.targets.detections import Detections, Floats, PointDetections
from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen

Kind = Literal["camera", "lidar", "radar"]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Sightings:
    """What one sensor saw of numbered targets, in the order of the targets.

    Attributes
    ----------
    name : of the sensor
    kind : camera, lidar or radar; of a board a radar sees the reflector, the others see its points
    detections : of N points
    targets : (N,) intp, the target of each, rising; several rows of a target are its points in their order
    """

    name: str
    kind: Kind
    detections: Detections
    targets: NDArray[np.intp]

    def __post_init__(self) -> None:
        targets = as_array(self.targets, (len(self.detections),), np.intp, name=f"targets of {self.name}")
        if (np.diff(targets) < 0).any():
            raise ArgumentError(f"targets of {self.name} must rise from row to row")
        object.__setattr__(self, "targets", frozen(targets))

    def counts(self, n_targets: int) -> NDArray[np.intp]:
        """Count the numbers measured of each target (M,)."""
        return np.asarray(np.bincount(self.targets, minlength=n_targets) * len(self.detections.coordinates), np.intp)

    def noisier(self, noises: Noises) -> Sightings:
        """Return the same sightings with larger sigmas."""
        return replace(self, detections=self.detections.noisier(of_sensor(noises, self.name)))

    def keep(self, kept: NDArray[np.bool_]) -> Sightings:
        """Keep what was seen of some of the targets, which keep their numbers."""
        rows = kept[self.targets]
        return replace(self, detections=self.detections.select(rows), targets=self.targets[rows])

    def places(self, points: Floats, reflectors: Reflectors) -> tuple[Floats, Floats]:
        """Where what was seen is.

        Parameters
        ----------
        points : (M, K, 3) of all targets, in any frame
        reflectors : of the same targets, in the same frame

        Returns
        -------
        places (N, 3), and their derivatives (N, 3, 3 K) by the points of their targets
        """
        if self.kind == "radar":
            return reflectors.places[self.targets], reflectors.by_points[self.targets]
        n_points = points.shape[1]
        numbers = np.arange(len(self.targets)) % n_points
        own = np.zeros((len(self.targets), 3, n_points, 3))
        own[np.arange(len(numbers)), :, numbers] = np.eye(3)
        return points[self.targets, numbers], own.reshape(len(numbers), 3, 3 * n_points)

    def positions(self, n_targets: int, n_points: int) -> Floats | None:
        """Points (M, K, 3) in the frame of the sensor; NaN where it saw none; None where it places none."""
        told = self.detections.positions() if self.kind != "radar" or n_points == 1 else None
        if told is None:
            return None
        placed = np.full((n_targets, n_points, 3), np.nan)
        placed[np.unique(self.targets)] = told.reshape(-1, n_points, 3)
        return placed


@dataclass(frozen=True, eq=False, slots=True)
class Reflectors:
    """Reflectors behind boards.

    Attributes
    ----------
    places : (M, 3) metres
    by_points : (M, 3, 3 K) their derivatives by the points of their boards
    """

    places: Floats
    by_points: Floats

    @classmethod
    def behind(cls, points: Floats, *, depth: float, viewer: Floats) -> Reflectors:
        """Place the reflector of each board behind its middle, along the normal away from who looks at it.

        Parameters
        ----------
        points : (M, K, 3) metres; a single point is the reflector itself
        depth : metres
        viewer : (3,) where the boards are looked at from
        """
        n, k, _ = points.shape
        middles = points.mean(axis=1)
        by_points = np.tile(np.eye(3) / k, (n, k, 1, 1))
        if k == 1:
            return cls(middles, by_points[:, 0])
        off = points - middles[:, None]
        _, spans, axes = np.linalg.svd(off, full_matrices=False)
        normals = axes[:, 2] * np.sign(np.einsum("ni,ni->n", axes[:, 2], middles - viewer))[:, None]
        # The least axis of a symmetric matrix turns towards the others by how far their eigenvalues are apart.
        levers, heights = np.einsum("nki,nai->nka", off, axes[:, :2]), np.einsum("nki,ni->nk", off, normals)
        pulls = levers[..., None] * normals[:, None, None] + heights[:, :, None, None] * axes[:, None, :2]
        apart = spans[:, :2] ** 2 - spans[:, 2:] ** 2
        by_points -= depth * np.einsum("na,nai,nkaj->nkij", 1.0 / apart, axes[:, :2], pulls)
        return cls(middles + depth * normals, by_points.transpose(0, 2, 1, 3).reshape(n, 3, 3 * k))


def seen_reflectors(detections: PointDetections, *, n_points: int, depth: float) -> PointDetections:
    """Return where a sensor that places the points of boards puts their reflectors, board by board."""
    points = detections.points.reshape(-1, n_points, 3)
    behind = Reflectors.behind(points, depth=depth, viewer=np.zeros(3))
    by_points = behind.by_points.reshape(len(points), 3, n_points, 3)
    covariances = detections.covariances.reshape(-1, n_points, 3, 3)
    spread = np.einsum("nikj,nkjl,nmkl->nim", by_points, covariances, by_points)
    return PointDetections(behind.places, spread)
