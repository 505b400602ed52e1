"""LiDAR and radar from corner reflectors: the equations of camera and radar, with points in space on the one side."""

from __future__ import annotations

from collections.abc import Sequence

from calib.estimation.estimate import Estimate, estimate
from calib.estimation.problem import Prior, single_points
from calib.targets.detections import PointDetections
from calib.targets.radar_detections import RadarDetections
from sensorann.geometry import Transform


def calibrate_lidar_radar(
    lidar: PointDetections,
    radar: RadarDetections,
    *,
    names: Sequence[str] | None = None,
    prior: Prior | None = None,
    frames: tuple[str, str] = ("lidar", "radar"),
) -> Estimate:
    """Estimate where a LiDAR sits in the frame of a radar.

    Parameters
    ----------
    lidar : reflectors, as found in the sweeps (x forward, y left, z up, unless a prior says otherwise)
    radar : the same reflectors in the same order
    names : of the targets
    prior : radar_from_lidar and its covariance, of a drawing
    frames : names of the frames of lidar and radar

    Returns
    -------
    Estimate, whose target_from_source is radar_from_lidar

    Raises
    ------
    CalibrationError
        When the targets are too few, or do not agree.
    """
    problem = single_points(lidar, radar, source_name=frames[0], target_name=frames[1], names=names, prior=prior)
    return estimate(problem, Transform.identity(), kind="reflector")
