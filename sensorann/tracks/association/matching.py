"""The best pairs of two sets, group by group of those that compete."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from sensorann.kernels import association


def best_pairs(similarities: NDArray[np.float64], least: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair rows with columns so that what the similarities exceed `least` by sums to the most.

    Pairs below `least` are not possible. Rows and columns that do not compete, even through others, are solved apart,
    which gives the same pairs as solving all at once.

    Parameters
    ----------
    similarities : (N, M) float64, -inf where a pair is impossible
    least : the least similarity of a pair

    Returns
    -------
    (K,) int64 rows and (K,) int64 columns
    """
    possible = similarities >= least
    if not possible.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if possible.sum(axis=0).max() == 1 and possible.sum(axis=1).max() == 1:
        rows, columns = np.nonzero(possible)
        return rows, columns
    row_groups, column_groups = association.competing_groups(possible)
    gains = np.where(possible, similarities - least + 1e-9, 0.0)
    pairs = []
    for group in range(int(row_groups.max()) + 1):
        rows, columns = np.flatnonzero(row_groups == group), np.flatnonzero(column_groups == group)
        chosen_rows, chosen_columns = linear_sum_assignment(gains[np.ix_(rows, columns)], maximize=True)
        pairs.append(np.stack([rows[chosen_rows], columns[chosen_columns]]))
    rows, columns = np.concatenate(pairs, axis=1)
    kept = possible[rows, columns]
    return rows[kept], columns[kept]
