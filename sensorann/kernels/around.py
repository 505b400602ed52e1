"""The points around one place: gathered in one pass over a sweep, the lowest of each square, and the nearest one."""

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def gather_around(points, rotation, translation, place, reach):
    """Transform points and keep those within a square around a place, in plan.

    points (N, 3), rotation (3, 3) and translation (3,) into the frame of place (2,), reach float -> rows (K,) int64,
    transformed (K, 3) float64. Points with NaN or infinity are nowhere.
    """
    rows = np.empty(points.shape[0], np.int64)
    moved = np.empty((points.shape[0], 3))
    k = 0
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        u = rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z + translation[0]
        v = rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z + translation[1]
        if not (abs(u - place[0]) <= reach and abs(v - place[1]) <= reach):
            continue
        w = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z + translation[2]
        if not np.isfinite(w):
            continue
        rows[k] = i
        moved[k, 0], moved[k, 1], moved[k, 2] = u, v, w
        k += 1
    # No copy: what was not written takes no memory.
    return rows[:k], moved[:k]


@kernel
def lowest_of_cells(points, rotation, translation, place, radius, cell):
    """Lowest point of every square within a radius of a place, squares counted from the place.

    points (N, 3), rotation (3, 3) and translation (3,) into the frame of place (2,), radius and cell floats -> (M, 3)
    float64 in that frame, in the order of the squares; the first of equal ones. Points with NaN or infinity are
    nowhere.
    """
    n = int(np.ceil(radius / cell))
    heights, found = np.full((2 * n, 2 * n), np.inf), np.empty((2 * n, 2 * n, 2))
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        u = rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z + translation[0]
        v = rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z + translation[1]
        dx, dy = u - place[0], v - place[1]
        if not dx * dx + dy * dy <= radius * radius:
            continue
        w = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z + translation[2]
        a = min(int(np.floor(dx / cell)) + n, 2 * n - 1)
        b = min(int(np.floor(dy / cell)) + n, 2 * n - 1)
        if -np.inf < w < heights[a, b]:
            heights[a, b], found[a, b, 0], found[a, b, 1] = w, u, v
    lowest, k = np.empty((4 * n * n, 3)), 0
    for a in range(2 * n):
        for b in range(2 * n):
            if heights[a, b] < np.inf:
                lowest[k, 0], lowest[k, 1], lowest[k, 2] = found[a, b, 0], found[a, b, 1], heights[a, b]
                k += 1
    return lowest[:k]


@kernel
def standing_on(points, rotation, translation, place, height, slope, lowest, highest, radius):
    """Transform points and keep those within a radius of a place whose height above a plane lies between two bounds.

    points (N, 3), rotation (3, 3) and translation (3,) into the frame of place (2,) where the plane has its height,
    slope (2,) its rise along x and y, lowest and highest and radius floats -> rows (K,) int64, transformed (K, 3)
    float64. Points with NaN or infinity are nowhere.
    """
    rows = np.empty(points.shape[0], np.int64)
    moved = np.empty((points.shape[0], 3))
    k = 0
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        u = rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z + translation[0]
        v = rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z + translation[1]
        dx, dy = u - place[0], v - place[1]
        if not dx * dx + dy * dy <= radius * radius:
            continue
        w = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z + translation[2]
        if lowest < w - height - dx * slope[0] - dy * slope[1] < highest:
            rows[k] = i
            moved[k, 0], moved[k, 1], moved[k, 2] = u, v, w
            k += 1
    return rows[:k], moved[:k]


@kernel
def plan_bounds(points, rows):
    """Lowest and highest x and y of some points: points (N, 3), rows (K,) int64, K >= 1 -> low (2,), high (2,)."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for i in rows:
        for axis in range(2):
            low[axis] = min(low[axis], points[i, axis])
            high[axis] = max(high[axis], points[i, axis])
    return low, high


@kernel
def nearest_row(points, place):
    """Row of the point nearest to a place, the first of equal ones, and its squared distance.

    points (N, 3) finite, place (3,) -> row int, -1 where there are none, squared distance float.
    """
    nearest, least = -1, np.inf
    for i in range(points.shape[0]):
        dx, dy, dz = points[i, 0] - place[0], points[i, 1] - place[1], points[i, 2] - place[2]
        squared = dx * dx + dy * dy + dz * dz
        if squared < least:
            nearest, least = i, squared
    return nearest, least
