"""Detections over time."""

import numpy as np


def constant_velocity_filter(seconds, boxes, noises):
    """State (10,) and covariance (10, 10) after filtering boxes (N, 9) with filterpy, as `track_filter` lays them out.

    Headings must stay within a right angle of each other.
    """
    from filterpy.kalman import KalmanFilter

    filtered = KalmanFilter(dim_x=10, dim_z=7)
    filtered.H = np.eye(7, 10)
    filtered.R = np.diag([noises[4], noises[4], noises[5], noises[6], *noises[[7, 7, 7]]])
    filtered.x = np.concatenate([boxes[0, :7], np.zeros(3)])
    filtered.P = np.diag([*np.diag(filtered.R), noises[8], noises[8], noises[9]])
    velocity = {"R": np.eye(2) * noises[10], "H": np.eye(2, 10, k=7)}
    if not np.isnan(boxes[0, 7]):
        filtered.update(boxes[0, 7:], **velocity)
    for i in range(1, len(boxes)):
        h = seconds[i] - seconds[i - 1]
        transition, noise = np.eye(10), np.zeros((10, 10))
        for axis, q in enumerate((noises[0], noises[0], noises[1])):
            transition[axis, 7 + axis] = h
            noise[np.ix_([axis, 7 + axis], [axis, 7 + axis])] = q * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]])
        noise[3, 3] = noises[2] * h
        noise[4:7, 4:7] = np.eye(3) * noises[3] * h
        filtered.predict(F=transition, Q=noise)
        filtered.update(boxes[i, :7])
        if not np.isnan(boxes[i, 7]):
            filtered.update(boxes[i, 7:], **velocity)
    return filtered.x, filtered.P


def misfit(end, begin, gap, noises):
    """-2 log density, less a constant, of the first state of a piece (filtered back in time) `gap` s after another."""
    h, q = gap, noises[0]
    transition = np.array([[1, h], [0, 1]])
    before = np.array([[end[10], end[11]], [end[11], end[12]]])
    after = np.array([[begin[10], -begin[11]], [-begin[11], begin[12]]])
    spread = transition @ before @ transition.T + q * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]]) + after
    total = 2 * np.log(np.linalg.det(spread))
    for axis in range(2):
        carried = transition @ end[[axis, 7 + axis]]
        miss = np.array([begin[axis], -begin[7 + axis]]) - carried
        total += miss @ np.linalg.inv(spread) @ miss
    return total


def distance_iou(a, b, ious, *, hull_weight, distance_weight):
    """Rotated generalised distance IoU (N, M) of footprints, given their IoU: hulls and spans by shapely."""
    from shapely.geometry import MultiPoint

    result = np.empty((len(a), len(b)))
    for i, j in np.ndindex(result.shape):
        # The corners of the bottom face, seen from above.
        first, second = a.corners()[i, [0, 1, 4, 5], :2], b.corners()[j, [0, 1, 4, 5], :2]
        hull = MultiPoint(np.concatenate([first, second])).convex_hull.area
        areas = a.sizes[i, :2].prod() + b.sizes[j, :2].prod()
        union = areas / (1 + ious[i, j])
        span = np.linalg.norm(first[:, None] - second[None], axis=2).max()
        distance = np.linalg.norm(a.centers[i, :2] - b.centers[j, :2])
        result[i, j] = ious[i, j] - hull_weight * (hull - union) / hull - distance_weight * distance / span
    return result


def closeness(a, b, ahead, aside):
    """1 less the distance (N, M) of the centres in the axes of boxes `a`, as shares of the half axes of an ellipse."""
    result = np.empty((len(a), len(b)))
    for i, j in np.ndindex(result.shape):
        c, s = np.cos(a[i, 3]), np.sin(a[i, 3])
        place = np.array([[c, s], [-s, c]]) @ (b[j, :2] - a[i, :2]) / [ahead[i], aside]
        result[i, j] = 1 - np.linalg.norm(place) if np.linalg.norm(place) <= 1 else -np.inf
    return result
