"""Nearest point of a small cloud in constant time: a grid of cells, each knowing a point near its centre."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels._jit import kernel

FEWEST_NEIGHBOURS = 4
TURNED_AWAY = 0.1  # squared cosine: beyond 108 degrees from the line of sight a wall is seen from behind


class NearestGrid(NamedTuple):
    """A cloud and its cells.

    points (M, 3) float64, the first n_points[0] of them in use; across (M, 3) float64, what each point says about its
    place, see `across_surface`; outward (M, 2) float64, which way its surface looks, see `outward_normal`;
    cells (I, J, K) int32, row of a point near each cell's centre, -1 in an empty cloud;
    origin (3,) lowest corner of the grid, edge (3,) of a cell; limits (2,): no point of the object lies further from
    the middle in plan.
    """

    points: NDArray[np.float64]
    n_points: NDArray[np.int64]
    across: NDArray[np.float64]
    outward: NDArray[np.float64]
    cells: NDArray[np.int32]
    origin: NDArray[np.float64]
    edge: NDArray[np.float64]
    limits: NDArray[np.float64]


@kernel
def nearest_cells(points, origin, edge, shape):
    """Row of a nearest point for every cell centre; nearest up to the last fraction of a cell.

    points (M, 3), origin (3,), edge (3,), shape (3,) int64 -> (I, J, K) int32.
    Vector distance propagation (P.-E. Danielsson, Computer Graphics and Image Processing 14, 1980): each cell takes
    over the point of a neighbour when that is nearer, in two rounds of passes forward and backward.
    """
    cells = np.full((shape[0], shape[1], shape[2]), -1, np.int32)
    nearest = np.full((shape[0], shape[1], shape[2]), np.inf)
    cell = np.empty(3, np.int64)
    for m in range(points.shape[0]):
        squared = 0.0
        for axis in range(3):
            at = (points[m, axis] - origin[axis]) / edge[axis]
            cell[axis] = min(max(math.floor(at), 0), shape[axis] - 1)
            squared += ((at - cell[axis] - 0.5) * edge[axis]) ** 2
        if squared < nearest[cell[0], cell[1], cell[2]]:
            nearest[cell[0], cell[1], cell[2]] = squared
            cells[cell[0], cell[1], cell[2]] = m
    for _ in range(2):
        for direction in (1, -1):
            propagate(points, origin, edge, cells, nearest, direction)
    return cells


@kernel
def propagate(points, origin, edge, cells, nearest, direction):
    """Offer every cell the points of the three neighbours that a pass in one direction has visited before it."""
    n_i, n_j, n_k = cells.shape
    for a in range(n_i):
        i = a if direction == 1 else n_i - 1 - a
        x = origin[0] + (i + 0.5) * edge[0]
        for b in range(n_j):
            j = b if direction == 1 else n_j - 1 - b
            y = origin[1] + (j + 0.5) * edge[1]
            for c in range(n_k):
                k = c if direction == 1 else n_k - 1 - c
                z = origin[2] + (k + 0.5) * edge[2]
                best, found = nearest[i, j, k], cells[i, j, k]
                for axis in range(3):
                    m = -1
                    if axis == 0 and a > 0:
                        m = cells[i - direction, j, k]
                    elif axis == 1 and b > 0:
                        m = cells[i, j - direction, k]
                    elif axis == 2 and c > 0:
                        m = cells[i, j, k - direction]
                    if m < 0 or m == found:
                        continue
                    dx, dy, dz = points[m, 0] - x, points[m, 1] - y, points[m, 2] - z
                    squared = dx * dx + dy * dy + dz * dz
                    if squared < best:
                        best, found = squared, m
                # Written here and not in a function: handing over the arrays took longer than the search.
                nearest[i, j, k], cells[i, j, k] = best, found


@kernel
def across_surface(points, radius):
    """How far a point may not move in plan: weights (M, 3) for (uu, uv, vv), n n^T + share t t^T.

    n is the direction across the surface around the point, t along it, and share the ratio of the spreads of its
    neighbours within radius: 0 on a wall, 1 on a pole. The idea of plane-to-plane matching (A. Segal, D. Haehnel and
    S. Thrun, Generalized-ICP, RSS 2009).
    """
    weights = np.empty((points.shape[0], 3))
    for m in range(points.shape[0]):
        weights[m] = surface_weights(points, points.shape[0], m, radius)
    return weights


@kernel
def surface_weights(points, n_points, m, radius):
    """Weights (uu, uv, vv) of point m among the first n_points, see `across_surface`."""
    n, mean_u, mean_v, uu, uv, vv = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for o in range(n_points):
        du, dv, dw = points[o, 0] - points[m, 0], points[o, 1] - points[m, 1], points[o, 2] - points[m, 2]
        if du * du + dv * dv + dw * dw <= radius * radius:
            n += 1
            mean_u += du
            mean_v += dv
            uu += du * du
            uv += du * dv
            vv += dv * dv
    uu, uv, vv = uu / n - (mean_u / n) ** 2, uv / n - mean_u * mean_v / n**2, vv / n - (mean_v / n) ** 2
    half, root = 0.5 * (uu + vv), math.sqrt(0.25 * (uu - vv) ** 2 + uv * uv)
    if n < FEWEST_NEIGHBOURS or half + root <= 1e-12:
        return 1.0, 0.0, 1.0
    share = max(half - root, 0.0) / (half + root)
    angle = 0.5 * math.atan2(2.0 * uv, uu - vv)  # of t, the direction of the larger spread
    t_u, t_v = math.cos(angle), math.sin(angle)
    return t_v * t_v + share * t_u * t_u, (share - 1.0) * t_u * t_v, t_u * t_u + share * t_v * t_v


@kernel
def outward_normals(across, points, viewers):
    """Which way the surface of each point looks: across (M, 3), points (M, 3), viewers (M, 2) -> (M, 2)."""
    outward = np.empty((points.shape[0], 2))
    for m in range(points.shape[0]):
        away_u, away_v = viewers[m, 0] - points[m, 0], viewers[m, 1] - points[m, 1]
        outward[m] = outward_normal(across[m, 0], across[m, 1], across[m, 2], away_u, away_v)
    return outward


@kernel
def outward_normal(uu, uv, vv, away_u, away_v):
    """Direction across a surface with these weights, on the side of who saw it from (away_u, away_v) further on.

    As long as the surface is flat: 1 on a wall, 0 on a pole, 0 where nobody knows from where it was seen.
    """
    angle, flat = 0.5 * math.atan2(2.0 * uv, uu - vv), min(max(2.0 - uu - vv, 0.0), 1.0)
    n_u, n_v = flat * math.cos(angle), flat * math.sin(angle)
    facing = n_u * away_u + n_v * away_v
    if facing >= 0.0:
        return n_u, n_v
    if facing < 0.0:
        return -n_u, -n_v
    return 0.0, 0.0


@kernel
def looks_away(grid, m, u, v, viewer):
    """Tell whether the surface of point m cannot be seen from viewer (2,) when it lies at (u, v)."""
    away_u, away_v = viewer[0] - u, viewer[1] - v
    facing = grid.outward[m, 0] * away_u + grid.outward[m, 1] * away_v
    # An unknown viewer is NaN, and sees everything.
    return facing < 0.0 and facing * facing > TURNED_AWAY * (away_u * away_u + away_v * away_v)


@kernel
def add_point(grid, u, v, w, reach):
    """Append a point, and let the cells within reach of it know; False when there is no room."""
    m = grid.n_points[0]
    if m >= grid.points.shape[0]:
        return False
    grid.points[m] = (u, v, w)
    grid.n_points[0] = m + 1
    first, last = np.empty(3, np.int64), np.empty(3, np.int64)
    for axis in range(3):
        at = grid.points[m, axis] - grid.origin[axis]
        first[axis] = max(math.floor((at - reach) / grid.edge[axis]), 0)
        last[axis] = min(math.floor((at + reach) / grid.edge[axis]), grid.cells.shape[axis] - 1)
    for i in range(first[0], last[0] + 1):
        for j in range(first[1], last[1] + 1):
            for k in range(first[2], last[2] + 1):
                at_present = grid.cells[i, j, k]
                if centre_distance(grid, i, j, k, m) < centre_distance(grid, i, j, k, at_present):
                    grid.cells[i, j, k] = m
    return True


@kernel
def centre_distance(grid, i, j, k, m):
    """Squared distance of point m from the centre of a cell."""
    du = grid.origin[0] + (i + 0.5) * grid.edge[0] - grid.points[m, 0]
    dv = grid.origin[1] + (j + 0.5) * grid.edge[1] - grid.points[m, 1]
    dw = grid.origin[2] + (k + 0.5) * grid.edge[2] - grid.points[m, 2]
    return du * du + dv * dv + dw * dw


@kernel
def nearest_point(grid, u, v, w):
    """Nearest of the points that the eight cells around (u, v, w) know: (row, squared distance); row -1 if none."""
    n_i, n_j, n_k = grid.cells.shape
    i_first = math.floor((u - grid.origin[0]) / grid.edge[0] - 0.5)
    j_first = math.floor((v - grid.origin[1]) / grid.edge[1] - 0.5)
    k_first = math.floor((w - grid.origin[2]) / grid.edge[2] - 0.5)
    best, found = np.inf, -1
    for a in range(2):
        i = min(max(i_first + a, 0), n_i - 1)
        for b in range(2):
            j = min(max(j_first + b, 0), n_j - 1)
            for c in range(2):
                k = min(max(k_first + c, 0), n_k - 1)
                m = grid.cells[i, j, k]
                if m < 0 or m == found:
                    continue
                du = grid.points[m, 0] - u
                dv = grid.points[m, 1] - v
                dw = grid.points[m, 2] - w
                squared = du * du + dv * dv + dw * dw
                if squared < best:
                    best, found = squared, m
    return found, best
