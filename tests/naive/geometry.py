"""Points and boxes."""

import numpy as np


def points_in_cuboid(points, center, rotation, size):
    """Mask of the points inside one box: subtract in float64, project onto each axis in turn, compare."""
    dx, dy, dz = (points.astype(np.float64) - center).T
    inside = np.ones(len(points), bool)
    for axis in range(3):
        along = rotation[0, axis] * dx + rotation[1, axis] * dy + rotation[2, axis] * dz
        inside &= np.abs(along) <= size[axis] / 2
    return inside


def voxels(points, edge):
    """Points of each voxel, in the order in which the voxels are first met."""
    rows_of_voxel = {}
    for row, point in enumerate(points.astype(np.float64)):
        if np.isfinite(point).all():
            rows_of_voxel.setdefault(tuple(np.floor(point / edge)), []).append(row)
    return list(rows_of_voxel.values())


def clusters(points, distance):
    """Labels of single linkage by flooding from one point after the other; -1 for points that are not finite."""
    points = points.astype(np.float64)
    labels = np.full(len(points), -1)
    finite = np.isfinite(points).all(axis=1)
    n_clusters = 0
    for seed in range(len(points)):
        if labels[seed] >= 0 or not finite[seed]:
            continue
        front = [seed]
        while front:
            row = front.pop()
            labels[row] = n_clusters
            dx, dy, dz = (points[row] - np.where(finite[:, None], points, np.inf)).T
            reached = dx * dx + dy * dy + dz * dz <= distance * distance
            front.extend(np.flatnonzero(reached & (labels < 0)))
        n_clusters += 1
    return labels


def footprint(center, size, yaw):
    """Rectangle of a box seen from above, as a shapely polygon."""
    import shapely

    turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    return shapely.Polygon(signs * size[:2] / 2 @ turn.T + center[:2])


def footprint_iou(one, other):
    """Intersection over union of two shapely polygons."""
    shared = one.intersection(other).area
    return shared / (one.area + other.area - shared)


def shared_volume(one_corners, other_corners):
    """Volume that two convex solids share: the hull of the vertices of the intersection of their half-spaces.

    A point deep inside both is found by linear programming; without one the solids share nothing.
    """
    from scipy.optimize import linprog
    from scipy.spatial import ConvexHull, HalfspaceIntersection

    planes = np.vstack([ConvexHull(one_corners).equations, ConvexHull(other_corners).equations])
    # The largest ball inside: maximise its radius under normal * x + radius <= -offset.
    deepest = linprog(
        [0, 0, 0, -1], A_ub=np.column_stack([planes[:, :3], np.ones(len(planes))]), b_ub=-planes[:, 3],
        bounds=[(None, None)] * 3 + [(0, None)],
    )  # fmt: skip
    if deepest.status != 0 or deepest.x[3] < 1e-7:
        return 0.0
    vertices = HalfspaceIntersection(planes, deepest.x[:3]).intersections
    return ConvexHull(vertices, qhull_options="QJ").volume


def suppress(overlaps, scores, threshold):
    """Rows kept by greedy suppression, given the overlaps (N, N) of all pairs."""
    waiting = sorted(range(len(scores)), key=lambda row: -scores[row])
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(best)
        waiting = [row for row in waiting if overlaps[best, row] <= threshold]
    return kept


def deskew(points, offsets_ns, timestamp_ns, ego_from_sensor, trajectory):
    """Carry each point into the world at its own instant, and back into the sensor at the one instant."""
    sensor_from_world = (trajectory.at(timestamp_ns) @ ego_from_sensor).inverse()
    moved = [
        (sensor_from_world @ trajectory.at(timestamp_ns + int(offset)) @ ego_from_sensor).apply(point)
        for point, offset in zip(points, offsets_ns, strict=True)
    ]
    return np.array(moved).reshape(-1, 3)


def nested_stays(points, seed, gaps):
    labels = [clusters(points, gap) for gap in gaps]
    return np.sum([of_gap == of_gap[seed] for of_gap in labels], axis=0)
