"""Points of one LiDAR against the surfaces that another sees (Y. Chen and G. Medioni, 1991), with a bounded loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from calib.estimation.tangent import moved
from calib.lidars.start import thinned
from calib.targets.detections import Floats
from sensorann.geometry import Transform

CAUCHY, LEAST_ROWS, POINT_CELL = 4.0, 100, 0.4
# From a start that is metres off to where noise is all that is left.
FAR_GATES = (3.0, 2.0, 1.0, 1.0, 0.6, 0.6, 0.4, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)
_SURFACE_CELL = 0.2
_NEIGHBOURS = 12
# A surface is thinner than this share of its width.
_FLATNESS = 0.15
_LEAST_SIGMA = 0.01
# Points on one thing err alike: cubes of this side are one block.
_BLOCK = 4.0
_SMALL_STEP = 1e-5


@dataclass(frozen=True, eq=False, slots=True)
class Instant:
    """Surfaces of the target (places, normals, and the variance of their tilt), and points of the source."""

    tree: cKDTree
    normals: Floats
    tilts: Floats
    points: Floats

    @classmethod
    def of(cls, target: Floats, source: Floats) -> Instant:
        """Take clouds (N, 3) of both, metres, each in the frame of its sensor."""
        places = thinned(np.asarray(target, np.float64), _SURFACE_CELL)
        tree = cKDTree(places)
        neighbours = places[np.asarray(tree.query(places, _NEIGHBOURS)[1], np.intp)]
        spread = neighbours - neighbours.mean(axis=1, keepdims=True)
        values, vectors = np.linalg.eigh(np.einsum("nki,nkj->nij", spread, spread))
        flat = values[:, 0] < _FLATNESS**2 * values[:, 1]
        # A slope fitted to points has the variance of their noise over their spread.
        tilts = values[flat, 0] / (_NEIGHBOURS - 3) / values[flat, 1]
        points = thinned(np.asarray(source, np.float64), POINT_CELL)
        return cls(cKDTree(places[flat]), vectors[flat, :, 0], tilts, points)

    def with_points(self, source: Floats) -> Instant:
        """Take another cloud (N, 3) of the source."""
        return replace(self, points=thinned(np.asarray(source, np.float64), POINT_CELL))

    def within(self, nearest: float, farthest: float) -> Instant:
        """Keep points of the source at some distances from it."""
        distances = np.linalg.norm(self.points, axis=1)
        return replace(self, points=self.points[(distances >= nearest) & (distances < farthest)])


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """Rows (N, 11) at a pose: derivatives, distance, variance of tilt, lever; with what they say of it."""

    pose: Transform
    rows: Floats
    blocks: NDArray[np.intp]
    sigma: float
    overlap: float


def refined(instants: Sequence[Instant], pose: Transform, *, gates: Sequence[float] = FAR_GATES) -> Fit:
    """Fit points to surfaces from a pose target_from_source.

    Parameters
    ----------
    instants : compared together
    pose : to begin with
    gates : metres from a surface within which points count, one for each step
    """
    for gate in gates:
        rows, _, _ = _rows(instants, pose, gate)
        if len(rows) < LEAST_ROWS:
            break
        slopes, off = rows[:, :6], rows[:, 6]
        sigma = _scatter(off)
        weights = 1.0 / (1.0 + (off / sigma) ** 2 / CAUCHY)
        matrix = (slopes * weights[:, None]).T @ slopes
        # A direction that no surface sees has no curvature: a little of the trace keeps the pose where it is.
        held = 1e-6 * np.trace(matrix) * np.eye(6)
        step = -np.linalg.solve(matrix + held, slopes.T @ (weights * off))
        pose = moved(pose, step)
        if gate == gates[-1] and np.abs(step).max() < _SMALL_STEP:
            break
    rows, blocks, overlap = _rows(instants, pose, gates[-1])
    return Fit(pose, rows, blocks, _scatter(rows[:, 6]) if len(rows) else _LEAST_SIGMA, overlap)


def _rows(instants: Sequence[Instant], pose: Transform, gate: float) -> tuple[Floats, NDArray[np.intp], float]:
    """Rows of points near surfaces, see `Fit`; their blocks, and the share of points that are near any."""
    parts, cubes, n_points = [], [], 0
    for number, instant in enumerate(instants):
        placed = pose.apply(instant.points)
        distance, rows_of_target = instant.tree.query(placed, distance_upper_bound=gate)
        met = np.isfinite(distance)
        nearest, met_places = np.asarray(rows_of_target, np.intp)[met], placed[met]
        normals, arms = instant.normals[nearest], met_places - pose.translation
        off = np.einsum("ni,ni->n", normals, met_places - np.asarray(instant.tree.data)[nearest])
        parts.append(np.column_stack([np.cross(arms, normals), normals, off, instant.tilts[nearest], arms]))
        cubes.append(np.column_stack([np.full(len(off), number), np.floor(met_places / _BLOCK)]))
        n_points += len(placed)
    blocks = np.unique(np.concatenate(cubes), axis=0, return_inverse=True)[1].ravel()
    rows = np.concatenate(parts)
    return rows, blocks, len(rows) / max(n_points, 1)


def _scatter(off: Floats) -> float:
    return max(float(np.median(np.abs(off))) / 0.6745, _LEAST_SIGMA)
