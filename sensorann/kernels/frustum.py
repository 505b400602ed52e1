"""The points that a camera may see through a rectangle, and how low the ground lies around them."""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def within_cone(points, apex, axis, least_cosine, farthest):
    """Points in a cone, no farther from its apex than a distance.

    points (N, 3), apex (3,), axis (3,) unit vector, least_cosine of the angle from it, farthest float -> rows (K,)
    int64. Points with NaN are in no cone.
    """
    rows = np.empty(points.shape[0], np.int64)
    flat = points.reshape(-1)
    ax, ay, az, ux, uy, uz = apex[0], apex[1], apex[2], axis[0], axis[1], axis[2]
    k = 0
    for i in range(points.shape[0]):
        dx, dy, dz = flat[3 * i] - ax, flat[3 * i + 1] - ay, flat[3 * i + 2] - az
        distance = math.sqrt(dx * dx + dy * dy + dz * dz)
        # Written in any case and kept by moving on: a branch that is often wrong costs more.
        rows[k] = i
        k += (ux * dx + uy * dy + uz * dz >= least_cosine * distance) & (distance <= farthest)
    return rows[:k]


@kernel
def lowest_around(points, rotation, translation, places, cell):
    """Lowest point of the square that each place lies in, and of the eight around it.

    points (N, 3), rotation (3, 3) and translation (3,) into the frame of places (M, 3), M >= 1, cell float: edge of a
    square, counted from the lowest x and y of the places -> (M,) float64, infinite where no points lie. Points with NaN
    or infinity are nowhere.
    """
    low_x, low_y, high_x, high_y = np.inf, np.inf, -np.inf, -np.inf
    for m in range(places.shape[0]):
        low_x, high_x = min(low_x, places[m, 0]), max(high_x, places[m, 0])
        low_y, high_y = min(low_y, places[m, 1]), max(high_y, places[m, 1])
    # Squares 1, 2 and so on hold the places: a rim of one square lies around them.
    columns, rows = int((high_x - low_x) / cell) + 3, int((high_y - low_y) / cell) + 3
    lowest = np.full((columns, rows), np.inf)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        u = (rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z + translation[0] - low_x) / cell + 1.0
        v = (rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z + translation[1] - low_y) / cell + 1.0
        if not (0.0 <= u < columns and 0.0 <= v < rows):
            continue
        w = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z + translation[2]
        lowest[int(u), int(v)] = min(lowest[int(u), int(v)], w)
    ground = np.full(places.shape[0], np.inf)
    for m in range(places.shape[0]):
        column, row = int((places[m, 0] - low_x) / cell) + 1, int((places[m, 1] - low_y) / cell) + 1
        for a in range(column - 1, column + 2):
            for b in range(row - 1, row + 2):
                ground[m] = min(ground[m], lowest[a, b])
    return ground
