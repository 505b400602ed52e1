"""Where a camera sits among points whose pixels are known: the start of a search, whatever share of them is wrong."""

from __future__ import annotations

import cv2
import numpy as np

from calib.estimation.tangent import rotation_from_vector
from calib.targets.detections import Floats
from calib.targets.pixel_detections import PixelDetections
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

_LEAST_POINTS = 6
# Of a picture one pixel wide at distance one: about five pixels of a usual camera.
_REACH = 0.005
_TRIES = 500


def resection(seen: PixelDetections, points: Floats) -> Transform:
    """Place a camera among points (N, 3) that its pixels show: returns frame_from_camera.

    Raises
    ------
    CalibrationError
        When there are fewer than six, or no pose brings most of them together.
    """
    rays = seen.camera.unproject(seen.pixels)
    ahead = rays[:, 2] > 0.1
    if np.count_nonzero(ahead) < _LEAST_POINTS:
        raise CalibrationError(
            f"{np.count_nonzero(ahead)} pixels show points that the other sensor places, {_LEAST_POINTS} are needed "
            "without a drawing"
        )
    flat = rays[ahead, :2] / rays[ahead, 2:]
    found, turn, shift, fitting = cv2.solvePnPRansac(
        points[ahead], flat, np.eye(3), None, iterationsCount=_TRIES, reprojectionError=_REACH, flags=cv2.SOLVEPNP_EPNP
    )
    n_fitting = 0 if fitting is None else len(fitting)
    if not found or n_fitting <= len(flat) / 2:
        raise CalibrationError(
            f"no pose of the camera images more than {n_fitting} of {len(flat)} points where it saw them: are they the "
            "same targets, and is the lens that of these pictures?"
        )
    rotation = rotation_from_vector(turn[:, 0])
    return Transform(rotation, np.asarray(shift[:, 0], np.float64)).inverse()
