"""Who belongs to whom."""

import numpy as np


def near_pairs(frames, places, reaches, other_frames, other_places, other_reaches):
    """Pairs of one frame whose circles meet, one by one."""
    return [
        (i, j)
        for i, j in np.ndindex(len(frames), len(other_frames))
        if frames[i] == other_frames[j] and np.linalg.norm(places[i] - other_places[j]) <= reaches[i] + other_reaches[j]
    ]


def best_choice(gains):
    """Column (R,) of each row in the choice of positive gains (R, C) that sums to the most, -1 where it has none."""
    from scipy.optimize import linear_sum_assignment

    choice = np.full(len(gains), -1)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    chosen = gains[rows, columns] > 0
    choice[rows[chosen]] = columns[chosen]
    return choice


def greedy_choice(order, nearness):
    """Column (R,) that each row takes in its turn: the nearest of those left (NaN: no pair), -1 where none is."""
    choice, left = np.full(len(nearness), -1), list(range(nearness.shape[1]))
    for row in order:
        if able := [j for j in left if not np.isnan(nearness[row, j])]:
            choice[row] = max(able, key=lambda j: nearness[row, j])
            left.remove(choice[row])
    return choice
