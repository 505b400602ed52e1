"""Where the sensors sit, how sure we are, and which directions the targets cannot tell."""

from calib.boards.clouds import find_board_in_cloud
from calib.boards.pairs import calibrate_boards
from calib.drift.finding import find_drift
from calib.drift.labelled import labelled_pairs
from calib.drift.radar import find_radar_drift
from calib.drift.returns import labelled_returns
from calib.edges.camera_edges import refine_camera
from calib.estimation.estimate import Estimate, estimate
from calib.estimation.problem import Prior, Problem
from calib.lenses.camera import calibrate_camera
from calib.lidars.drive import calibrate_lidars_of_drive
from calib.lidars.lidar_lidar import calibrate_lidar_lidar
from calib.motion.clocks import find_delay
from calib.motion.hand_eye import calibrate_hand_eye
from calib.motion.odometry import lidar_odometry
from calib.radars.radar_ego import calibrate_radar_ego
from calib.rigs.drawings import Drawing
from calib.rigs.joint import join
from calib.rigs.of_drive import calibrate_rig_of_drive
from calib.rigs.rig import calibrate_rig
from calib.rigs.sightings import Sightings
from calib.targets.camera_lidar import calibrate_camera_lidar
from calib.targets.camera_radar import calibrate_camera_radar
from calib.targets.detections import PointDetections
from calib.targets.lidar_radar import calibrate_lidar_radar
from calib.targets.pixel_detections import PixelDetections
from calib.targets.radar_detections import RadarDetections

__all__ = [
    "Drawing",
    "Estimate",
    "PixelDetections",
    "PointDetections",
    "Prior",
    "Problem",
    "RadarDetections",
    "Sightings",
    "calibrate_boards",
    "calibrate_camera",
    "calibrate_camera_lidar",
    "calibrate_camera_radar",
    "calibrate_hand_eye",
    "calibrate_lidar_lidar",
    "calibrate_lidar_radar",
    "calibrate_lidars_of_drive",
    "calibrate_radar_ego",
    "calibrate_rig",
    "calibrate_rig_of_drive",
    "estimate",
    "find_board_in_cloud",
    "find_delay",
    "find_drift",
    "find_radar_drift",
    "join",
    "labelled_pairs",
    "labelled_returns",
    "lidar_odometry",
    "refine_camera",
]
