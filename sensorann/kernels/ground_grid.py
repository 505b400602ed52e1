"""Points sorted into the cells of a lattice around a sensor or over a map: what a ground model starts from.

A lattice has sectors (first axis, a closed ring or not) and rings (second axis). Coordinates (2, N) are fractional:
cell (a, b) holds a <= u < a + 1 and b <= v < b + 1. Minima, maxima and choices are written so that they need no branch.
"""

import numpy as np

from sensorann.kernels._jit import kernel

NOWHERE = -1.0
# An angle as a share of a quarter turn: t (0.5 + BULGE (1 - t)) of its tangent t up to 1, 0.004 rad from the true one.
BULGE = 0.1738


@kernel
def polar_coordinates(points, origin, n_sectors, rings_per_root, n_rings):
    """Coordinates (2, N) float32 on a polar lattice whose rings widen with the root of the distance; `NOWHERE` for NaN.

    points (N, 3), origin (2,) of the same type. The angle is a polynomial: monotonous, which is all that a lattice
    needs, and fast.
    """
    coordinates = np.empty((2, points.shape[0]), np.float32)
    one, two, four = np.float32(1.0), np.float32(2.0), np.float32(4.0)
    half, bulge, tiny = np.float32(0.5), np.float32(BULGE), np.float32(1e-9)
    per_quarter, per_root = np.float32(n_sectors / 4.0), np.float32(rings_per_root)
    last_u = np.nextafter(np.float32(n_sectors), np.float32(0.0))
    last_v = np.nextafter(np.float32(n_rings), np.float32(0.0))
    for i in range(points.shape[0]):
        x, y = np.float32(points[i, 0] - origin[0]), np.float32(points[i, 1] - origin[1])
        along, across = abs(x), abs(y)
        tangent = (along if along < across else across) / ((across if along < across else along) + tiny)
        quarters = tangent * (half + bulge * (one - tangent))
        quarters = one - quarters if across > along else quarters
        quarters = two - quarters if x < 0 else quarters
        quarters = four - quarters if y < 0 else quarters
        u, v = quarters * per_quarter, np.sqrt(np.sqrt(x * x + y * y)) * per_root
        finite = along + across + abs(points[i, 2]) < np.inf
        coordinates[0, i] = (u if u < last_u else last_u) if finite else np.float32(NOWHERE)
        coordinates[1, i] = (v if v < last_v else last_v) if finite else np.float32(NOWHERE)
    return coordinates


@kernel
def square_coordinates(points, corner, edge, n_a, n_b):
    """Coordinates (2, N) float32 on a lattice of squares from a corner (2,) on, points beyond it at its rim."""
    coordinates = np.empty((2, points.shape[0]), np.float32)
    last = (np.nextafter(np.float32(n_a), np.float32(0.0)), np.nextafter(np.float32(n_b), np.float32(0.0)))
    for i in range(points.shape[0]):
        finite = abs(points[i, 0]) + abs(points[i, 1]) + abs(points[i, 2]) < np.inf
        for axis in range(2):
            cells = np.float32((points[i, axis] - corner[axis]) / edge)
            inside = min(max(cells, np.float32(0.0)), last[axis])
            coordinates[axis, i] = inside if finite else np.float32(NOWHERE)
    return coordinates


@kernel
def cell_means(points, coordinates, origin, n_sectors, n_rings):
    """Mean of the points of each cell and how far the highest lies above the lowest.

    points (N, 3), coordinates (2, N), origin (3,) of the points' type -> means (A, B, 3) float64 relative to the
    origin, NaN in empty cells, and spans (A, B) float64, infinite there.
    """
    # Lowest, highest, sums of x, y, z and the count side by side, two cells to a cache line; means of a thousand points
    # are exact to a hundredth of a millimetre.
    tally = np.zeros((n_sectors * n_rings, 8), np.float32)
    tally[:, 0], tally[:, 1] = np.float32(np.inf), np.float32(-np.inf)
    for i in range(points.shape[0]):
        if coordinates[0, i] < 0.0:
            continue
        cell = np.int64(np.int32(coordinates[0, i])) * n_rings + np.int32(coordinates[1, i])
        z = np.float32(points[i, 2] - origin[2])
        tally[cell, 0] = min(z, tally[cell, 0])
        tally[cell, 1] = max(z, tally[cell, 1])
        tally[cell, 2] += np.float32(points[i, 0] - origin[0])
        tally[cell, 3] += np.float32(points[i, 1] - origin[1])
        tally[cell, 4] += z
        tally[cell, 5] += np.float32(1.0)
    means = np.full((n_sectors * n_rings, 3), np.nan)
    spans = np.full(n_sectors * n_rings, np.inf)
    for cell in range(spans.shape[0]):
        if tally[cell, 5] > 0.0:
            spans[cell] = tally[cell, 1] - tally[cell, 0]
            for axis in range(3):
                means[cell, axis] = tally[cell, 2 + axis] / tally[cell, 5]
    return means.reshape(n_sectors, n_rings, 3), spans.reshape(n_sectors, n_rings)
