"""Pairs of boxes: who is near whom, the best one-to-one choice, and numbers without gaps for what takes part in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.cuboids import Cuboids
from sensorann.kernels import matching

# Values up to this many times their count are numbered by a table, which is faster than sorting.
_TABLE_PER_VALUE = 32


def near_pairs(
    frames: NDArray[np.int64],
    cuboids: Cuboids,
    other_frames: NDArray[np.int64],
    others: Cuboids,
    *,
    within: float | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the boxes of one frame that may overlap, or whose centres lie within metres, seen from above.

    Parameters
    ----------
    frames, other_frames : (N,) and (M,) int64, rising
    cuboids, others : N and M boxes
    within : metres; when not given, boxes count that are as near as half their diagonals

    Returns
    -------
    (P,) int64 rows and (P,) int64 columns, rows rising
    """
    reaches = [
        np.linalg.norm(boxes.sizes, axis=1) / 2 if within is None else np.full(len(boxes), within / 2)
        for boxes in (cuboids, others)
    ]
    rows, columns = matching.near_pairs(
        frames, cuboids.centers[:, :2], reaches[0], other_frames, others.centers[:, :2], reaches[1]
    )
    return rows, columns


def best_pairs(rows: NDArray[np.int64], columns: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose pairs, each box at most once, whose scores sum to the most.

    Parameters
    ----------
    rows, columns : (P,) int64, counted from 0, rows rising
    scores : (P,) float64, above 0

    Returns
    -------
    (K,) int64
        Numbers of the chosen pairs, rising.
    """
    if not len(rows):
        return np.zeros(0, np.int64)
    starts = starts_of(rows, int(rows[-1]) + 1)
    choice = matching.best_choice(starts, rows, columns, np.ascontiguousarray(scores), int(columns.max()) + 1)
    return np.asarray(choice[choice >= 0])


def starts_of(rows: NDArray[np.int64], n_rows: int) -> NDArray[np.int64]:
    """First pair (n_rows + 1,) of each row, for pairs (P,) whose rows rise."""
    starts = np.zeros(n_rows + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=n_rows), out=starts[1:])
    return starts


def numbered(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the distinct values, rising, and the number (N,) of each value (0 or more) among them."""
    if not len(values) or int(values.max()) > _TABLE_PER_VALUE * len(values):
        distinct, numbers = np.unique(values, return_inverse=True)
        return distinct, numbers.astype(np.int64)
    seen = np.zeros(int(values.max()) + 1, np.bool_)
    seen[values] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[values]
