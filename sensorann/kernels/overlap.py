"""How much rectangles seen from above, and boxes in space, overlap.

A rectangle is a row of seven numbers: centre x and y, cosine and sine of its heading, half length, half width, and
the radius of the circle around it. A box adds its rotation, centre and half size.
"""

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def _apart(ax, ay, a_cos, a_sin, a_length, a_width, bx, by, b_cos, b_sin, b_length, b_width):
    """Tell whether an edge of one of two rectangles separates them (half lengths and half widths are given)."""
    dx, dy = bx - ax, by - ay
    cosine, sine = abs(a_cos * b_cos + a_sin * b_sin), abs(a_cos * b_sin - a_sin * b_cos)
    return (
        (abs(a_cos * dx + a_sin * dy) > a_length + cosine * b_length + sine * b_width)
        | (abs(a_cos * dy - a_sin * dx) > a_width + sine * b_length + cosine * b_width)
        | (abs(b_cos * dx + b_sin * dy) > b_length + cosine * a_length + sine * a_width)
        | (abs(b_cos * dy - b_sin * dx) > b_width + sine * a_length + cosine * a_width)
    )


@kernel
def _clip(polygon, n, clipped, axis, sign, limit):
    """Cut a convex polygon of n corners by sign * coordinate <= limit -> corners left, written to `clipped`."""
    kept = 0
    last = n - 1
    last_distance = sign * polygon[last, axis] - limit
    for k in range(n):
        distance = sign * polygon[k, axis] - limit
        if (distance > 0.0) != (last_distance > 0.0):
            share = last_distance / (last_distance - distance)
            clipped[kept, 0] = polygon[last, 0] + share * (polygon[k, 0] - polygon[last, 0])
            clipped[kept, 1] = polygon[last, 1] + share * (polygon[k, 1] - polygon[last, 1])
            kept += 1
        if distance <= 0.0:
            clipped[kept, 0] = polygon[k, 0]
            clipped[kept, 1] = polygon[k, 1]
            kept += 1
        last, last_distance = k, distance
    return kept


@kernel
def rectangle_intersection(a, i, b, j, polygon, clipped):
    """Area that rectangles a[i] and b[j] share: b is cut by the edges of a, in the frame of a.

    a (N, 7), b (M, 7), polygon and clipped (16, 2) scratch.
    """
    a_cos, a_sin, a_length, a_width = a[i, 2], a[i, 3], a[i, 4], a[i, 5]
    b_cos, b_sin, b_length, b_width = b[j, 2], b[j, 3], b[j, 4], b[j, 5]
    dx, dy = b[j, 0] - a[i, 0], b[j, 1] - a[i, 1]
    radii = a[i, 6] + b[j, 6]
    if dx * dx + dy * dy > radii * radii:
        return 0.0
    if _apart(0.0, 0.0, a_cos, a_sin, a_length, a_width, dx, dy, b_cos, b_sin, b_length, b_width):
        return 0.0
    center_x, center_y = a_cos * dx + a_sin * dy, a_cos * dy - a_sin * dx
    cosine, sine = a_cos * b_cos + a_sin * b_sin, a_cos * b_sin - a_sin * b_cos
    length_x, length_y = cosine * b_length, sine * b_length
    width_x, width_y = -sine * b_width, cosine * b_width
    polygon[0, 0], polygon[0, 1] = center_x + length_x + width_x, center_y + length_y + width_y
    polygon[1, 0], polygon[1, 1] = center_x - length_x + width_x, center_y - length_y + width_y
    polygon[2, 0], polygon[2, 1] = center_x - length_x - width_x, center_y - length_y - width_y
    polygon[3, 0], polygon[3, 1] = center_x + length_x - width_x, center_y + length_y - width_y
    n = _clip(polygon, 4, clipped, 0, 1.0, a_length)
    n = _clip(clipped, n, polygon, 0, -1.0, a_length)
    n = _clip(polygon, n, clipped, 1, 1.0, a_width)
    n = _clip(clipped, n, polygon, 1, -1.0, a_width)
    doubled = 0.0
    for k in range(1, n - 1):
        doubled += (polygon[k, 0] - polygon[0, 0]) * (polygon[k + 1, 1] - polygon[0, 1]) - (
            polygon[k, 1] - polygon[0, 1]
        ) * (polygon[k + 1, 0] - polygon[0, 0])
    return 0.5 * abs(doubled)


@kernel
def near_rectangles(a, i, x, y, radius, near):
    """List the rectangles whose circle meets that of a[i]: x, y, radius (M,), near (M + 1,) -> how many."""
    n_near = 0
    for j in range(x.shape[0]):
        dx, dy, radii = x[j] - a[i, 0], y[j] - a[i, 1], radius[j] + a[i, 6]
        near[n_near] = j
        n_near += dx * dx + dy * dy <= radii * radii
    return n_near


@kernel
def rectangle_intersections(a, b):
    """Shared areas of all pairs: a (N, 7), b (M, 7) -> rows (K,), columns (K,) int64, areas (K,) of overlapping pairs.

    Rows come in rising order, and columns within a row.
    """
    x, y, radius = b[:, 0].copy(), b[:, 1].copy(), b[:, 6].copy()
    near = np.empty(b.shape[0] + 1, np.int64)
    polygon, clipped = np.empty((16, 2)), np.empty((16, 2))
    rows = np.empty(1024, np.int64)
    columns = np.empty(1024, np.int64)
    areas = np.empty(1024)
    n = 0
    for i in range(a.shape[0]):
        for k in range(near_rectangles(a, i, x, y, radius, near)):
            area = rectangle_intersection(a, i, b, near[k], polygon, clipped)
            if not area > 0.0:
                continue
            if n == rows.shape[0]:
                rows = np.concatenate((rows, np.empty_like(rows)))
                columns = np.concatenate((columns, np.empty_like(columns)))
                areas = np.concatenate((areas, np.empty_like(areas)))
            rows[n], columns[n], areas[n] = i, near[k], area
            n += 1
    return rows[:n], columns[:n], areas[:n]


@kernel
def paired_rectangle_intersections(a, b):
    """Shared areas of rectangle n of a and rectangle n of b: (N, 7), (N, 7) -> (N,)."""
    shared = np.empty(a.shape[0])
    polygon, clipped = np.empty((16, 2)), np.empty((16, 2))
    for n in range(a.shape[0]):
        shared[n] = rectangle_intersection(a, n, b, n, polygon, clipped)
    return shared


@kernel
def suppress(rectangles, order, threshold):
    """Keep the best rectangle, drop those that overlap it by more than a threshold, go on with the best of the rest.

    rectangles (N, 7), order (N,) int64 from the best to the worst -> kept (K,) int64, from the best to the worst.
    """
    n_boxes = order.shape[0]
    ordered = rectangles[order]
    x, y, radius = ordered[:, 0].copy(), ordered[:, 1].copy(), ordered[:, 6].copy()
    near = np.empty(n_boxes + 1, np.int64)
    polygon, clipped = np.empty((16, 2)), np.empty((16, 2))
    dropped = np.zeros(n_boxes, np.bool_)
    kept = np.empty(n_boxes, np.int64)
    n_kept = 0
    for i in range(n_boxes):
        if dropped[i]:
            continue
        kept[n_kept] = order[i]
        n_kept += 1
        area = 4.0 * ordered[i, 4] * ordered[i, 5]
        for k in range(near_rectangles(ordered, i, x[i + 1 :], y[i + 1 :], radius[i + 1 :], near)):
            j = i + 1 + near[k]
            if dropped[j]:
                continue
            shared = rectangle_intersection(ordered, i, ordered, j, polygon, clipped)
            # Without a division: shared / union > threshold.
            dropped[j] = shared > threshold * (area + 4.0 * ordered[j, 4] * ordered[j, 5] - shared)
    return kept[:n_kept]
