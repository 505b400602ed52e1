"""Runs of a few boxes beside the path on which the boxes before and after them lie.

Beside the step of one box this is small, because steps are as noisy as boxes; the mean of a run is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.local_fits import fit_locally

# A run is looked for in so many boxes, and judged by so many on either side, two at least, as near as this, seconds.
_LONGEST, _BESIDE, _FEWEST_BESIDE, _REACH_S = 5, 3, 2, 0.75
# Off by this, metres, and by so many times the usual.
_LEAST_M, _USUAL = 0.35, 3.0
# Those beside it lie on one path, but for this share of how far it is off.
_ROUGH = 0.3
# Boxes of a run are off by this share of its mean, and its ends by a step of this share.
_SHARE, _STEP = 0.5, 0.7


def runs_aside(
    seconds: NDArray[np.float64],
    places: NDArray[np.float64],
    noises: NDArray[np.float64],
    *,
    pieces: NDArray[np.int64],
    believed: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Measure how far boxes lie beside the path before and after their run.

    Parameters
    ----------
    seconds : (N,) float64, increasing
    places : (N, 2) float64, metres in the plane
    noises : (N,) float64, what people's placement and the poses may be off by, metres
    pieces : (N,) int64, boxes of different objects differ
    believed : (N,) bool, boxes that may show the path

    Returns
    -------
    (N,) float64
        Metres; 0 for boxes in no such run.
    """
    around = fit_locally(seconds, places, n_skipped=_LONGEST, pieces=pieces, believed=believed)
    rows, there = _window(len(places), _LONGEST // 2 + _BESIDE)
    there &= pieces[rows] == pieces[:, None]
    t = (seconds[rows] - seconds[:, None])[..., None]
    path = around.values[:, None] + around.rates[:, None] * t + around.changes[:, None] * t**2 / 2
    misses = np.where(there[..., None], places[rows] - path, 0.0)
    run = slice(_BESIDE, -_BESIDE)
    means = misses[:, run].sum(axis=1) / there[:, run].sum(axis=1)[:, None]
    lengths = np.hypot(*means.T)
    on_path = there & believed[rows] & (np.abs(t[..., 0]) <= _REACH_S)
    on_path[:, run] = False
    judged = np.minimum(on_path[:, :_BESIDE].sum(axis=1), on_path[:, -_BESIDE:].sum(axis=1)) >= _FEWEST_BESIDE
    roughs = (np.hypot(misses[..., 0], misses[..., 1]) * on_path).sum(axis=1) / np.maximum(on_path.sum(axis=1), 1)
    spreads = np.sqrt(1.0 / _LONGEST + around.leverages)
    usual = 1.5 * float(np.median((lengths / spreads)[judged])) if judged.any() else 0.0
    limits = np.maximum(np.maximum(_LEAST_M, roughs / _ROUGH), _USUAL * spreads * np.maximum(usual, noises))
    away = np.zeros(len(places))
    for row in np.flatnonzero(judged & (lengths > limits)):
        mine = _stepped_aside(misses[row] @ means[row] / lengths[row] ** 2)
        found = rows[row][mine & there[row]]
        away[found] = np.maximum(away[found], lengths[row])
    return away


def _stepped_aside(shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the boxes (W,) around a middle that lie aside, by shares of how far the run does; none without a step.

    Who accelerates and brakes leaves the path and comes back little by little, and that is no error.
    """
    aside = shares > _SHARE
    middle = len(shares) // 2
    first = middle - int(np.argmin(np.append(aside[middle::-1], False))) + 1
    last = middle + int(np.argmin(np.append(aside[middle:], False))) - 1
    mine = np.zeros(len(shares), np.bool_)
    if 0 < first <= last < len(shares) - 1:
        steps = shares[first] - shares[first - 1], shares[last] - shares[last + 1]
        mine[first : last + 1] = min(steps) > _STEP
    return mine


def _window(n: int, half: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows (N, 2 half + 1) around each of n rows, and which of them there are."""
    rows = np.arange(n)[:, None] + np.arange(-half, half + 1)
    return np.clip(rows, 0, n - 1), (rows >= 0) & (rows < n)
