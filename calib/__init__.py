"""Where the sensors sit, how sure we are, and which directions the targets cannot tell."""

from calib.camera_radar import calibrate_camera_radar
from calib.detections import PointDetections
from calib.estimate import Estimate, estimate
from calib.pixel_detections import PixelDetections
from calib.problem import Prior, Problem
from calib.radar_detections import RadarDetections

__all__ = [
    "Estimate",
    "PixelDetections",
    "PointDetections",
    "Prior",
    "Problem",
    "RadarDetections",
    "calibrate_camera_radar",
    "estimate",
]
