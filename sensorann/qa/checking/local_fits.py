"""A short piece of path around each box: where its neighbours put it, and how fast it moves there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Neighbours on either side that count, within so many seconds or so many usual steps.
_N_EACH = 5
_REACH_S, _REACH_STEPS = 0.55, 2.5
# Prior: what a rate and its change typically are beside the noise of one box, so that few boxes give a calm curve.
_NOISE, _RATE, _CHANGE, _JOLT = 0.1, 30.0, 4.0, 40.0


@dataclass(frozen=True, eq=False, slots=True)
class LocalFits:
    """Curves through the neighbours of N boxes, at each box's own instant.

    Attributes
    ----------
    values, rates, changes, jolts : (N, C) float64: what is fitted, per second, squared, cubed; a parabola has no jolts
    roughs : (N, C) float64, how far those that took part lie from the curve, root of the mean square
    leverages : (N,) float64, variance of `values` in variances of one box
    counts : (N,) int64, boxes that took part
    """

    values: NDArray[np.float64]
    rates: NDArray[np.float64]
    changes: NDArray[np.float64]
    jolts: NDArray[np.float64]
    roughs: NDArray[np.float64]
    leverages: NDArray[np.float64]
    counts: NDArray[np.int64]


def fit_locally(
    seconds: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    n_skipped: int,
    pieces: NDArray[np.int64],
    believed: NDArray[np.bool_],
    cubic: bool = False,
) -> LocalFits:
    """Fit a parabola to the boxes around each box (A. Savitzky and M. Golay, 1964; instants need not be even).

    Parameters
    ----------
    seconds : (N,) float64, increasing
    values : (N, C) float64
    n_skipped : boxes in the middle that are left out: 1 is the box itself, so that `values` is what its neighbours
        foretell; of 5 two on either side of it, too; 0 leaves out none
    pieces : (N,) int64, only boxes of one piece take part in each other's fits
    believed : (N,) bool, boxes that may take part at all
    cubic : fit a cubic curve instead, which knows jolts and is less calm
    """
    n = len(seconds)
    step = float(np.median(np.diff(seconds))) if n > 1 else _REACH_S
    offsets = np.arange(-_N_EACH, _N_EACH + 1)
    rows = np.arange(n)[:, None] + offsets
    inside = (rows >= 0) & (rows < n) & (2 * np.abs(offsets) >= n_skipped)
    rows = np.clip(rows, 0, n - 1)
    inside &= believed[rows] & (pieces[rows] == pieces[:, None])
    t = seconds[rows] - seconds[:, None]
    weights = (inside & (np.abs(t) <= max(_REACH_S, _REACH_STEPS * step))).astype(np.float64)
    powers = np.stack([np.ones_like(t), t, t**2 / 2, *([t**3 / 6] if cubic else [])], axis=2)
    normal = np.einsum("nki,nk,nkj->nij", powers, weights, powers)
    prior = [1e-9, (_NOISE / _RATE) ** 2, (_NOISE / _CHANGE) ** 2, (_NOISE / _JOLT) ** 2]
    normal += np.diag(prior[: powers.shape[2]])
    # Relative to the box itself: UTM-size coordinates would lose digits.
    offsets_of = values[rows] - values[:, None]
    right = np.einsum("nki,nk,nkc->nic", powers, weights, offsets_of)
    inverse = np.linalg.inv(normal)
    found = inverse @ right
    squares = np.einsum("nk,nkc->nc", weights, (offsets_of - powers @ found) ** 2)
    counts = weights.sum(axis=1)
    return LocalFits(
        values=found[:, 0] + values,
        rates=found[:, 1],
        changes=found[:, 2],
        jolts=found[:, 3] if cubic else np.zeros_like(values),
        roughs=np.sqrt(squares / np.maximum(counts, 1.0)[:, None]),
        leverages=inverse[:, 0, 0],
        counts=counts.astype(np.int64),
    )
