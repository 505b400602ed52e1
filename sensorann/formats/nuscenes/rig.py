"""The sensors of a nuScenes scene, as its own measurements refer to them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.nuscenes import tables
from sensorann.formats.nuscenes.scene import Recording
from sensorann.formats.nuscenes.tables import Row, Table
from sensorann.geometry import Camera
from sensorann.scene import SENSOR_KINDS, Rig, Sensor, sensor_kind

logger = logging.getLogger(__name__)


def scene_rig(path: Path, recordings: Mapping[str, tuple[Recording, ...]], calibrated: Table, sensors: Table) -> Rig:
    """Build the sensors of a scene: LiDARs first, else in the order of the recordings."""
    built = [_sensor(channel, rows, calibrated, sensors, path) for channel, rows in recordings.items()]
    return Rig(tuple(sorted(built, key=lambda sensor: sensor.kind != "lidar")))


def _sensor(channel: str, rows: tuple[Recording, ...], calibrated: Table, sensors: Table, sample_data: Path) -> Sensor:
    used = dict.fromkeys(row.calibrated_sensor_token for row in rows)
    if len(used) > 1:
        logger.warning("%s has %d calibrations in one scene: the first one is used for all of it", channel, len(used))
    row = calibrated.rows[next(iter(used))]
    sensor_row = sensors.find(row, "sensor_token", of=calibrated.path)
    kind = sensor_kind(tables.text(sensor_row, "modality", path=sensors.path))
    if kind is None:
        raise tables.field_error(sensors.path, sensor_row, "modality", f"one of {', '.join(SENSOR_KINDS)}")
    camera = _camera(row, rows, calibrated.path, sample_data) if kind == "camera" else None
    ego_from_sensor = tables.pose(row, path=calibrated.path)
    return Sensor(name=channel, kind=kind, ego_from_sensor=ego_from_sensor, camera=camera)


def _camera(row: Row, recordings: tuple[Recording, ...], path: Path, sample_data: Path) -> Camera:
    """Intrinsics of a camera: nuScenes pictures are undistorted."""
    sizes = {(recording.width, recording.height) for recording in recordings}
    if len(sizes) != 1 or min(min(sizes)) < 1:
        where = f"token {recordings[0].token!r}, fields width and height"
        raise FormatError(sample_data, where, expected="one image size per camera", found=f"{sorted(sizes)[:4]}")
    try:
        return Camera(
            matrix=np.array(row.get("camera_intrinsic"), np.float64), size=sizes.pop(), distortion=np.zeros(0)
        )
    except (ArgumentError, TypeError, ValueError) as error:
        raise tables.field_error(
            path, row, "camera_intrinsic", "[[fx, 0, cx], [0, fy, cy], [0, 0, 1]] in pixels", str(error)
        ) from error
