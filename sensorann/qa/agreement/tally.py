"""Counts that add up, the figures that follow from them, and how sure those are: a bootstrap over whole drives.

Boxes of a track err together, and tracks of a drive too: who resamples boxes believes in intervals that are far too
narrow. Blocks are resampled here: drives, or objects where there are too few drives (the cluster bootstrap; C. Field
and A. Welsh, J. Royal Statistical Society B 69(3), 2007).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure with the interval that holds it in 95 of 100 cases.

    Attributes
    ----------
    value : NaN where nothing could be counted
    low, high : NaN where there are fewer than two blocks to resample
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Tally:
    """Counts that one figure follows from.

    Attributes
    ----------
    counts : (M, K) float64, what each box, pair or unit adds
    boxes : (M,) int64, the box that each belongs to, which says its group
    value_of : the figure (...) of summed counts (..., K)
    """

    counts: NDArray[np.float64]
    boxes: NDArray[np.int64]
    value_of: Callable[[NDArray[np.float64]], NDArray[np.float64]]


def figure_of(
    tally: Tally, chosen: NDArray[np.bool_], blocks: NDArray[np.int64], weights: NDArray[np.float64]
) -> Figure:
    """Compute a figure of some boxes, and the spread of the figure over resampled blocks.

    Parameters
    ----------
    tally : what is counted
    chosen : (N,) bool, the boxes that count
    blocks : (N,) int64, block of each box
    weights : (B, G) float64, how often each of B resamples takes each of G blocks
    """
    kept = chosen[tally.boxes]
    sums = np.zeros((weights.shape[1], tally.counts.shape[1]))
    np.add.at(sums, blocks[tally.boxes[kept]], tally.counts[kept])
    value = float(tally.value_of(sums.sum(axis=0)))
    spread = tally.value_of(weights @ sums)
    spread = spread[np.isfinite(spread)]
    if np.count_nonzero(sums.any(axis=1)) < 2 or not len(spread):
        return Figure(value=value, low=float("nan"), high=float("nan"))
    low, high = np.percentile(spread, [2.5, 97.5])
    return Figure(value=value, low=float(low), high=float(high))


def resampled(n_blocks: int, *, seed: int, n: int = RESAMPLES) -> NDArray[np.float64]:
    """Draw n times as many blocks as there are, with replacement: how often each came (n, G)."""
    drawn = np.random.default_rng(seed).multinomial(n_blocks, np.full(n_blocks, 1.0 / n_blocks), size=n)
    return np.asarray(drawn, np.float64)


def ratio(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """First count by the second; NaN where that is 0."""
    return np.asarray(sums[..., 0] / np.where(sums[..., 1] > 0, sums[..., 1], np.nan))
