"""Where the sensors sit, how sure we are, and which directions the targets cannot tell."""

from calib.camera import calibrate_camera
from calib.camera_lidar import calibrate_camera_lidar
from calib.camera_radar import calibrate_camera_radar
from calib.detections import PointDetections
from calib.drift import find_drift
from calib.estimate import Estimate, estimate
from calib.labelled import labelled_pairs
from calib.lidar_radar import calibrate_lidar_radar
from calib.pixel_detections import PixelDetections
from calib.problem import Prior, Problem
from calib.radar_detections import RadarDetections
from calib.radar_ego import calibrate_radar_ego

__all__ = [
    "Estimate",
    "PixelDetections",
    "PointDetections",
    "Prior",
    "Problem",
    "RadarDetections",
    "calibrate_camera",
    "calibrate_camera_lidar",
    "calibrate_camera_radar",
    "calibrate_lidar_radar",
    "calibrate_radar_ego",
    "estimate",
    "find_drift",
    "labelled_pairs",
]
