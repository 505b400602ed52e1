"""Camera and LiDAR from points that both place: the hole centres or corners of boards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from calib.estimation.estimate import Estimate, estimate
from calib.estimation.problem import Prior, Problem
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.targets.detections import PointDetections
from calib.targets.pixel_detections import PixelDetections
from sensorann.errors import CalibrationError
from sensorann.geometry.arrays import as_array


def calibrate_camera_lidar(
    camera: PointDetections | PixelDetections,
    lidar: PointDetections,
    *,
    boards: ArrayLike,
    names: Sequence[str] | None = None,
    prior: Prior | None = None,
    frames: tuple[str, str] = ("camera", "lidar"),
) -> Estimate:
    """Estimate where a camera sits in the frame of a LiDAR.

    Parameters
    ----------
    camera : points of boards: placed by the board's pose, or as pixels
    lidar : the same points in the same order, as found in the sweeps
    boards : (N,) int, number of the board that each point is on, from 0: a board is kept or rejected as a whole
    names : of the boards
    prior : lidar_from_camera and its covariance; required with pixels
    frames : names of the frames of camera and lidar

    Returns
    -------
    Estimate, whose target_from_source is lidar_from_camera

    Raises
    ------
    CalibrationError
        When the boards are too few, do not agree, or are pixels without a prior.
    """
    if prior is None and isinstance(camera, PixelDetections):
        raise CalibrationError(f"pixels of {frames[0]} give {frames[1]} no place to start: give a prior")
    groups = as_array(boards, (len(lidar),), np.intp, name="boards")
    n_boards = int(groups.max(initial=-1)) + 1
    problem = Problem(
        source=camera,
        target=lidar,
        source_name=frames[0],
        target_name=frames[1],
        groups=groups,
        names=tuple(names) if names is not None else tuple(map(str, range(n_boards))),
        prior=prior,
    )
    return estimate(problem, FORWARD_FROM_CAMERA, kind="board")
