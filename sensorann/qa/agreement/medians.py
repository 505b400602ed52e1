"""Middles that one wrong value among several does not move: of places, of numbers, of headings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Weiszfeld's steps shrink the distance to the median by a factor; so many reach a tenth of a millimetre.
_STEPS = 100
# Metres; keeps the weight of a point that the median falls on finite.
_NEAREST = 1e-6


def geometric_median(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Point (U, D) with the least sum of distances to those of each unit.

    E. Weiszfeld, Tohoku Mathematical Journal 43, 1937: the mean, again and again, of points weighted by one over their
    distance. Of two points it is the middle.

    Parameters
    ----------
    points : (R, U, D) float64, NaN where there is none; at least one for every unit
    weights : (R,) float64, above 0
    """
    there = np.asarray(np.isfinite(points).all(axis=2))
    known = np.where(there[..., None], points, 0.0)
    share = np.where(there, weights[:, None], 0.0)
    median: NDArray[np.float64] = (share[..., None] * known).sum(axis=0) / share.sum(axis=0)[:, None]
    for _ in range(_STEPS):
        pull = share / np.maximum(np.linalg.norm(known - median, axis=2), _NEAREST)
        median = (pull[..., None] * known).sum(axis=0) / pull.sum(axis=0)[:, None]
    return median


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value (U,) that as much weight lies below as above; the middle of two where it falls between them.

    Parameters
    ----------
    values : (R, U) float64, NaN where there is none; at least one for every unit
    weights : (R,) float64, above 0
    """
    order = np.argsort(values, axis=0)  # NaN comes last
    ordered = np.take_along_axis(values, order, axis=0)
    share = np.where(np.isnan(ordered), 0.0, weights[order])
    reached = np.cumsum(share, axis=0) / share.sum(axis=0)
    units = np.arange(values.shape[1])
    low, high = ((reached >= half).argmax(axis=0) for half in (0.5 - 1e-9, 0.5 + 1e-9))
    return np.asarray((ordered[low, units] + ordered[high, units]) / 2.0)


def median_heading(
    yaws: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heading (U,) by a median of the axes, whichever end is the front, and a vote on the front.

    Parameters
    ----------
    yaws : (R, U) float64, radians, NaN where there is none; at least one for every unit
    weights : (R,) float64, above 0

    Returns
    -------
    yaws (U,), and the share (U,) of the weight that is for the front, 0.5 to 1; at 0.5 the first voice decides
    """
    there = ~np.isnan(yaws)
    share = np.where(there, weights[:, None], 0.0)
    apart = _half_turn(yaws[:, None] - yaws[None])
    costs = np.where(there, np.nansum(np.abs(apart) * share[None], axis=1), np.inf)
    units = np.arange(yaws.shape[1])
    nearest = yaws[costs.argmin(axis=0), units]
    axes = nearest + weighted_median(_half_turn(yaws - nearest), weights)
    ahead = np.cos(yaws - axes)
    votes = np.nansum(np.sign(ahead) * share, axis=0) / share.sum(axis=0)
    first = np.sign(ahead[there.argmax(axis=0), units])
    front = np.where(np.abs(votes) > 1e-9, np.sign(votes), first)
    return axes + np.where(front < 0, np.pi, 0.0), (1.0 + np.abs(votes)) / 2.0


def _half_turn(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Wrap differences of axes to [-pi/2, pi/2)."""
    return np.asarray((angles + np.pi / 2) % np.pi - np.pi / 2)
