"""Which points lie in which boxes."""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def is_inside(x, y, z, centers, rotations, half_sizes, m):
    """Tell whether one point lies in box m of (M, 3), (M, 3, 3), (M, 3), faces included.

    The order of operations is fixed, so that every search of this file gives the same answer on a face: subtract the
    centre in float64, project onto each axis of the box (the columns of the rotation), compare. False for NaN.
    """
    dx, dy, dz = x - centers[m, 0], y - centers[m, 1], z - centers[m, 2]
    inside = True
    for axis in range(3):
        along = rotations[m, 0, axis] * dx + rotations[m, 1, axis] * dy + rotations[m, 2, axis] * dz
        inside &= abs(along) <= half_sizes[m, axis]
    return inside


@kernel
def points_in_cuboid(points, centers, rotations, half_sizes):
    """Mark the points inside one box, faces included.

    points (N, 3), centers (1, 3), rotations (1, 3, 3), half_sizes (1, 3) float64 -> (N,) bool.
    """
    inside = np.empty(points.shape[0], np.bool_)
    for i in range(points.shape[0]):
        inside[i] = is_inside(points[i, 0], points[i, 1], points[i, 2], centers, rotations, half_sizes, 0)
    return inside


@kernel
def candidates_by_cell(low, high, origin, per_cell, shape):
    """List for each cell of a bird's-eye grid the boxes whose bounds meet it.

    low, high (M, 2): bounds of the boxes in x and y; origin (2,), per_cell: cells per metre,
    shape (2,): cells along x and y
    -> offsets (cells + 1,) int32, candidates (offsets[-1],) int32: cell c holds candidates[offsets[c]:offsets[c + 1]].
    """
    offsets = np.zeros(shape[0] * shape[1] + 1, np.int32)
    ranges = np.empty((low.shape[0], 4), np.int64)
    for m in range(low.shape[0]):
        for axis in range(2):
            ranges[m, axis] = math.floor((low[m, axis] - origin[axis]) * per_cell)
            ranges[m, 2 + axis] = math.floor((high[m, axis] - origin[axis]) * per_cell)
        for ix in range(ranges[m, 0], ranges[m, 2] + 1):
            for iy in range(ranges[m, 1], ranges[m, 3] + 1):
                offsets[ix * shape[1] + iy + 1] += 1
    for c in range(1, offsets.shape[0]):
        offsets[c] += offsets[c - 1]
    candidates = np.empty(offsets[-1], np.int32)
    # Filled from the last box to the first, so that counting down leaves each cell in the order of the boxes, and the
    # running ends arrive at the starts.
    ends = offsets[1:].copy()
    for m in range(low.shape[0] - 1, -1, -1):
        for ix in range(ranges[m, 0], ranges[m, 2] + 1):
            for iy in range(ranges[m, 1], ranges[m, 3] + 1):
                c = ix * shape[1] + iy
                ends[c] -= 1
                candidates[ends[c]] = m
    return offsets, candidates


@kernel
def points_near_boxes(points, cell_offsets, origin, end, per_cell, columns):
    """Choose the points whose cell holds a candidate.

    points (N, 3), end (2,): largest x and y of any box, columns: cells along y, the rest as in `candidates_by_cell`
    -> points (K,) int64, cells (K,) int64.
    """
    near = np.empty(points.shape[0] + 1, np.int64)
    cells = np.empty(points.shape[0] + 1, np.int64)
    n_near = 0
    for i in range(points.shape[0]):
        x, y = points[i, 0], points[i, 1]
        within = (x >= origin[0]) & (x <= end[0]) & (y >= origin[1]) & (y <= end[1])  # False for NaN
        # The same monotonic formula as for the bounds of the boxes: no point can fall beside its box's cells.
        ix = math.floor(((x if within else origin[0]) - origin[0]) * per_cell)
        iy = math.floor(((y if within else origin[1]) - origin[1]) * per_cell)
        c = ix * columns + iy
        # Written in any case and kept by counting on: a branch here would be guessed wrong for every third point.
        near[n_near] = i
        cells[n_near] = c
        n_near += within & (cell_offsets[c + 1] > cell_offsets[c])
    return near[:n_near], cells[:n_near]


@kernel
def points_in_cuboids(points, centers, rotations, half_sizes, low, high, origin, per_cell, shape):
    """Find the points of each box by a bird's-eye grid: a point is tested against the boxes of its cell only.

    points (N, 3), centers (M, 3), rotations (M, 3, 3), half_sizes (M, 3), the rest as in `candidates_by_cell`; no
    point outside of `low` and `high` may lie in a box
    -> offsets (M + 1,) int64, indices (offsets[-1],) int64: box m holds points indices[offsets[m]:offsets[m + 1]].
    """
    cell_offsets, candidates = candidates_by_cell(low, high, origin, per_cell, shape)
    end = origin.copy()
    for m in range(high.shape[0]):
        end[0], end[1] = max(end[0], high[m, 0]), max(end[1], high[m, 1])
    near, cells = points_near_boxes(points, cell_offsets, origin, end, per_cell, shape[1])
    offsets = np.zeros(centers.shape[0] + 1, np.int64)
    hit_points = np.empty(near.shape[0] + 16, np.int64)
    hit_boxes = np.empty(hit_points.shape[0], np.int32)
    n_hits = 0
    for j in range(near.shape[0]):
        i = near[j]
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        for k in range(cell_offsets[cells[j]], cell_offsets[cells[j] + 1]):
            m = candidates[k]
            if not is_inside(x, y, z, centers, rotations, half_sizes, m):
                continue
            if n_hits == hit_points.shape[0]:
                hit_points = np.concatenate((hit_points, np.empty_like(hit_points)))
                hit_boxes = np.concatenate((hit_boxes, np.empty_like(hit_boxes)))
            hit_points[n_hits] = i
            hit_boxes[n_hits] = m
            offsets[m + 1] += 1
            n_hits += 1
    for m in range(centers.shape[0]):
        offsets[m + 1] += offsets[m]
    indices = np.empty(n_hits, np.int64)
    filled = offsets[:-1].copy()
    for k in range(n_hits):
        m = hit_boxes[k]
        indices[filled[m]] = hit_points[k]
        filled[m] += 1
    return offsets, indices
