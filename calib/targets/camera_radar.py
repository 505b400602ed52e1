"""Camera and radar from corner reflectors, or from boards that carry one.

A radar without elevation measures two numbers of a reflector. A camera that sees one as a pixel leaves one equation per
target, and needs a prior; one that finds the pose of a board with a reflector behind it tells a point in space, and
leaves two.
"""

from __future__ import annotations

from collections.abc import Sequence

from calib.estimation.estimate import Estimate, estimate
from calib.estimation.problem import Prior, single_points
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.targets.detections import PointDetections
from calib.targets.pixel_detections import PixelDetections
from calib.targets.radar_detections import RadarDetections
from sensorann.errors import CalibrationError


def calibrate_camera_radar(
    camera: PixelDetections | PointDetections,
    radar: RadarDetections,
    *,
    names: Sequence[str] | None = None,
    prior: Prior | None = None,
    frames: tuple[str, str] = ("camera", "radar"),
) -> Estimate:
    """Estimate where a camera sits in the frame of a radar.

    Parameters
    ----------
    camera : pixels of reflectors, or reflectors placed in the camera frame by the boards that carry them
    radar : the same reflectors in the same order
    names : of the targets
    prior : radar_from_camera and its covariance, of a drawing; required with pixels
    frames : names of the frames of camera and radar

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
            f"pixels of {frames[0]} with {frames[1]} leave one equation per reflector and no place to start: "
            "give a prior from a drawing, or use boards whose pose the camera finds"
        )
    problem = single_points(camera, radar, source_name=frames[0], target_name=frames[1], names=names, prior=prior)
    return estimate(problem, FORWARD_FROM_CAMERA, kind="reflector")
