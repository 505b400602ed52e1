"""Which boxes of a frame are near each other, and the choice of pairs, each box at most once, that sums to the most."""

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def near_pairs(frames, places, reaches, other_frames, other_places, other_reaches):
    """List the pairs of boxes of one frame whose circles, seen from above, meet.

    frames (N,) int64 rising, places (N, 2), reaches (N,) radius of the circle; those of the other (M,), (M, 2), (M,)
    -> rows and columns (P,) int64, rows rising, columns rising within a row
    """
    first = np.searchsorted(other_frames, frames)
    rows, columns = np.empty(0, np.int64), np.empty(0, np.int64)
    for is_filling in (False, True):
        n = 0
        for i in range(frames.shape[0]):
            for j in range(first[i], other_frames.shape[0]):
                if other_frames[j] != frames[i]:
                    break
                dx, dy = other_places[j, 0] - places[i, 0], other_places[j, 1] - places[i, 1]
                reach = reaches[i] + other_reaches[j]
                if dx * dx + dy * dy <= reach * reach:
                    if is_filling:
                        rows[n], columns[n] = i, j
                    n += 1
        if not is_filling:
            rows, columns = np.empty(n, np.int64), np.empty(n, np.int64)
    return rows, columns


@kernel
def _insert_row(row, row_starts, rows, columns, scores, choice, owner, price, distance, via, settled, touched):
    """Give one row its part in the best choice; rows before it may move to other columns or lose theirs.

    Shortest augmenting path (R. Jonker and A. Volgenant, Computing 38, 1987) over the pairs that exist, each row with
    a place of its own that scores 0. Only columns that the path reaches are looked at: boxes that do not compete
    cost nothing. distance, via, settled (C,) and touched (C,) are scratch, left as they were found.
    """
    n_touched = 0
    current, base = row, 0.0
    leaver, least_to_leave = row, 0.0
    while True:
        for p in range(row_starts[current], row_starts[current + 1]):
            j = columns[p]
            reached = base - scores[p] - price[j]
            if not settled[j] and reached < distance[j]:
                if distance[j] == np.inf:
                    touched[n_touched] = j
                    n_touched += 1
                distance[j] = reached
                via[j] = p
        end, least = -1, least_to_leave
        for k in range(n_touched):
            j = touched[k]
            if not settled[j] and distance[j] < least:
                end, least = j, distance[j]
        if end < 0 or owner[end] < 0:
            break
        settled[end] = True
        current = owner[end]
        base = least + scores[choice[current]] + price[end]
        if base < least_to_leave:
            leaver, least_to_leave = current, base
    for k in range(n_touched):
        j = touched[k]
        if settled[j]:
            price[j] += distance[j] - least
        distance[j] = np.inf
        settled[j] = False
    if end < 0:
        if leaver == row:
            return
        end = columns[choice[leaver]]
        choice[leaver] = -1
    while True:
        taker = rows[via[end]]
        left = choice[taker]
        choice[taker] = via[end]
        owner[end] = taker
        if taker == row:
            return
        end = columns[left]


@kernel
def best_choice(row_starts, rows, columns, scores, n_columns):
    """Choose for each row its pair in the best choice.

    row_starts (R + 1,) int64, first pair of each row; rows, columns (P,) int64, rows rising; scores (P,) float64, above
    0 -> (R,) int64, the pair, -1 where the row has none.
    """
    n_rows = row_starts.shape[0] - 1
    choice, owner = np.full(n_rows, -1), np.full(n_columns, -1)
    price, distance = np.zeros(n_columns), np.full(n_columns, np.inf)
    via, touched, settled = np.zeros(n_columns, np.int64), np.zeros(n_columns, np.int64), np.zeros(n_columns, np.bool_)
    for row in range(n_rows):
        _insert_row(row, row_starts, rows, columns, scores, choice, owner, price, distance, via, settled, touched)
    return choice


@kernel
def greedy_choice(order, row_starts, columns, nearness, n_columns):
    """Let one row after the other take the nearest column that is still free.

    order (R,) int64, which row comes when; row_starts (R + 1,) int64, first pair of each row; columns (P,) int64,
    nearness (P,) float64, the higher the nearer -> (R,) int64, the pair, -1 where the row has none.
    """
    choice = np.full(order.shape[0], -1)
    free = np.ones(n_columns, np.bool_)
    for row in order:
        best, most = -1, -np.inf
        for p in range(row_starts[row], row_starts[row + 1]):
            if free[columns[p]] and nearness[p] > most:
                best, most = p, nearness[p]
        choice[row] = best
        if best >= 0:
            free[columns[best]] = False
    return choice


@kernel
def loyal_choice(row_starts, rows, columns, scores, objects, places, names, bonus):
    """Choose as `best_choice` does, frame after frame; a pair that goes on from the frame before scores a bonus more.

    row_starts (R + 1,), rows, columns (P,) int64 and scores (P,) float64 as there, rows in order of their frame;
    objects and places (R,) int64, object of each row and number of its frame, -1 where rows stay alone; names (C,)
    int64, object of each column -> (R,) int64, the pair, -1 where the row has none.
    """
    n_rows, n_columns = row_starts.shape[0] - 1, names.shape[0]
    choice, owner = np.full(n_rows, -1), np.full(n_columns, -1)
    price, distance = np.zeros(n_columns), np.full(n_columns, np.inf)
    via, touched, settled = np.zeros(n_columns, np.int64), np.zeros(n_columns, np.int64), np.zeros(n_columns, np.bool_)
    last_row = np.full(objects.max() + 1, -1)
    gains = scores.copy()
    for row in range(n_rows):
        if places[row] < 0:
            continue
        before = last_row[objects[row]]
        last_row[objects[row]] = row
        if before >= 0 and places[before] == places[row] - 1 and choice[before] >= 0:
            partner = names[columns[choice[before]]]
            for p in range(row_starts[row], row_starts[row + 1]):
                if names[columns[p]] == partner:
                    gains[p] += bonus
        _insert_row(row, row_starts, rows, columns, gains, choice, owner, price, distance, via, settled, touched)
    return choice


@kernel
def interruptions(objects, places, names):
    """Count how often an object is found under another name than before, and how often again after a gap.

    objects, places, names (K,) int64: object, number of the frame and name of each box found, in order of the frames
    -> (int, int).
    """
    n_objects = objects.max() + 1
    last_name, last_place = np.full(n_objects, -1), np.full(n_objects, -1)
    switches = fragments = 0
    for k in range(objects.shape[0]):
        i = objects[k]
        if last_name[i] >= 0:
            if last_name[i] != names[k]:
                switches += 1
            if places[k] > last_place[i] + 1:
                fragments += 1
        last_name[i], last_place[i] = names[k], places[k]
    return switches, fragments
