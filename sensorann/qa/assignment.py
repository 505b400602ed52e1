"""The best one-to-one choice among pairs, solved apart for every group of boxes that compete."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def uncontested(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which pairs (P,) have both boxes to themselves: whatever they score, they are part of the best choice."""
    alone: NDArray[np.bool_] = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    return alone


def competing_groups(
    rows: NDArray[np.int64], columns: NDArray[np.int64], pairs: NDArray[np.int64]
) -> Iterator[NDArray[np.int64]]:
    """Groups of the given pairs that compete for boxes, even through others, in order of their first pair."""
    if not len(pairs):
        return
    _, i = np.unique(rows[pairs], return_inverse=True)
    _, j = np.unique(columns[pairs], return_inverse=True)
    n_rows, n_columns = int(i.max()) + 1, int(j.max()) + 1
    n_boxes = n_rows + n_columns
    graph = coo_array((np.ones(len(pairs)), (i, j + n_rows)), shape=(n_boxes, n_boxes))
    _, group_of_box = connected_components(graph, directed=False)
    groups = group_of_box[i]
    order = np.argsort(groups, kind="stable")
    members = np.split(pairs[order], np.flatnonzero(np.diff(groups[order])) + 1)
    yield from sorted(members, key=lambda group: int(group[0]))


def best_of_group(
    rows: NDArray[np.int64], columns: NDArray[np.int64], group: NDArray[np.int64], scores: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Choose the pairs of one group whose scores (those of the group, above 0) sum to the most."""
    _, i = np.unique(rows[group], return_inverse=True)
    _, j = np.unique(columns[group], return_inverse=True)
    gains = np.zeros((int(i.max()) + 1, int(j.max()) + 1))
    gains[i, j] = scores
    number = np.full(gains.shape, -1)
    number[i, j] = group
    chosen = number[linear_sum_assignment(gains, maximize=True)]
    return np.asarray(chosen[chosen >= 0], np.int64)


def best_pairs(rows: NDArray[np.int64], columns: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose pairs, each box at most once, whose scores (P,) above 0 sum to the most; in rising order."""
    alone = uncontested(rows, columns)
    chosen = [np.flatnonzero(alone)]
    for group in competing_groups(rows, columns, np.flatnonzero(~alone)):
        chosen.append(best_of_group(rows, columns, group, scores[group]))
    return np.sort(np.concatenate(chosen))
