"""Where the sensors sit, how sure we are, and which directions the targets cannot tell."""

from calib.board_clouds import find_board_in_cloud
from calib.board_pairs import calibrate_boards
from calib.camera import calibrate_camera
from calib.camera_edges import refine_camera
from calib.camera_lidar import calibrate_camera_lidar
from calib.camera_radar import calibrate_camera_radar
from calib.clocks import find_delay
from calib.detections import PointDetections
from calib.drift import find_drift
from calib.estimate import Estimate, estimate
from calib.hand_eye import calibrate_hand_eye
from calib.joint import join
from calib.labelled import labelled_pairs
from calib.lidar_drive import calibrate_lidars_of_drive
from calib.lidar_lidar import calibrate_lidar_lidar
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
    "calibrate_boards",
    "calibrate_camera",
    "calibrate_camera_lidar",
    "calibrate_camera_radar",
    "calibrate_hand_eye",
    "calibrate_lidar_lidar",
    "calibrate_lidar_radar",
    "calibrate_lidars_of_drive",
    "calibrate_radar_ego",
    "estimate",
    "find_board_in_cloud",
    "find_delay",
    "find_drift",
    "join",
    "labelled_pairs",
    "refine_camera",
]
