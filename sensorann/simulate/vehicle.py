"""The recording vehicle: which sensors it carries, where they sit, and when they fire."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Camera, Transform
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Rig, Sensor

LIDAR, RADAR = "LIDAR_TOP", "RADAR_FRONT"
SWEEP_NS = 100_000_000
_RADAR_NS = 77_000_000  # radars run on their own clock, about 13 Hz
_RADAR_DELAY_NS = 9_000_000
_SHUTTER_NS = 4_000_000  # a camera's stamp lies this long after the LiDAR has looked its way
_IMAGE_SIZE = (800, 450)
# Name, heading and horizontal field of view in degrees, place in the ego frame in metres. The LiDAR turns from 180 to
# -180 degrees.
_CAMERAS = (
    ("CAM_FRONT", 0.0, 70.0, (0.9, 0.0, 1.55)),
    ("CAM_FRONT_LEFT", 62.0, 70.0, (0.7, 0.5, 1.5)),
    ("CAM_FRONT_RIGHT", -62.0, 70.0, (0.7, -0.5, 1.5)),
    ("CAM_BACK", 180.0, 95.0, (-1.2, 0.0, 1.5)),
)
# Columns: the axes of a camera (x right, y down, z forward) that looks along ego x.
_EGO_FROM_FORWARD_CAMERA = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


def build_rig() -> Rig:
    """Return the sensors of the recording vehicle; the ego frame stands on the ground under its middle."""
    lidar = Sensor(name=LIDAR, kind="lidar", ego_from_sensor=Transform.from_yaw(0.012, [0.2, 0.0, 1.86]))
    radar = Sensor(name=RADAR, kind="radar", ego_from_sensor=Transform.from_yaw(-0.008, [2.3, 0.0, 0.55]))
    return Rig((lidar, *(_camera(*camera) for camera in _CAMERAS), radar))


def _camera(name: str, heading_deg: float, view_deg: float, place: tuple[float, float, float]) -> Sensor:
    width, height = _IMAGE_SIZE
    focal = width / 2 / np.tan(np.radians(view_deg) / 2)
    matrix = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2 - 20], [0, 0, 1]])
    rotation = rotations_from_yaws(np.radians(heading_deg)) @ _EGO_FROM_FORWARD_CAMERA
    camera = Camera(matrix=matrix, size=_IMAGE_SIZE, distortion=np.zeros(0))
    return Sensor(name=name, kind="camera", ego_from_sensor=Transform(rotation, np.array(place)), camera=camera)


def firing_times(rig: Rig, *, start_ns: int, n_frames: int) -> dict[str, NDArray[np.int64]]:
    """Instants of every sensor.

    A sweep is stamped when the LiDAR looks straight ahead, in its middle; it turns clockwise, so a camera to the left
    fires before that and one to the right after it. The radar keeps a clock of its own.
    """
    sweeps = start_ns + SWEEP_NS * np.arange(n_frames, dtype=np.int64)
    times = {LIDAR: sweeps}
    for name, heading_deg, _, _ in _CAMERAS:
        late_ns = round(-heading_deg / 360.0 * SWEEP_NS)
        times[name] = sweeps + late_ns + _SHUTTER_NS
    span_ns = SWEEP_NS * (n_frames - 1)
    times[RADAR] = start_ns + np.arange(_RADAR_DELAY_NS, span_ns + SWEEP_NS // 2, _RADAR_NS, dtype=np.int64)
    return {name: times[name] for name in rig}
