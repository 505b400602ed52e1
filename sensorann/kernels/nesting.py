"""Nested clusters around one point: how long each other one stays joined to it while the gap is narrowed."""

import math

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.clusters import connected_clusters
from sensorann.kernels.voxels import cell_bounds, cell_keys

# So many squares along either axis at most: a stray point far away would ask for all between.
_MOST_SQUARES = 2000.0


@kernel
def _joined(points, rows, seed, gap):
    """Those of some rows that steps of at most a gap join to a seed, in their order; see `nested_stays`."""
    own = points[rows]
    # The diagonal of a cell is just below the gap, with room for rounding: its points all belong together.
    edge = gap / math.sqrt(3.0) * (1.0 - 1e-6)
    low, high = cell_bounds(own, edge)
    extent = (high - low + 5).astype(np.int64)
    labels = connected_clusters(own, cell_keys(own, edge, low - 2, extent), extent, gap)
    return rows[labels == labels[np.searchsorted(rows, seed)]]


@kernel
def _within_sight(points, seed, gap):
    """Rows of all points that a chain of steps of at most a gap may reach: a flood over the squares of the plan.

    Cheap, and most points of a street are left out; the squares are no narrower than the gap, so that no step
    passes one.
    """
    low_x = high_x = points[seed, 0]
    low_y = high_y = points[seed, 1]
    for i in range(points.shape[0]):
        low_x, high_x = min(low_x, points[i, 0]), max(high_x, points[i, 0])
        low_y, high_y = min(low_y, points[i, 1]), max(high_y, points[i, 1])
    edge = max(gap, (high_x - low_x) / _MOST_SQUARES, (high_y - low_y) / _MOST_SQUARES)
    # A rim of one square, so that every one has eight neighbours.
    n_rows = int((high_y - low_y) / edge) + 3
    squares = np.empty(points.shape[0], np.int64)
    occupied = np.zeros((int((high_x - low_x) / edge) + 3) * n_rows, np.bool_)
    for i in range(points.shape[0]):
        square = (int((points[i, 0] - low_x) / edge) + 1) * n_rows + int((points[i, 1] - low_y) / edge) + 1
        squares[i] = square
        occupied[square] = True
    reached, waiting, n_waiting = np.zeros(occupied.shape[0], np.bool_), np.empty(occupied.shape[0], np.int64), 1
    waiting[0] = squares[seed]
    reached[squares[seed]] = True
    while n_waiting > 0:
        n_waiting -= 1
        square = waiting[n_waiting]
        for column in (-n_rows, 0, n_rows):
            for other in range(square + column - 1, square + column + 2):
                if occupied[other] and not reached[other]:
                    reached[other] = True
                    waiting[n_waiting] = other
                    n_waiting += 1
    rows = np.empty(points.shape[0], np.int64)
    n = 0
    for i in range(points.shape[0]):
        rows[n] = i
        n += reached[squares[i]]
    return rows[:n].copy()


@kernel
def nested_stays(points, seed, gaps):
    """Count over how many gaps each point is joined to a seed by single linkage.

    points (N, 3) float64 finite, seed int row, gaps (G,) falling, G >= 1 -> (N,) int64: a point is joined over the gaps
    below its number.
    """
    stays = np.zeros(points.shape[0], np.int64)
    rows = _within_sight(points, seed, gaps[0] * (1.0 + 1e-9))
    for k in range(gaps.shape[0]):
        rows = _joined(points, rows, seed, gaps[k])
        stays[rows] = k + 1
    return stays
