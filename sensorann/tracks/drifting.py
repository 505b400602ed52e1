"""Registered frames drift from a person's boxes: what keyframes show of it, the frames around take back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Motion
from sensorann.tracks.following import Measured, seconds_since
from sensorann.tracks.solving import solved

# Sides come into view, templates grow: a registered pose strays from what the person means, the same way for a while.
# Along the box, across it (metres) and in yaw (radians); seconds within which it stays much the same. People bend: what
# their points are off by changes with every step.
DRIFT_SIGMAS: Mapping[Motion, NDArray[np.float64]] = MappingProxyType(
    {Motion.VEHICLE: np.array([0.15, 0.15, 0.02]), Motion.TWO_WHEELER: np.array([0.15, 0.15, 0.02])}
)
DRIFT_S = 1.5
# Further than this many of those sigmas it is no drift: the points lost their object, or the person missed it.
FARTHEST = 2.0
# Less than this is known of a drift (1 / m^2 or 1 / rad^2) where a track has nothing but the keyframe itself to say.
LEAST_INFORMATION = 1e-3


def without_drift(measured: Measured, keyframes_ns: NDArray[np.int64], motion: Motion) -> Measured:
    """Move accepted frames as keyframes around them lie beside the path that all else tells.

    The path without one keyframe needs no second smoothing: a measurement is taken back out of a Gaussian by
    subtracting its information. What remains of the distances at instants in between is the mean of a Gaussian process
    with exponential covariance (C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
    equations 2.25 and 4.14).

    Parameters
    ----------
    measured : keyframes and accepted frames of one track, the keyframes as exact as they are believed
    keyframes_ns : (K,) int64, which of its instants are keyframes
    motion : motion class

    Returns
    -------
    Measured
        Keyframes and all covariances as they were.
    """
    if motion not in DRIFT_SIGMAS:
        return measured
    sigmas = DRIFT_SIGMAS[motion]
    keys = np.isin(measured.timestamps_ns, keyframes_ns)
    drifts, information = _seen_at(measured, keys, motion)
    drifted = (np.abs(drifts) < FARTHEST * sigmas).all(axis=1)
    seconds = seconds_since(measured.timestamps_ns, measured.timestamps_ns[0])
    alike = np.exp(-np.abs(seconds[:, None] - seconds[keys]) / DRIFT_S)
    moved = np.zeros((len(measured), 3))
    for axis, sigma in enumerate(sigmas):
        known = drifted & (information[:, axis] > LEAST_INFORMATION)
        covariance = sigma**2 * alike[keys][np.ix_(known, known)] + np.diag(1.0 / information[known, axis])
        moved[:, axis] = sigma**2 * alike[:, known] @ np.linalg.solve(covariance, drifts[known, axis])
    moved[keys] = 0.0
    return replace(
        measured, poses=measured.poses + np.einsum("nij,nj->ni", rotations_from_yaws(measured.poses[:, 2]), moved)
    )


def _seen_at(
    measured: Measured, keys: NDArray[np.bool_], motion: Motion
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each keyframe lies from the path without it, in its own axes: (K, 3), and the information of that."""
    poses, covariances = solved(measured, measured.timestamps_ns[keys], motion)
    own = np.linalg.inv(measured.covariances[keys])
    turns = rotations_from_yaws(measured.poses[keys, 2])
    gained = own @ (measured.covariances[keys] - covariances) @ own
    pulls = np.einsum("kji,kjl,kl->ki", turns, own, measured.poses[keys] - poses)
    information = np.einsum("kji,kjl,kli->ki", turns, gained, turns)
    return pulls / np.maximum(information, LEAST_INFORMATION), information
