"""Where one LiDAR sits in the frame of another, from what both see: no targets, and no guess of the mounting.

A start from ground and standing things, then points against the surfaces of the other, over several instants at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calib.estimation.observability import Observability, listed, observe, posterior_covariance
from calib.estimation.scatter import positive, sandwich
from calib.estimation.tangent import cross_matrices, difference
from calib.lidars.start import first_poses, thinned
from calib.lidars.surfaces import CAUCHY, LEAST_ROWS, POINT_CELL, Fit, Instant, refined
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

_LEAST_OVERLAP = 0.15
# Neighbouring points of one surface say the same.
_REPEATED = 4.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class LidarLidar:
    """Where the source LiDAR sits in the frame of the target LiDAR.

    Attributes
    ----------
    source, target : names of the frames
    target_from_source : Transform
    covariance : (6, 6) of it, as in `Estimate`: over cubes of four metres, what exchanging both changes, and as much
        wider as near and far points disagree beyond chance
    near_far : (6,) how the pose of the farther half of the points differs from that of the nearer half
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
    near_far: Floats
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
    pairs = [Instant.of(a, b) for a, b in zip(target, source, strict=True)]
    starts = first_poses(target[0], source[0], names=(frames[1], frames[0]))
    fits = [refined(pairs[:1], start) for start in starts]
    best = max(fits, key=lambda fit: fit.overlap)
    fit = refined(pairs, best.pose)
    back = refined([Instant.of(a, b) for a, b in zip(source, target, strict=True)], fit.pose.inverse())
    # One that looks to one side sees little of what one on the roof does, but nearly all that it sees is seen by that.
    if max(fit.overlap, back.overlap) < _LEAST_OVERLAP:
        raise CalibrationError(
            f"{fit.overlap:.0%} of the points of {frames[0]} lie on surfaces that {frames[1]} sees, "
            f"{_LEAST_OVERLAP:.0%} are needed: take a place with more around it, or hand-eye where nothing is in common"
        )
    before = observe(np.zeros((6, 6)), None).before
    known = np.linalg.inv(before).astype(np.float64)
    near_far, ratio = _near_beside_far(pairs, fit, known)
    covariance = _covariance(fit, known) * ratio
    data = positive(np.linalg.inv(covariance) - known)
    seen = observe(data, None)
    exchanged = difference(back.pose.inverse(), fit.pose) if len(back.rows) >= LEAST_ROWS else np.zeros(6)
    return LidarLidar(
        source=frames[0],
        target=frames[1],
        target_from_source=fit.pose,
        # Noise bends surfaces towards the sensor that sees them, the other way round towards the other.
        covariance=posterior_covariance(data, before) + np.outer(exchanged, exchanged),
        near_far=near_far,
        exchanged=exchanged,
        sigma=fit.sigma,
        overlap=fit.overlap,
        n_instants=len(pairs),
        offsets=fit.rows[:, 6],
        clouds=(thinned(np.asarray(target[0], np.float64), POINT_CELL), pairs[0].points),
        seen=seen,
        warnings=_doubts(seen, fit.rows[:, 3:6]),
    )


def _near_beside_far(instants: Sequence[Instant], fit: Fit, known: Floats) -> tuple[Floats, float]:
    """How the poses of near and of far points differ (6,), and by how much their covariances must grow to allow it.

    Beams whose ranges or angles are off say another pose at each distance, and no residual of a single fit shows it.
    The factor is R. Birge's (1932), as averages of measurements that disagree are widened.
    """
    middle = float(np.median(np.linalg.norm(fit.rows[:, 8:11], axis=1)))
    halves = [
        refined([instant.within(*limits) for instant in instants], fit.pose)
        for limits in ((0.0, middle), (middle, np.inf))
    ]
    if min(len(half.rows) for half in halves) < LEAST_ROWS:
        return np.zeros(6), 1.0
    off = difference(halves[1].pose, halves[0].pose)
    both = sum((_covariance(half, known) for half in halves), np.zeros((6, 6)))
    return off, max(1.0, float(off @ np.linalg.solve(both, off)) / 6)


def _covariance(fit: Fit, known: Floats) -> Floats:
    """Covariance (6, 6) over cubes, with what was known before."""
    slopes, off = fit.rows[:, :6] / fit.sigma, fit.rows[:, 6] / fit.sigma
    weights = 1.0 / (1.0 + off**2 / CAUCHY)
    normals, arms, tilts = fit.rows[:, 3:6], fit.rows[:, 8:11], fit.rows[:, 7]
    # Normals of a level road point a little everywhere, by the noise of their points: that is no information.
    across = np.eye(3) - normals[:, :, None] * normals[:, None, :]
    levers = np.concatenate([cross_matrices(arms), np.broadcast_to(np.eye(3), (len(arms), 3, 3))], axis=1)
    shares = weights * tilts / fit.sigma**2
    imagined = np.einsum("n,nia,nab,njb->ij", shares, levers, across, levers, optimize=True)
    information = positive((slopes * weights[:, None]).T @ slopes - imagined) + known
    return sandwich(information, slopes * (weights * off)[:, None], fit.blocks, known=known, alone=_REPEATED)


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
