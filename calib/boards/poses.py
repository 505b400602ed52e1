"""Where a board stands before a camera, from its corners in one picture, and how well that tells its outline."""

from __future__ import annotations

import cv2
import numpy as np

from calib.estimation.tangent import cross_matrices, rotation_from_vector
from calib.lenses.models import lens_parameters, project_with_derivatives
from calib.targets.detections import Floats, PointDetections
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera, Transform

_LEAST_CORNERS = 4
# Corners are found to a few hundredths of a pixel; lens and board are not flat to that.
_LEAST_NOISE_PX = 0.1
# Four holes leave two equations, whose residuals may be small by chance: this is known before, as if from four more.
_USUAL_NOISE_PX, _KNOWN_AS_FROM = 0.3, 4


def board_pose(camera: Camera, board: Floats, pixels: Floats) -> Transform:
    """Return camera_from_board.

    Parameters
    ----------
    camera : Camera
    board : (C, 3), corners in the board frame, z = 0
    pixels : (C, 2), where they are seen; NaN where not

    Raises
    ------
    CalibrationError
        When the lens images too few of the pixels.
    """
    rays = camera.unproject(pixels)
    seen = rays[:, 2] > 0
    if np.count_nonzero(seen) < _LEAST_CORNERS:
        raise CalibrationError(f"the lens images {np.count_nonzero(seen)} of {len(pixels)} corners of a board")
    plane = rays[seen, :2] / rays[seen, 2:]
    _, rotation, translation = cv2.solvePnP(board[seen], plane[:, None], np.eye(3), np.zeros(0))
    return Transform(rotation_from_vector(rotation[:, 0]), np.asarray(translation[:, 0], np.float64))


def outline_before_camera(camera: Camera, board: Floats, pixels: Floats, outline: Floats) -> PointDetections:
    """Place points of a board that were not seen, such as its outer corners, by those that were.

    Parameters
    ----------
    camera, board, pixels : as in `board_pose`
    outline : (K, 3), in the board frame

    Returns
    -------
    PointDetections in the camera frame, with what the residuals of the corners tell of their noise
    """
    pose = board_pose(camera, board, pixels)
    seen = np.isfinite(pixels).all(axis=1)
    board, pixels = board[seen], pixels[seen]
    turned = pose.rotate(board)
    at, by_points, _ = project_with_derivatives(turned + pose.translation, lens_parameters(camera), model=camera.model)
    freedom = 2 * len(pixels) - 6 + _KNOWN_AS_FROM
    squares = float(((at - pixels) ** 2).sum()) + _KNOWN_AS_FROM * _USUAL_NOISE_PX**2
    noise = max(float(np.sqrt(squares / freedom)), _LEAST_NOISE_PX)
    by_pose = np.concatenate([-by_points @ cross_matrices(turned), by_points], axis=2).reshape(-1, 6)
    covariance = np.linalg.inv(by_pose.T @ by_pose) * noise**2
    turned_outline = pose.rotate(outline)
    moves = np.concatenate([-cross_matrices(turned_outline), np.tile(np.eye(3), (len(outline), 1, 1))], axis=2)
    # Six numbers move all points: without a little of their own the covariance of the points has no inverse.
    own = 1e-6 * np.eye(3)
    return PointDetections(turned_outline + pose.translation, moves @ covariance @ moves.transpose(0, 2, 1) + own)
