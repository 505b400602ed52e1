"""Height of the ground under one object, from the points around it."""

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.small import inverse

CELL = 0.5  # metres: small against a kerb, large against the spacing of rings
MIN_CELLS = 4


@kernel
def ground_under(points, center, forward, half_length, half_width, bottom, margin, below, above):
    """Ground height at a box's centre, NaN where too little ground is seen.

    points (N, 3), center (3,), forward (2,) heading, half extents, bottom height of the box, margin around it, and the
    band [bottom - below, bottom + above] in which ground is looked for -> float.

    The lowest point of each cell is fitted by a plane, robustly (Geman-McClure), and points above the plane count half:
    what stands on the ground is above it, nothing is below.
    """
    reach_u = half_length + margin
    reach_v = half_width + margin
    n_u = int(2 * reach_u / CELL) + 1
    n_v = int(2 * reach_v / CELL) + 1
    lowest = np.full((n_u, n_v, 3), np.inf)
    for i in range(points.shape[0]):
        dz = points[i, 2] - bottom
        if not (-below < dz < above):
            continue
        dx = points[i, 0] - center[0]
        dy = points[i, 1] - center[1]
        u = forward[0] * dx + forward[1] * dy
        v = -forward[1] * dx + forward[0] * dy
        if not (abs(u) < reach_u and abs(v) < reach_v):
            continue
        a = int((u + reach_u) / CELL)
        b = int((v + reach_v) / CELL)
        if dz < lowest[a, b, 2]:
            lowest[a, b, 0] = u
            lowest[a, b, 1] = v
            lowest[a, b, 2] = dz
    return bottom + robust_plane(lowest.reshape(-1, 3))


@kernel
def robust_plane(lowest):
    """Height at the origin of the plane through rows (u, v, z); rows of infinite z are empty. NaN: too few rows."""
    scale, slope_sigma = 0.05, 1.0
    normal = np.empty((3, 3))
    right = np.empty(3)
    plane = np.zeros(3)
    n = 0
    for i in range(lowest.shape[0]):
        if lowest[i, 2] < np.inf:
            n += 1
    if n < MIN_CELLS:
        return np.nan
    total = 0.0
    for iteration in range(10):
        normal[:] = 0.0
        right[:] = 0.0
        # A weak prior keeps the plane level where all cells lie on one line.
        normal[1, 1] = normal[2, 2] = slope_sigma
        total = 0.0
        for i in range(lowest.shape[0]):
            u, v, z = lowest[i, 0], lowest[i, 1], lowest[i, 2]
            if not z < np.inf:
                continue
            residual = z - (plane[0] + plane[1] * u + plane[2] * v)
            weight = 1.0
            if iteration > 0:
                k = 1.0 / (1.0 + (residual / scale) ** 2)
                weight = k * k * (0.5 if residual > 0 else 1.0)
            total += weight
            row = (1.0, u, v)
            for a in range(3):
                right[a] += weight * row[a] * z
                for b in range(3):
                    normal[a, b] += weight * row[a] * row[b]
        spread = inverse(normal)
        for a in range(3):
            plane[a] = spread[a, 0] * right[0] + spread[a, 1] * right[1] + spread[a, 2] * right[2]
    return plane[0] if total > 2.0 else np.nan
