"""Clusters of points that chains of short steps connect: exact single linkage by uniting cells.

No hash table: sorted by cell, the neighbours of a cell are found by walking along.
"""

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.voxels import EMPTY

DIGIT_BITS = 11
FEW_UNITED = 0.01  # of all cells in one step: not worth a pass over all of them


@kernel
def _root(parents, c):
    """Find the cell that stands for the cluster of cell c, shortening the way for the next search."""
    while parents[c] != c:
        parents[c] = parents[parents[c]]
        c = parents[c]
    return c


@kernel
def _close(sorted_points, a_start, a_end, b_start, b_end, squared_distance):
    """Tell whether any two points of two cells lie within the distance."""
    for i in range(a_start, a_end):
        x, y, z = sorted_points[i, 0], sorted_points[i, 1], sorted_points[i, 2]
        for j in range(b_start, b_end):
            dx, dy, dz = x - sorted_points[j, 0], y - sorted_points[j, 1], z - sorted_points[j, 2]
            if dx * dx + dy * dy + dz * dz <= squared_distance:
                return True
    return False


@kernel
def order_by_key(keys):
    """Sort by radix: keys (N,) int64, `EMPTY` is left out -> order (K,) int64, stable."""
    order = np.empty(keys.shape[0], np.int64)
    n = 0
    largest = 0
    for i in range(keys.shape[0]):
        order[n] = i
        n += keys[i] != EMPTY
        largest = max(largest, keys[i])
    order = order[:n]
    spare = np.empty_like(order)
    shift = 0
    while shift < 63 and largest >> shift > 0:
        starts = np.zeros((1 << DIGIT_BITS) + 1, np.int64)
        for k in range(n):
            starts[((keys[order[k]] >> shift) & ((1 << DIGIT_BITS) - 1)) + 1] += 1
        for digit in range(1, starts.shape[0]):
            starts[digit] += starts[digit - 1]
        for k in range(n):
            digit = (keys[order[k]] >> shift) & ((1 << DIGIT_BITS) - 1)
            spare[starts[digit]] = order[k]
            starts[digit] += 1
        order, spare = spare, order
        shift += DIGIT_BITS
    return order


@kernel
def column_steps(extent):
    """Differences in number to the 12 later columns of cells within two cells, the nearest first.

    extent (3,) -> (12,) int64. Cells three apart on an axis lie two edges apart, which is more than the distance.
    """
    steps = np.zeros(12, np.int64)
    n = 0
    for squared in range(1, 9):
        for dx in range(3):
            for dy in range(-2, 3):
                if dx * dx + dy * dy == squared and (dx, dy) > (0, 0):
                    steps[n] = dx * extent[1] + dy
                    n += 1
    return steps


@kernel
def columns_of_cells(cell_keys, extent):
    """Group cells that stand above one another: cell_keys (C,) int64, rising, extent (3,).

    -> numbers (L,) int64 of the occupied columns, rising, first (L + 1,) int64: first cell of each column.
    """
    numbers = np.empty(cell_keys.shape[0], np.int64)
    first = np.empty(cell_keys.shape[0] + 1, np.int64)
    n = 0
    for c in range(cell_keys.shape[0]):
        number = cell_keys[c] // extent[2]
        if n == 0 or number != numbers[n - 1]:
            numbers[n], first[n] = number, c
            n += 1
    first[n] = cell_keys.shape[0]
    return numbers[:n], first[: n + 1]


@kernel
def _unite_upward(sorted_points, starts, cell_keys, parents, squared_distance):
    """Unite cells that stand above one another, changing `parents`: few pairs two apart are left to look at then."""
    for rise in range(1, 3):
        for c in range(cell_keys.shape[0] - 1):
            other = c + 1
            if rise == 2 and cell_keys[other] - cell_keys[c] == 1:
                other += 1
            if other == cell_keys.shape[0] or cell_keys[other] - cell_keys[c] != rise or parents[other] == parents[c]:
                continue
            root, other_root = _root(parents, c), _root(parents, other)
            if root != other_root and _close(
                sorted_points, starts[c], starts[c + 1], starts[other], starts[other + 1], squared_distance
            ):
                parents[max(root, other_root)] = min(root, other_root)


@kernel
def _unite_columns(sorted_points, starts, heights, parents, begin, end, other_begin, other_end, squared_distance):
    """Unite the cells of two columns that hold a close pair, changing `parents`; number of trees that were joined."""
    n_united, low = 0, other_begin
    for c in range(begin, end):
        while low < other_end and heights[low] < heights[c] - 2:
            low += 1
        root = _root(parents, c)
        other = low
        while other < other_end and heights[other] <= heights[c] + 2:
            # Most neighbours are united already and show it at once.
            if parents[other] != root:
                other_root = _root(parents, other)
                if root != other_root and _close(
                    sorted_points, starts[c], starts[c + 1], starts[other], starts[other + 1], squared_distance
                ):
                    # Parents come first, so that one pass in order shortens every way to one step.
                    parents[max(root, other_root)] = min(root, other_root)
                    root = min(root, other_root)
                    n_united += 1
            other += 1
    return n_united


@kernel
def _flatten(parents, first, common):
    """Shorten every way to one step; common (L,) becomes the root that all cells of a column share, else -1."""
    for c in range(parents.shape[0]):
        parents[c] = parents[parents[c]]
    for column in range(common.shape[0]):
        common[column] = parents[first[column]]
        for c in range(first[column] + 1, first[column + 1]):
            if parents[c] != common[column]:
                common[column] = -1
                break


@kernel
def unite_cells(sorted_points, starts, cell_keys, extent, distance):
    """Unite cells that hold a pair of points within the distance.

    sorted_points (K, 3) float64, starts (C + 1,) int64: points of each cell, cell_keys (C,) int64, rising
    -> parents (C,) int64 of a forest whose trees are the clusters; every cell's parent is its root.
    """
    parents, heights, squared_distance = np.arange(cell_keys.shape[0]), cell_keys % extent[2], distance * distance
    numbers, first = columns_of_cells(cell_keys, extent)
    common = np.empty(numbers.shape[0], np.int64)
    _unite_upward(sorted_points, starts, cell_keys, parents, squared_distance)
    _flatten(parents, first, common)
    for step in column_steps(extent):
        # Columns come in order, and so do their neighbours in one direction: the search only moves on.
        k = n_united = 0
        for column in range(numbers.shape[0]):
            while k < numbers.shape[0] and numbers[k] < numbers[column] + step:
                k += 1
            if k == numbers.shape[0]:
                break
            if numbers[k] > numbers[column] + step or (common[k] >= 0 and common[k] == common[column]):
                continue
            n_united += _unite_columns(
                sorted_points, starts, heights, parents,
                first[column], first[column + 1], first[k], first[k + 1], squared_distance,
            )  # fmt: skip
        if n_united > FEW_UNITED * parents.shape[0]:
            _flatten(parents, first, common)
    _flatten(parents, first, common)
    return parents


@kernel
def connected_clusters(points, keys, extent, distance):
    """Label the clusters of single linkage.

    points (N, 3), keys (N,) int64 of cells whose diagonal is just below the distance, so that all points of a cell
    belong together; extent (3,) int64, cells along the axes, with two empty ones at each end
    -> labels (N,) int64 in order of the first point, `EMPTY` where the key is.
    """
    order = order_by_key(keys)
    # Points of a cell side by side, in float64: the distances are then those of a naive loop.
    sorted_points = np.empty((order.shape[0], 3), np.float64)
    cell_keys = np.empty(order.shape[0], np.int64)
    starts = np.empty(order.shape[0] + 1, np.int64)
    cell_of_point = np.full(points.shape[0], EMPTY, np.int32)  # narrow, so that it stays near the processor
    n_cells = 0
    for k in range(order.shape[0]):
        i = order[k]
        for axis in range(3):
            sorted_points[k, axis] = points[i, axis]
        if k == 0 or keys[i] != cell_keys[n_cells - 1]:
            starts[n_cells], cell_keys[n_cells] = k, keys[i]
            n_cells += 1
        cell_of_point[i] = n_cells - 1
    starts[n_cells] = order.shape[0]
    roots = unite_cells(sorted_points, starts[: n_cells + 1], cell_keys[:n_cells], extent, distance)
    label_of_root = np.full(n_cells, EMPTY, np.int64)
    n_clusters = 0
    labels = np.full(points.shape[0], EMPTY, np.int64)
    for i in range(labels.shape[0]):
        if cell_of_point[i] == EMPTY:
            continue
        root = roots[cell_of_point[i]]
        if label_of_root[root] == EMPTY:
            label_of_root[root] = n_clusters
            n_clusters += 1
        labels[i] = label_of_root[root]
    return labels
