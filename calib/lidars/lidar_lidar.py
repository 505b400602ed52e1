"""Where one LiDAR sits in the frame of another, from what both see: no targets, and no guess of the mounting.

A start from ground and standing things, then points against the surfaces of the other (Y. Chen and G. Medioni, 1991)
with a bounded loss, over several instants at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from calib.estimation.observability import Observability, listed, observe, posterior_covariance
from calib.estimation.scatter import positive, sandwich
from calib.estimation.tangent import cross_matrices, difference, moved
from calib.lidars.start import first_poses, thinned
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

_SURFACE_CELL, _POINT_CELL = 0.2, 0.4
_NEIGHBOURS = 12
# A surface is thinner than this share of its width.
_FLATNESS = 0.15
_GATES = (3.0, 2.0, 1.0, 1.0, 0.6, 0.6, 0.4, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)
_CAUCHY = 4.0
_LEAST_SIGMA = 0.01
# Points on one thing err alike: cubes of this side are one block.
_BLOCK = 4.0
_LEAST_OVERLAP, _LEAST_ROWS = 0.15, 100
# Neighbouring points of one surface say the same.
_REPEATED = 4.0
_SMALL_STEP = 1e-5


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class LidarLidar:
    """Where the source LiDAR sits in the frame of the target LiDAR.

    Attributes
    ----------
    source, target : names of the frames
    target_from_source : Transform
    covariance : (6, 6) of it, as in `Estimate`: over cubes of four metres, and what exchanging both changes
    exchanged : (6,) how the pose differs when points of the target are fitted to surfaces of the source
    sigma : metres, scatter of points about surfaces
    overlap : share of the source's points that lie on surfaces of the target
    offsets : (P,) metres, of the points compared from the surfaces beside them
    clouds : of target and source at the first instant, thinned, each in its own frame
    n_instants : what was compared
    seen : Observability
    warnings : sentences, empty when nothing is in doubt
    """

    source: str
    target: str
    target_from_source: Transform
    covariance: Floats
    exchanged: Floats
    sigma: float
    overlap: float
    offsets: Floats
    clouds: tuple[Floats, Floats]
    n_instants: int
    seen: Observability
    warnings: tuple[str, ...]


def calibrate_lidar_lidar(
    target: Sequence[Floats], source: Sequence[Floats], *, frames: tuple[str, str] = ("source", "target")
) -> LidarLidar:
    """Estimate the pose between two LiDARs that see the same things.

    Parameters
    ----------
    target, source : clouds (N, 3) of the same instants, metres, each in the frame of its sensor
    frames : names of source and target

    Raises
    ------
    CalibrationError
        When one of them sees no ground, or too little of what both see is the same.
    """
    if not target or len(target) != len(source):
        raise CalibrationError(f"clouds of the same instants are needed, got {len(target)} and {len(source)}")
    pairs = [_Instant.of(a, b) for a, b in zip(target, source, strict=True)]
    starts = first_poses(target[0], source[0], names=(frames[1], frames[0]))
    fits = [_refined(pairs[:1], start) for start in starts]
    best = max(fits, key=lambda fit: fit.overlap)
    fit = _refined(pairs, best.pose)
    back = _refined([_Instant.of(a, b) for a, b in zip(source, target, strict=True)], fit.pose.inverse())
    # One that looks to one side sees little of what one on the roof does, but nearly all that it sees is seen by that.
    if max(fit.overlap, back.overlap) < _LEAST_OVERLAP:
        raise CalibrationError(
            f"{fit.overlap:.0%} of the points of {frames[0]} lie on surfaces that {frames[1]} sees, "
            f"{_LEAST_OVERLAP:.0%} are needed: take a place with more around it, or hand-eye where nothing is in common"
        )
    before = observe(np.zeros((6, 6)), None).before
    known = np.linalg.inv(before).astype(np.float64)
    covariance = _covariance(fit, known)
    data = positive(np.linalg.inv(covariance) - known)
    seen = observe(data, None)
    exchanged = difference(back.pose.inverse(), fit.pose) if len(back.rows) >= _LEAST_ROWS else np.zeros(6)
    return LidarLidar(
        source=frames[0],
        target=frames[1],
        target_from_source=fit.pose,
        # Noise bends surfaces towards the sensor that sees them, the other way round towards the other.
        covariance=posterior_covariance(data, before) + np.outer(exchanged, exchanged),
        exchanged=exchanged,
        sigma=fit.sigma,
        overlap=fit.overlap,
        n_instants=len(pairs),
        offsets=fit.rows[:, 6],
        clouds=(thinned(np.asarray(target[0], np.float64), _POINT_CELL), pairs[0].points),
        seen=seen,
        warnings=_doubts(seen, fit.rows[:, 3:6]),
    )


def _covariance(fit: _Fit, known: Floats) -> Floats:
    """Covariance (6, 6) over cubes, with what was known before."""
    slopes, off = fit.rows[:, :6] / fit.sigma, fit.rows[:, 6] / fit.sigma
    weights = 1.0 / (1.0 + off**2 / _CAUCHY)
    normals, arms, tilts = fit.rows[:, 3:6], fit.rows[:, 8:11], fit.rows[:, 7]
    # Normals of a level road point a little everywhere, by the noise of their points: that is no information.
    across = np.eye(3) - normals[:, :, None] * normals[:, None, :]
    levers = np.concatenate([cross_matrices(arms), np.broadcast_to(np.eye(3), (len(arms), 3, 3))], axis=1)
    shares = weights * tilts / fit.sigma**2
    imagined = np.einsum("n,nia,nab,njb->ij", shares, levers, across, levers, optimize=True)
    information = positive((slopes * weights[:, None]).T @ slopes - imagined) + known
    return sandwich(information, slopes * (weights * off)[:, None], fit.blocks, known=known, alone=_REPEATED)


@dataclass(frozen=True, eq=False, slots=True)
class _Instant:
    """Surfaces of the target (places, normals, and the variance of their tilt), and points of the source."""

    tree: cKDTree
    normals: Floats
    tilts: Floats
    points: Floats

    @classmethod
    def of(cls, target: Floats, source: Floats) -> _Instant:
        places = thinned(np.asarray(target, np.float64), _SURFACE_CELL)
        tree = cKDTree(places)
        neighbours = places[np.asarray(tree.query(places, _NEIGHBOURS)[1], np.intp)]
        spread = neighbours - neighbours.mean(axis=1, keepdims=True)
        values, vectors = np.linalg.eigh(np.einsum("nki,nkj->nij", spread, spread))
        flat = values[:, 0] < _FLATNESS**2 * values[:, 1]
        # A slope fitted to points has the variance of their noise over their spread.
        tilts = values[flat, 0] / (_NEIGHBOURS - 3) / values[flat, 1]
        points = thinned(np.asarray(source, np.float64), _POINT_CELL)
        return cls(cKDTree(places[flat]), vectors[flat, :, 0], tilts, points)


@dataclass(frozen=True, eq=False, slots=True)
class _Fit:
    """Rows (N, 11) at a pose: derivatives, distance, variance of tilt, lever; with what they say of it."""

    pose: Transform
    rows: Floats
    blocks: NDArray[np.intp]
    sigma: float
    overlap: float


def _refined(instants: Sequence[_Instant], pose: Transform) -> _Fit:
    for gate in _GATES:
        rows, _, _ = _rows(instants, pose, gate)
        if len(rows) < _LEAST_ROWS:
            break
        slopes, off = rows[:, :6], rows[:, 6]
        sigma = _scatter(off)
        weights = 1.0 / (1.0 + (off / sigma) ** 2 / _CAUCHY)
        matrix = (slopes * weights[:, None]).T @ slopes
        # A direction that no surface sees has no curvature: a little of the trace keeps the pose where it is.
        held = 1e-6 * np.trace(matrix) * np.eye(6)
        step = -np.linalg.solve(matrix + held, slopes.T @ (weights * off))
        pose = moved(pose, step)
        if gate == _GATES[-1] and np.abs(step).max() < _SMALL_STEP:
            break
    rows, blocks, overlap = _rows(instants, pose, _GATES[-1])
    return _Fit(pose, rows, blocks, _scatter(rows[:, 6]) if len(rows) else _LEAST_SIGMA, overlap)


def _rows(instants: Sequence[_Instant], pose: Transform, gate: float) -> tuple[Floats, NDArray[np.intp], float]:
    """Rows of points near surfaces, see `_Fit`; their blocks, and the share of points that are near any."""
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


def _doubts(seen: Observability, normals: Floats) -> tuple[str, ...]:
    if not seen.weak_axes:
        return ()
    # How many surfaces face each way: the plane of the two directions that fewest face is what is lost.
    values, vectors = np.linalg.eigh(normals.T @ normals / len(normals))
    level = abs(vectors[2, 2]) > 0.9 and values[1] < 0.02
    why = (
        "nearly all surfaces are level, as on an empty road; choose a place with walls, poles and parked cars"
        if level
        else "the walls all run one way, as in a corridor or a tunnel; choose a crossing or a yard"
    )
    return (f"{listed(seen.weak_axes)} {'is' if len(seen.weak_axes) == 1 else 'are'} not observable: {why}",)
