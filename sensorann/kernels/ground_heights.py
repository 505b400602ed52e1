"""Heights of the ground on a whole lattice, and under any place of it."""

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def heights_at_centers(means, slopes, ground, centers):
    """Carry the mean of each ground cell to its centre along its slope -> heights (A, B), NaN in other cells.

    means (A, B, 3), slopes (A, B, 2), ground (A, B), centers (A, B, 2)
    """
    heights = np.full(ground.shape, np.nan)
    for a in range(ground.shape[0]):
        for b in range(ground.shape[1]):
            if ground[a, b]:
                heights[a, b] = (
                    means[a, b, 2]
                    + slopes[a, b, 0] * (centers[a, b, 0] - means[a, b, 0])
                    + slopes[a, b, 1] * (centers[a, b, 1] - means[a, b, 1])
                )
    return heights


@kernel
def _add(sums, weights, a, b, height, distance):
    weight = 1.0 / (distance * distance)
    sums[a, b] += weight * height
    weights[a, b] += weight


@kernel
def fill_heights(heights, closed, widths, lengths):
    """Fill gaps with the mean of the nearest heights in the four directions, weighted by the inverse squared distance.

    heights (A, B) with NaN in gaps; closed: whether the first axis is a ring; widths, lengths (B,): edges of the cells
    of a ring along the first and the second axis, metres -> (A, B), NaN where none of the four exists.
    """
    n_sectors, n_rings = heights.shape
    sums, weights = np.zeros((n_sectors, n_rings)), np.zeros((n_sectors, n_rings))
    for a in range(n_sectors):
        for step in (1, -1):
            height, distance = np.nan, 0.0
            for k in range(n_rings):
                b = k if step > 0 else n_rings - 1 - k
                distance += lengths[b]
                if not np.isnan(heights[a, b]):
                    height, distance = heights[a, b], 0.0
                elif not np.isnan(height):
                    _add(sums, weights, a, b, height, distance)
    # Round a ring a second time, the gap before the first height is reached as well.
    rounds = 2 * n_sectors if closed else n_sectors
    for step in (1, -1):
        last, distance = np.full(n_rings, np.nan), np.zeros(n_rings)
        for k in range(rounds):
            a = (k if step > 0 else -1 - k) % n_sectors
            for b in range(n_rings):
                distance[b] += widths[b]
                if not np.isnan(heights[a, b]):
                    last[b], distance[b] = heights[a, b], 0.0
                elif not np.isnan(last[b]) and k >= rounds - n_sectors:
                    _add(sums, weights, a, b, last[b], distance[b])
    filled = heights.copy()
    for a in range(n_sectors):
        for b in range(n_rings):
            if np.isnan(heights[a, b]) and weights[a, b] > 0.0:
                filled[a, b] = sums[a, b] / weights[a, b]
    return filled


@kernel
def patches(heights, closed):
    """Bilinear patches between the centres of the cells: (A + 1, B + 1, 4) float32 from heights (A, B).

    Patch (a, b) has its corners at the centres of cells (a - 1, b - 1) to (a, b); height = p0 + p1 s + p2 t + p3 s t.
    At the rim the outermost heights go on.
    """
    n_sectors, n_rings = heights.shape
    found = np.empty((n_sectors + 1, n_rings + 1, 4), np.float32)
    for a in range(n_sectors + 1):
        before, after = a - 1, a
        if a == 0:
            before = n_sectors - 1 if closed else 0
        if a == n_sectors:
            after = 0 if closed else n_sectors - 1
        for b in range(n_rings + 1):
            inner, outer = max(b - 1, 0), min(b, n_rings - 1)
            corner = heights[before, inner]
            found[a, b, 0] = corner
            found[a, b, 1] = heights[after, inner] - corner
            found[a, b, 2] = heights[before, outer] - corner
            found[a, b, 3] = heights[after, outer] - heights[after, inner] - heights[before, outer] + corner
    return found


@kernel
def _height_at(u, v, patches):
    s, t = u + np.float32(0.5), v + np.float32(0.5)
    a, b = np.int32(s), np.int32(t)
    s -= np.float32(a)
    t -= np.float32(b)
    return patches[a, b, 0] + s * patches[a, b, 1] + t * (patches[a, b, 2] + s * patches[a, b, 3])


@kernel
def heights_at(coordinates, patches, origin_height):
    """Heights (N,) float64 at coordinates (2, N), from patches (A + 1, B + 1, 4); NaN for negative coordinates."""
    found = np.empty(coordinates.shape[1])
    for i in range(found.shape[0]):
        u, v = coordinates[0, i], coordinates[1, i]
        found[i] = origin_height + _height_at(u, v, patches) if u >= 0.0 else np.nan
    return found


@kernel
def label_points(points, coordinates, patches, origin_height, below, bands):
    """Heights of the ground under points, and which of them lie from `below` under it to the band of their cell above.

    points (N, 3), coordinates (2, N), patches (A + 1, B + 1, 4), bands (A, B) float32 -> (N,) float64, NaN for points
    that are nowhere, and (N,) bool.
    """
    heights = np.empty(points.shape[0])
    on_ground = np.empty(points.shape[0], np.bool_)
    for i in range(points.shape[0]):
        u, v = coordinates[0, i], coordinates[1, i]
        height = _height_at(u, v, patches) if u >= 0.0 else np.float32(np.nan)
        heights[i] = origin_height + height
        rise = np.float32(points[i, 2] - origin_height) - height
        on_ground[i] = (rise >= -below) & (rise <= bands[np.int32(u), np.int32(v)])  # also False for NaN
    return heights, on_ground
