"""`sensorann calibrate`: the table of its commands, each a file of this folder."""

CALIBRATE_COMMANDS = (
    ("camera-radar", "Where a camera sits in the frame of a radar, from reflectors."),
    ("lidar-radar", "Where a LiDAR sits in the frame of a radar, from reflectors."),
    ("camera-lidar", "Where a camera sits in the frame of a LiDAR, from boards."),
    ("camera", "The lens of a camera, from pictures of a board."),
    ("refine", "Where a camera looks, from edges that a LiDAR and its pictures have in common on a drive."),
    ("lidar-lidar", "Where a LiDAR sits in the frame of another, from what both see on a drive."),
    ("hand-eye", "Where a sensor sits on another and how late its clock is, from the motions of both."),
    ("time-offset", "How late the clock of a sensor is, from how fast both turn."),
    ("radar-ego", "Where a radar points on the vehicle, from the Doppler of a drive."),
    ("rig", "All sensors of a rig in one estimate, from targets that they share."),
    ("join", "One calibration of a rig from those of its pairs; loops are closed."),
    ("check", "Whether the sensors are still where the rig says, on any drive, or finer from labels."),
    ("convert", "Write calibrations for other tools: Kalibr, ROS, OpenCV, KITTI, nuScenes, URDF, tf, OpenLABEL."),
)
