"""The points of a frame, of all LiDARs, where the vehicle is then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import sync
from viewers.session import Session


def points_here(session: Session) -> NDArray[np.float32]:
    """Points (N, 3) of every LiDAR's sweep nearest to this frame, in the ego frame at its instant.

    Raises
    ------
    SensorannError
        When a sweep cannot be read, or lies outside the ego trajectory.
    """
    drive, now = session.drive, session.timestamp_ns
    ego_from_labels = session.frame_from_ego(now).inverse()
    parts = [np.zeros((0, 3), np.float32)]
    for sensor in drive.rig.of_kind("lidar"):
        if not len(drive.timestamps_ns(sensor.name)):
            continue
        sweep = drive.sweep(sensor.name, sync(drive, sensor.name, now))
        ego_from_sensor = ego_from_labels @ session.frame_from_ego(sweep.timestamp_ns) @ sensor.ego_from_sensor
        placed = ego_from_sensor.apply(sweep.points).astype(np.float32)
        parts.append(placed[np.isfinite(placed).all(axis=1)])
    return np.concatenate(parts)
