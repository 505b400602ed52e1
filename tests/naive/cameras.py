"""Points on pictures."""

import numpy as np


def project_pinhole(point, matrix, distortion):
    """Pixel of one point in the camera frame, after the formulas of OpenCV's manual; no limits."""
    k1, k2, p1, p2, k3, k4, k5, k6 = [*distortion, *[0.0] * (8 - len(distortion))]
    x, y = point[0] / point[2], point[1] / point[2]
    r2 = x**2 + y**2
    radial = (1 + k1 * r2 + k2 * r2**2 + k3 * r2**3) / (1 + k4 * r2 + k5 * r2**2 + k6 * r2**3)
    bent = [
        x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x**2),
        y * radial + p1 * (r2 + 2 * y**2) + 2 * p2 * x * y,
        1.0,
    ]
    return (matrix @ bent)[:2]


def project_fisheye(point, matrix, distortion):
    """Pixel of one point in the camera frame by the equidistant model with a polynomial; no limits."""
    off_axis = np.hypot(point[0], point[1])
    angle = np.arctan2(off_axis, point[2])
    bent = angle * (1 + sum(k * angle ** (2 * i + 2) for i, k in enumerate(distortion)))
    direction = point[:2] / off_axis if off_axis > 0 else np.zeros(2)
    return (matrix @ [*(bent * direction), 1.0])[:2]
