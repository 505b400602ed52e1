"""How far a point in space may be drawn from where it is, in pixels: the sigma of a pose as a person sees it."""

from __future__ import annotations

import numpy as np

from calib.estimation.tangent import cross_matrices
from calib.lenses.models import lens_parameters, project_with_derivatives
from calib.targets.detections import Floats
from sensorann.geometry import Camera, Transform

DEPTHS = (10.0, 30.0, 60.0)


def pose_sigmas(
    camera: Camera, target_from_camera: Transform, covariance: Floats, *, pixels: Floats, depth: float
) -> Floats:
    """Standard deviations (N,) along the worse direction of points of the other sensor, drawn at pixels.

    Parameters
    ----------
    camera : Camera
    target_from_camera : Transform
    covariance : (6, 6) of it, as in `Estimate`
    pixels : (N, 2)
    depth : metres along the rays

    Returns
    -------
    (N,) pixels; NaN where the lens images nothing
    """
    points = camera.unproject(pixels) * depth
    imaged = np.isfinite(points).all(axis=1)
    _, by_points, _ = project_with_derivatives(points[imaged], lens_parameters(camera), model=camera.model)
    back = target_from_camera.rotation.T
    # A point stays in the frame of the target while the camera moves by Exp(w) and a shift: it moves the other way.
    turned = target_from_camera.rotate(points[imaged])
    by_turn, by_shift = back @ cross_matrices(turned), np.broadcast_to(-back, (len(turned), 3, 3))
    by_pose = by_points @ np.concatenate([by_turn, by_shift], axis=2)
    sigmas = np.full(len(pixels), np.nan)
    spreads = by_pose @ covariance @ by_pose.transpose(0, 2, 1)
    sigmas[imaged] = np.sqrt(np.linalg.eigvalsh(spreads)[:, 1])
    return sigmas
