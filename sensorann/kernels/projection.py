"""Pixels from points and rays from pixels, for lenses after Brown-Conrady and Kannala-Brandt.

Points may be float32 or float64 and pixels come out alike; everything between is float64. Rows are read and written
through flat views: only there the compiler knows the distance between rows, and can use the vector units.
"""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def project_pinhole(points, rotation, translation, focal, center, numerator, denominator, tangential, r2_limit):
    """Project through a Brown-Conrady lens.

    points (N, 3), rotation (3, 3), translation (3,), focal (2,), center (2,), numerator (4,) = 1 k1 k2 k3,
    denominator (4,) = 1 k4 k5 k6, tangential (2,) = p1 p2, r2_limit: largest squared radius before distortion
    -> (N, 2) pixels, NaN behind the camera and beyond the limit.
    """
    pixels = np.empty((points.shape[0], 2), points.dtype)
    flat_points, flat_pixels = points.reshape(-1), pixels.reshape(-1)
    k1, k2, k3 = numerator[1], numerator[2], numerator[3]
    k4, k5, k6 = denominator[1], denominator[2], denominator[3]
    p1, p2 = tangential[0], tangential[1]
    r00, r01, r02, t0 = rotation[0, 0], rotation[0, 1], rotation[0, 2], translation[0]
    r10, r11, r12, t1 = rotation[1, 0], rotation[1, 1], rotation[1, 2], translation[1]
    r20, r21, r22, t2 = rotation[2, 0], rotation[2, 1], rotation[2, 2], translation[2]
    fx, fy, cx, cy = focal[0], focal[1], center[0], center[1]
    for i in range(points.shape[0]):
        px, py, pz = flat_points[3 * i], flat_points[3 * i + 1], flat_points[3 * i + 2]
        depth = r20 * px + r21 * py + r22 * pz + t2
        in_front = depth > 0.0
        inverse_depth = 1.0 / (depth if in_front else 1.0)
        x = (r00 * px + r01 * py + r02 * pz + t0) * inverse_depth
        y = (r10 * px + r11 * py + r12 * pz + t1) * inverse_depth
        xx, xy, yy = x * x, x * y, y * y
        r2 = xx + yy
        # Beyond the limit the lens folds far points back into the picture; also False for NaN.
        imaged = in_front & (r2 <= r2_limit)
        r2 = r2 if imaged else 0.0
        radial = (1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1.0 + r2 * (k4 + r2 * (k5 + r2 * k6)))
        u = fx * (x * radial + 2.0 * p1 * xy + p2 * (r2 + 2.0 * xx)) + cx
        v = fy * (y * radial + p1 * (r2 + 2.0 * yy) + 2.0 * p2 * xy) + cy
        flat_pixels[2 * i] = u if imaged else np.nan
        flat_pixels[2 * i + 1] = v if imaged else np.nan
    return pixels


@kernel
def project_fisheye(points, rotation, translation, focal, center, coefficients, angle_limit):
    """Project through a Kannala-Brandt lens.

    points (N, 3), rotation (3, 3), translation (3,), focal (2,), center (2,), coefficients (4,) = k1 k2 k3 k4,
    angle_limit: largest angle from the axis -> (N, 2) pixels, NaN beyond the limit.
    """
    pixels = np.empty((points.shape[0], 2), points.dtype)
    k1, k2, k3, k4 = coefficients[0], coefficients[1], coefficients[2], coefficients[3]
    for i in range(points.shape[0]):
        px, py, pz = points[i, 0], points[i, 1], points[i, 2]
        x = rotation[0, 0] * px + rotation[0, 1] * py + rotation[0, 2] * pz + translation[0]
        y = rotation[1, 0] * px + rotation[1, 1] * py + rotation[1, 2] * pz + translation[1]
        depth = rotation[2, 0] * px + rotation[2, 1] * py + rotation[2, 2] * pz + translation[2]
        off_axis = math.sqrt(x * x + y * y)
        angle = math.atan2(off_axis, depth)
        # Straight behind the camera there is no direction to bend to. Infinity has an angle but no place.
        if not (angle <= angle_limit and (off_axis > 0.0 or depth > 0.0) and off_axis + abs(depth) < np.inf):
            pixels[i, 0] = pixels[i, 1] = np.nan
            continue
        a2 = angle * angle
        distorted = angle * (1.0 + a2 * (k1 + a2 * (k2 + a2 * (k3 + a2 * k4))))
        scale = distorted / off_axis if off_axis > 0.0 else 0.0
        pixels[i, 0] = focal[0] * x * scale + center[0]
        pixels[i, 1] = focal[1] * y * scale + center[1]
    return pixels


@kernel
def _radial(r2, numerator, denominator):
    """Radial factor and its derivative by the squared radius."""
    top = numerator[0] + r2 * (numerator[1] + r2 * (numerator[2] + r2 * numerator[3]))
    top_slope = numerator[1] + r2 * (2.0 * numerator[2] + r2 * 3.0 * numerator[3])
    bottom = denominator[0] + r2 * (denominator[1] + r2 * (denominator[2] + r2 * denominator[3]))
    bottom_slope = denominator[1] + r2 * (2.0 * denominator[2] + r2 * 3.0 * denominator[3])
    factor = top / bottom
    return factor, (top_slope - factor * bottom_slope) / bottom


@kernel
def _radius_from_distorted(distorted, limit, numerator, denominator):
    """Radius before distortion, by bisection: the radius after it grows steadily up to the limit."""
    low, high = 0.0, limit
    for _ in range(60):
        middle = 0.5 * (low + high)
        factor, _slope = _radial(middle * middle, numerator, denominator)
        if middle * factor < distorted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def unproject_pinhole(pixels, focal, center, numerator, denominator, tangential, r2_limit, tolerance):
    """Find the rays of pixels by Newton's method in the plane, started from the inverse of the radial part.

    All float64; pixels (N, 2), tolerance in pixels, the rest as in `project_pinhole` -> (N, 3) unit rays, NaN where
    there is no inverse.
    """
    rays = np.full((pixels.shape[0], 3), np.nan)
    p1, p2 = tangential[0], tangential[1]
    limit = math.sqrt(r2_limit)
    for i in range(pixels.shape[0]):
        goal_x = (pixels[i, 0] - center[0]) / focal[0]
        goal_y = (pixels[i, 1] - center[1]) / focal[1]
        distorted = math.sqrt(goal_x * goal_x + goal_y * goal_y)
        if not distorted < np.inf:  # also for NaN
            continue
        start = _radius_from_distorted(distorted, limit, numerator, denominator)
        x = goal_x / distorted * start if distorted > 0.0 else 0.0
        y = goal_y / distorted * start if distorted > 0.0 else 0.0
        for _ in range(50):
            r2 = x * x + y * y
            factor, slope = _radial(r2, numerator, denominator)
            miss_x = x * factor + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x) - goal_x
            miss_y = y * factor + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y - goal_y
            # Half of the tolerance: the projection that checks the ray rounds once more.
            if 2.0 * max(abs(miss_x) * focal[0], abs(miss_y) * focal[1]) <= tolerance:
                if r2 <= r2_limit:
                    length = math.sqrt(r2 + 1.0)
                    rays[i, 0], rays[i, 1], rays[i, 2] = x / length, y / length, 1.0 / length
                break
            across = 2.0 * (x * y * slope + p1 * x + p2 * y)
            along_x = factor + 2.0 * x * x * slope + 2.0 * p1 * y + 6.0 * p2 * x
            along_y = factor + 2.0 * y * y * slope + 6.0 * p1 * y + 2.0 * p2 * x
            determinant = along_x * along_y - across * across
            if not determinant > 0.0:
                break
            x -= (along_y * miss_x - across * miss_y) / determinant
            y -= (along_x * miss_y - across * miss_x) / determinant
    return rays


@kernel
def unproject_fisheye(pixels, focal, center, coefficients, angle_limit):
    """Find the rays of pixels by Newton's method on the angle, kept inside a shrinking bracket.

    All float64; pixels (N, 2), the rest as in `project_fisheye` -> (N, 3) unit rays, NaN where there is no inverse.
    """
    rays = np.full((pixels.shape[0], 3), np.nan)
    k1, k2, k3, k4 = coefficients[0], coefficients[1], coefficients[2], coefficients[3]
    for i in range(pixels.shape[0]):
        x = (pixels[i, 0] - center[0]) / focal[0]
        y = (pixels[i, 1] - center[1]) / focal[1]
        distorted = math.sqrt(x * x + y * y)
        low, high = 0.0, angle_limit
        a2 = high * high
        if not distorted <= high * (1.0 + a2 * (k1 + a2 * (k2 + a2 * (k3 + a2 * k4)))):  # also for NaN
            continue
        angle = min(distorted, high)
        for _ in range(100):
            a2 = angle * angle
            miss = angle * (1.0 + a2 * (k1 + a2 * (k2 + a2 * (k3 + a2 * k4)))) - distorted
            if miss > 0.0:
                high = angle
            else:
                low = angle
            slope = 1.0 + a2 * (3.0 * k1 + a2 * (5.0 * k2 + a2 * (7.0 * k3 + a2 * 9.0 * k4)))
            better = angle - miss / slope if slope > 0.0 else low
            if not low < better < high:
                better = 0.5 * (low + high)
            if better == angle or abs(miss) <= 1e-16 * distorted:
                break
            angle = better
        scale = math.sin(angle) / distorted if distorted > 0.0 else 0.0
        rays[i, 0], rays[i, 1], rays[i, 2] = x * scale, y * scale, math.cos(angle)
    return rays
