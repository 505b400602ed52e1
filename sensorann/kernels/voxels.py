"""A cloud cut into cubes: which cell each point lies in, and the mean of each cell."""

import math

import numpy as np

from sensorann.kernels._jit import kernel

EMPTY = -1


@kernel
def cell_bounds(points, edge):
    """Lowest and highest cell along each axis of the finite points: points (N, 3) -> low (3,), high (3,) float64.

    Without a finite point high is below low.
    """
    flat = points.reshape(-1)
    low_x = low_y = low_z = np.inf
    high_x = high_y = high_z = -np.inf
    for i in range(points.shape[0]):
        x, y, z = flat[3 * i], flat[3 * i + 1], flat[3 * i + 2]
        finite = abs(x) + abs(y) + abs(z) < np.inf
        low_x, high_x = x if finite & (x < low_x) else low_x, x if finite & (x > high_x) else high_x
        low_y, high_y = y if finite & (y < low_y) else low_y, y if finite & (y > high_y) else high_y
        low_z, high_z = z if finite & (z < low_z) else low_z, z if finite & (z > high_z) else high_z
    low = np.floor(np.array([low_x, low_y, low_z]) / edge)
    high = np.floor(np.array([high_x, high_y, high_z]) / edge)
    return low, high


@kernel
def cell_keys(points, edge, low, extent):
    """Number the cell of each point: points (N, 3), low (3,) float64, extent (3,) int64 cells -> (N,) int64.

    Cells count along z first; `EMPTY` for a point that is not finite.
    """
    flat = points.reshape(-1)
    keys = np.empty(points.shape[0], np.int64)
    for i in range(points.shape[0]):
        x, y, z = flat[3 * i], flat[3 * i + 1], flat[3 * i + 2]
        finite = abs(x) + abs(y) + abs(z) < np.inf
        x, y, z = x if finite else 0.0, y if finite else 0.0, z if finite else 0.0
        ix = int(math.floor(x / edge) - low[0])
        iy = int(math.floor(y / edge) - low[1])
        iz = int(math.floor(z / edge) - low[2])
        key = (ix * extent[1] + iy) * extent[2] + iz
        keys[i] = key if finite else EMPTY
    return keys


@kernel
def hash_home(key, mask):
    """Choose the place in the table where the search for a key starts.

    Both halves are below 2^31 and multiplied by primes below 2^31, so the products never overflow.
    """
    return (((key & 0x7FFFFFFF) * 1640531527 ^ (key >> 31) * 2043319211) >> 20) & mask


@kernel
def number_cells(keys):
    """Number the occupied cells in the order in which they are first seen, by hashing with linear probing.

    keys (N,) int64, `EMPTY` is skipped -> slots (N,) int64 with `EMPTY` where skipped, number of cells.
    """
    size = 16
    while size < 2 * keys.shape[0]:
        size *= 2
    mask = size - 1
    table_keys = np.full(size, EMPTY, np.int64)
    table_slots = np.empty(size, np.int32)
    slots = np.empty(keys.shape[0], np.int64)
    n_cells = 0
    for i in range(keys.shape[0]):
        key = keys[i]
        if key == EMPTY:
            slots[i] = EMPTY
            continue
        place = hash_home(key, mask)
        while table_keys[place] != key and table_keys[place] != EMPTY:
            place = (place + 1) & mask
        if table_keys[place] == EMPTY:
            table_keys[place] = key
            table_slots[place] = n_cells
            n_cells += 1
        slots[i] = table_slots[place]
    return slots, n_cells


@kernel
def cell_means(points, slots, n_cells):
    """Average the points of each cell, summed in float64 and in order.

    points (N, 3), slots (N,) int64 -> means (C, 3) like the points, counts (C,) int64.
    """
    sums = np.zeros((n_cells, 3), np.float64)
    counts = np.zeros(n_cells, np.int64)
    for i in range(points.shape[0]):
        c = slots[i]
        if c == EMPTY:
            continue
        sums[c, 0] += points[i, 0]
        sums[c, 1] += points[i, 1]
        sums[c, 2] += points[i, 2]
        counts[c] += 1
    means = np.empty((n_cells, 3), points.dtype)
    for c in range(n_cells):
        for axis in range(3):
            means[c, axis] = sums[c, axis] / counts[c]
    return means, counts
