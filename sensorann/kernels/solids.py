"""How much boxes of any rotation overlap in space, and how much room two boxes take together.

A box is a row of nineteen numbers: its rectangle as in `sensorann.kernels.overlap` (the radius of a tilted box is that
of the sphere around it), the height of its centre, half its height, 1 if it is tilted, and its rotation row by row.

The volume that tilted boxes share comes from tetrahedra: one box is cut into five, and each is cut by the six faces of
the other. The sum of volumes has no special cases: a face that lies in a face of the other box changes it by rounding
alone.
"""

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.overlap import near_rectangles, rectangle_intersection


@kernel
def tetrahedra_of_box(half_size, rotation, center, tetrahedra):
    """Cut a box into five tetrahedra, written to (..., 4, 3): the inner one and those at four of its corners."""
    corners = np.empty((8, 3))
    for corner in range(8):
        for axis in range(3):
            corners[corner, axis] = center[axis]
            for k in range(3):
                # Bit k of the number is the side along axis k.
                side = half_size[k] if (corner >> k) & 1 else -half_size[k]
                corners[corner, axis] += rotation[axis, k] * side
    for t, members in enumerate(((0, 3, 5, 6), (1, 0, 3, 5), (2, 0, 3, 6), (4, 0, 5, 6), (7, 3, 5, 6))):
        for v in range(4):
            tetrahedra[t, v] = corners[members[v]]


@kernel
def _tetrahedron_volume(v):
    ax, ay, az = v[1, 0] - v[0, 0], v[1, 1] - v[0, 1], v[1, 2] - v[0, 2]
    bx, by, bz = v[2, 0] - v[0, 0], v[2, 1] - v[0, 1], v[2, 2] - v[0, 2]
    cx, cy, cz = v[3, 0] - v[0, 0], v[3, 1] - v[0, 1], v[3, 2] - v[0, 2]
    return abs(ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)) / 6.0


@kernel
def _cut(vertices, axis, sign, limit, parts):
    """Cut a tetrahedron by sign * coordinate <= limit -> number of tetrahedra left, written to parts (3, 4, 3).

    vertices (4, 3) are put in order of the distance from the plane, the innermost first.
    """
    for k in range(1, 4):
        for m in range(k, 0, -1):
            if sign * vertices[m, axis] >= sign * vertices[m - 1, axis]:
                break
            for c in range(3):
                vertices[m, c], vertices[m - 1, c] = vertices[m - 1, c], vertices[m, c]
    n_inside = 0
    for k in range(4):
        n_inside += sign * vertices[k, axis] < limit
    if n_inside == 0:
        return 0
    # What is left is a run of up to six corners, of which each four in a row are a tetrahedron: inner corners, and
    # the crossings of the edges from inner to outer ones.
    for t in range(1 if n_inside in (1, 4) else 3):
        for v in range(4):
            inner, outer = _corner_of_rest(n_inside, t + v)
            inside = sign * vertices[inner, axis] - limit
            outside = sign * vertices[outer, axis] - limit
            share = inside / (inside - outside) if inner != outer else 0.0
            for c in range(3):
                parts[t, v, c] = vertices[inner, c] + share * (vertices[outer, c] - vertices[inner, c])
    return 1 if n_inside in (1, 4) else 3


@kernel
def _corner_of_rest(n_inside, k):
    """Name corner k of what is left of a tetrahedron: the edge from an inner to an outer vertex that is crossed.

    An inner vertex itself is the edge from it to it.
    """
    if n_inside == 4:
        return k, k
    if n_inside == 1:
        return 0, k
    if n_inside == 2:
        # A prism from the triangle at vertex 0 to the triangle at vertex 1.
        return k // 3, (k // 3, 2, 3)[k % 3]
    # Three inside: a prism from their triangle to the crossings with the edges to vertex 3.
    return k % 3, (k % 3 if k < 3 else 3)


@kernel
def _apart(center, rotation, half_size, other_half_size):
    """Tell whether a face of one of two boxes separates them; arguments as for `solid_intersection`."""
    for k in range(3):
        reach = other_half_size[k]
        own_reach, along = half_size[k], 0.0
        for m in range(3):
            reach += abs(rotation[k, m]) * half_size[m]
            own_reach += abs(rotation[m, k]) * other_half_size[m]
            along += rotation[m, k] * center[m]
        if abs(center[k]) > reach or abs(along) > own_reach:
            return True
    return False


@kernel
def solid_intersection(center, rotation, half_size, other_half_size):
    """Volume that a box shares with a box at the origin, in the axes of the latter.

    center (3,), rotation (3, 3), half_size (3,) of the one, other_half_size (3,).
    """
    if _apart(center, rotation, half_size, other_half_size):
        return 0.0
    pending = np.empty((32, 4, 3))
    planes = np.zeros(32, np.int64)
    parts = np.empty((3, 4, 3))
    tetrahedra_of_box(half_size, rotation, center, pending)
    n, volume = 5, 0.0
    while n > 0:
        n -= 1
        plane = planes[n]
        if plane == 6:
            volume += _tetrahedron_volume(pending[n])
            continue
        axis = plane // 2
        for t in range(_cut(pending[n], axis, 1.0 if plane % 2 else -1.0, other_half_size[axis], parts)):
            pending[n] = parts[t]
            planes[n] = plane + 1
            n += 1
    return volume


@kernel
def box_intersection(a, i, b, j, polygon, clipped):
    """Volume that boxes a[i] and b[j] share: a (N, 19), b (M, 19), polygon and clipped (16, 2) scratch."""
    if a[i, 9] > 0.0 or b[j, 9] > 0.0:
        center, rotation = np.zeros(3), np.zeros((3, 3))
        half_size = np.array([b[j, 4], b[j, 5], b[j, 8]])
        other_half_size = np.array([a[i, 4], a[i, 5], a[i, 8]])
        shift = (b[j, 0] - a[i, 0], b[j, 1] - a[i, 1], b[j, 7] - a[i, 7])
        for row in range(3):
            for m in range(3):
                center[row] += a[i, 10 + 3 * m + row] * shift[m]
                for column in range(3):
                    rotation[row, column] += a[i, 10 + 3 * m + row] * b[j, 10 + 3 * m + column]
        return solid_intersection(center, rotation, half_size, other_half_size)
    # Upright boxes share a prism: relative to one centre, so that large coordinates lose no digits.
    dz = b[j, 7] - a[i, 7]
    height = min(a[i, 8], dz + b[j, 8]) - max(-a[i, 8], dz - b[j, 8])
    if not height > 0.0:
        return 0.0
    return height * rectangle_intersection(a, i, b, j, polygon, clipped)


@kernel
def box_intersections(a, b):
    """Shared volumes of all pairs of boxes: a (N, 19), b (M, 19) -> (N, M)."""
    shared = np.zeros((a.shape[0], b.shape[0]))
    x, y, radius = b[:, 0].copy(), b[:, 1].copy(), b[:, 6].copy()
    near = np.empty(b.shape[0] + 1, np.int64)
    polygon, clipped = np.empty((16, 2)), np.empty((16, 2))
    for i in range(a.shape[0]):
        for k in range(near_rectangles(a, i, x, y, radius, near)):
            shared[i, near[k]] = box_intersection(a, i, b, near[k], polygon, clipped)
    return shared


@kernel
def paired_box_intersections(a, b):
    """Shared volumes of box n of a and box n of b: (N, 19), (N, 19) -> (N,)."""
    shared = np.empty(a.shape[0])
    polygon, clipped = np.empty((16, 2)), np.empty((16, 2))
    for n in range(shared.shape[0]):
        shared[n] = box_intersection(a, n, b, n, polygon, clipped)
    return shared


@kernel
def _hull_area(points, n, chain):
    """Area of the convex hull of the first n points (n, 2), which it sorts; chain (n,) int64 scratch.

    Monotone chain (A. M. Andrew, Information Processing Letters 9(5), 1979).
    """
    for k in range(1, n):
        x, y = points[k, 0], points[k, 1]
        place = k
        while place > 0 and (points[place - 1, 0] > x or (points[place - 1, 0] == x and points[place - 1, 1] > y)):
            points[place, 0], points[place, 1] = points[place - 1, 0], points[place - 1, 1]
            place -= 1
        points[place, 0], points[place, 1] = x, y
    doubled = 0.0
    for side in (1.0, -1.0):
        length = 0
        for k in range(n):
            while length >= 2:
                o, p = chain[length - 2], chain[length - 1]
                turn = (points[p, 0] - points[o, 0]) * (points[k, 1] - points[o, 1]) - (points[p, 1] - points[o, 1]) * (
                    points[k, 0] - points[o, 0]
                )
                if side * turn > 0.0:
                    break
                length -= 1
            chain[length] = k
            length += 1
        for m in range(1, length):
            o, p = chain[m - 1], chain[m]
            doubled += side * (points[o, 0] * points[p, 1] - points[p, 0] * points[o, 1])
    return 0.5 * doubled


@kernel
def enclosing_areas(a_corners, b_corners):
    """Areas of the convex hulls of all pairs seen from above: a_corners (N, K, 2), b_corners (M, K, 2) -> (N, M)."""
    n_corners = a_corners.shape[1]
    areas = np.empty((a_corners.shape[0], b_corners.shape[0]))
    points = np.empty((2 * n_corners, 2))
    chain = np.empty(2 * n_corners + 1, np.int64)
    for i in range(a_corners.shape[0]):
        for j in range(b_corners.shape[0]):
            for axis in range(2):
                # Relative to one corner, so that large coordinates lose no digits.
                for k in range(n_corners):
                    points[k, axis] = a_corners[i, k, axis] - a_corners[i, 0, axis]
                    points[n_corners + k, axis] = b_corners[j, k, axis] - a_corners[i, 0, axis]
            areas[i, j] = _hull_area(points, 2 * n_corners, chain)
    return areas
