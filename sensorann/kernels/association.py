"""Which predicted boxes may be which detections: gated similarities of the pairs."""

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.overlap import rectangle_intersection
from sensorann.kernels.solids import enclosing_areas


@kernel
def rectangles(boxes, out):
    """Footprints (N, 7), as `sensorann.kernels.overlap` takes them, of boxes (N, >= 7): x, y, z, yaw, length, width."""
    for i in range(boxes.shape[0]):
        half_length, half_width = boxes[i, 4] / 2, boxes[i, 5] / 2
        out[i, 0], out[i, 1] = boxes[i, 0], boxes[i, 1]
        out[i, 2], out[i, 3] = np.cos(boxes[i, 3]), np.sin(boxes[i, 3])
        out[i, 4], out[i, 5] = half_length, half_width
        out[i, 6] = np.hypot(half_length, half_width)


@kernel
def _corners(rectangle, origin_x, origin_y, out):
    """Corners (4, 2) of a rectangle about an origin, around it."""
    x, y = rectangle[0] - origin_x, rectangle[1] - origin_y
    ahead_x, ahead_y = rectangle[2] * rectangle[4], rectangle[3] * rectangle[4]
    left_x, left_y = -rectangle[3] * rectangle[5], rectangle[2] * rectangle[5]
    out[0, 0], out[0, 1] = x + ahead_x - left_x, y + ahead_y - left_y
    out[1, 0], out[1, 1] = x + ahead_x + left_x, y + ahead_y + left_y
    out[2, 0], out[2, 1] = x - ahead_x + left_x, y - ahead_y + left_y
    out[3, 0], out[3, 1] = x - ahead_x - left_x, y - ahead_y - left_y


@kernel
def distance_iou(a, b, hull_weight, distance_weight, reach):
    """Rotated generalised distance IoU of all pairs of footprints that lie near each other.

    IoU, less the share of the convex hull that neither covers, less the distance of the centres per span of the hull:
    boxes that do not overlap still rank by how far apart they are (MCTrack, X. Wang et al., 2024).

    a (N, 7), b (M, 7), weights, reach in metres between the circles around the boxes
    -> (N, M) float64, at most 1; -inf for pairs out of reach
    """
    out = np.full((a.shape[0], b.shape[0]), -np.inf)
    polygon, clipped = np.empty((16, 2)), np.empty((16, 2))
    corners_a, corners_b = np.empty((1, 4, 2)), np.empty((1, 4, 2))
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            dx, dy = b[j, 0] - a[i, 0], b[j, 1] - a[i, 1]
            limit = a[i, 6] + b[j, 6] + reach
            if not dx * dx + dy * dy <= limit * limit:
                continue
            shared = rectangle_intersection(a, i, b, j, polygon, clipped)
            union = 4.0 * (a[i, 4] * a[i, 5] + b[j, 4] * b[j, 5]) - shared
            _corners(a[i], a[i, 0], a[i, 1], corners_a[0])
            _corners(b[j], a[i, 0], a[i, 1], corners_b[0])
            hull = enclosing_areas(corners_a, corners_b)[0, 0]
            span = 0.0
            for k in range(4):
                for m in range(4):
                    span = max(
                        span,
                        np.hypot(corners_a[0, k, 0] - corners_b[0, m, 0], corners_a[0, k, 1] - corners_b[0, m, 1]),
                    )
            out[i, j] = (
                shared / union
                - hull_weight * (hull - union) / hull
                - distance_weight * np.sqrt(dx * dx + dy * dy) / span
            )
    return out


@kernel
def closeness(a, b, ahead, aside):
    """How near the centres of footprints are, 1 at one place and 0 on an ellipse around the first, along its heading.

    a (N, 7), b (M, 7), half axes of the ellipse ahead (N,) and aside (float), metres -> (N, M); -inf outside
    """
    out = np.full((a.shape[0], b.shape[0]), -np.inf)
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            dx, dy = b[j, 0] - a[i, 0], b[j, 1] - a[i, 1]
            along, across = a[i, 2] * dx + a[i, 3] * dy, a[i, 2] * dy - a[i, 3] * dx
            distance = np.hypot(along / ahead[i], across / aside)
            if distance <= 1.0:
                out[i, j] = 1.0 - distance
    return out
