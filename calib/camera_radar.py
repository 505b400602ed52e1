"""Camera and radar from corner reflectors, or from boards that carry one.

A radar without elevation measures two numbers of a reflector. A camera that sees one as a pixel leaves one equation per
target, and needs a prior; one that finds the pose of a board with a reflector behind it tells a point in space, and
leaves two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calib.detections import PointDetections
from calib.estimate import Estimate, estimate
from calib.pixel_detections import PixelDetections
from calib.problem import Prior, Problem
from calib.radar_detections import RadarDetections
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

# Radar axes (x forward, y left, z up) from camera axes (x right, y down, z forward), both looking the same way.
RADAR_FROM_FORWARD_CAMERA = Transform(np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], np.float64), np.zeros(3))


def calibrate_camera_radar(
    camera: PixelDetections | PointDetections,
    radar: RadarDetections,
    *,
    names: Sequence[str] | None = None,
    prior: Prior | None = None,
    camera_name: str = "camera",
    radar_name: str = "radar",
) -> Estimate:
    """Estimate where a camera sits in the frame of a radar.

    Parameters
    ----------
    camera : pixels of reflectors, or reflectors placed in the camera frame by the boards that carry them
    radar : the same reflectors in the same order
    names : of the targets
    prior : radar_from_camera and its covariance, of a drawing; required with pixels
    camera_name, radar_name : names of the frames

    Returns
    -------
    Estimate, whose target_from_source is radar_from_camera

    Raises
    ------
    CalibrationError
        When the targets are too few, do not agree, or are pixels without a prior.
    """
    if prior is None and isinstance(camera, PixelDetections):
        raise CalibrationError(
            f"pixels of {camera_name} with {radar_name} leave one equation per reflector and no place to start: "
            "give a prior from a drawing, or use boards whose pose the camera finds"
        )
    problem = Problem(
        source=camera,
        target=radar,
        source_name=camera_name,
        target_name=radar_name,
        groups=np.arange(len(radar)),
        names=tuple(names) if names is not None else tuple(map(str, range(len(radar)))),
        prior=prior,
    )
    return estimate(problem, RADAR_FROM_FORWARD_CAMERA, kind="reflector")
