"""Pixels of points with their derivatives by the point and by the lens, for OpenCV's two models."""

from __future__ import annotations

import numpy as np

from calib.targets.detections import Floats
from sensorann.geometry import Camera
from sensorann.geometry.cameras import CameraModel

N_FOCAL = 4


def lens_parameters(camera: Camera) -> Floats:
    """Return fx, fy, cx, cy and the distortion coefficients (4 + n,)."""
    return np.concatenate([camera.matrix[[0, 1], [0, 1]], camera.matrix[:2, 2], camera.distortion])


def camera_of(parameters: Floats, *, model: CameraModel, size: tuple[int, int]) -> Camera:
    """Return the camera with fx, fy, cx, cy and distortion coefficients (4 + n,)."""
    fx, fy, cx, cy = parameters[:N_FOCAL]
    matrix = np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])
    return Camera(matrix=matrix, size=size, distortion=parameters[N_FOCAL:], model=model)


def project_with_derivatives(
    points: Floats, parameters: Floats, *, model: CameraModel
) -> tuple[Floats, Floats, Floats]:
    """Project points with derivatives.

    Parameters
    ----------
    points : (N, 3), metres, camera frame
    parameters : (4 + n,), fx, fy, cx, cy and the distortion coefficients, in the order of `Camera`
    model : as in `Camera`

    Returns
    -------
    pixels (N, 2); their derivatives by the points (N, 2, 3) and by the parameters (N, 2, 4 + n)
    """
    focal, center, coefficients = parameters[:2], parameters[2:N_FOCAL], parameters[N_FOCAL:]
    distort = _distort_fisheye if model == "fisheye" else _distort_pinhole
    distorted, by_points, by_coefficients = distort(points, coefficients)
    by_parameters = np.zeros((len(points), 2, len(parameters)))
    by_parameters[:, [0, 1], [0, 1]] = distorted
    by_parameters[:, [0, 1], [2, 3]] = 1.0
    by_parameters[:, :, N_FOCAL:] = focal[:, None] * by_coefficients
    return distorted * focal + center, focal[:, None] * by_points, by_parameters


def _distort_pinhole(points: Floats, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
    """Brown-Conrady with OpenCV's rational radial factor, on the plane z = 1."""
    k1, k2, p1, p2, k3, k4, k5, k6 = np.concatenate([coefficients, np.zeros(8 - len(coefficients))])
    x, y = points[:, 0] / points[:, 2], points[:, 1] / points[:, 2]
    r2 = x * x + y * y
    top = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    bottom = 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
    radial = top / bottom
    # By r squared; d(r squared) = 2 x dx + 2 y dy.
    slope = (k1 + r2 * (2 * k2 + 3 * r2 * k3) - radial * (k4 + r2 * (2 * k5 + 3 * r2 * k6))) / bottom
    u = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
    v = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
    mixed = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y
    by_plane = np.empty((len(points), 2, 2))
    by_plane[:, 0, 0] = radial + 2 * x * x * slope + 2 * p1 * y + 6 * p2 * x
    by_plane[:, 0, 1] = by_plane[:, 1, 0] = mixed
    by_plane[:, 1, 1] = radial + 2 * y * y * slope + 6 * p1 * y + 2 * p2 * x
    plane = np.zeros((len(points), 2, 3))
    plane[:, 0, 0] = plane[:, 1, 1] = 1 / points[:, 2]
    plane[:, 0, 2], plane[:, 1, 2] = -x / points[:, 2], -y / points[:, 2]
    xy = np.stack([x, y], axis=1)
    up = [xy * (power / bottom)[:, None] for power in (r2, r2**2, r2**3)]
    down = [-xy * (radial * power / bottom)[:, None] for power in (r2, r2**2, r2**3)]
    tangential = [
        np.stack([2 * x * y, r2 + 2 * y * y], axis=1),
        np.stack([r2 + 2 * x * x, 2 * x * y], axis=1),
    ]
    by_coefficients = np.stack([up[0], up[1], *tangential, up[2], *down], axis=2)
    return np.stack([u, v], axis=1), by_plane @ plane, by_coefficients[:, :, : len(coefficients)]


def _distort_fisheye(points: Floats, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
    """Kannala-Brandt: the angle from the axis, bent by an odd polynomial."""
    bent = np.concatenate([coefficients, np.zeros(4 - len(coefficients))])
    x, y, z = points.T
    flat = np.maximum(np.hypot(x, y), 1e-12)
    angle = np.arctan2(flat, z)
    powers = np.stack([angle ** (2 * i + 3) for i in range(4)], axis=1)
    radius = angle + powers @ bent
    slope = 1 + np.stack([(2 * i + 3) * angle ** (2 * i + 2) for i in range(4)], axis=1) @ bent
    direction = points[:, :2] / flat[:, None]
    # The angle grows along the direction and falls with z; across it only the direction turns.
    by_angle = np.concatenate([direction * z[:, None], -flat[:, None]], axis=1) / (flat**2 + z**2)[:, None]
    turn = np.zeros((len(points), 2, 3))
    turn[:, :, :2] = (np.eye(2) - direction[:, :, None] * direction[:, None, :]) / flat[:, None, None]
    by_points = direction[:, :, None] * (slope[:, None] * by_angle)[:, None, :] + radius[:, None, None] * turn
    by_coefficients = direction[:, :, None] * powers[:, None, : len(coefficients)]
    return direction * radius[:, None], by_points, by_coefficients
