"""Clouds of a LiDAR of a drive as of one instant: deskewed, and carried from their stamp to it."""

from __future__ import annotations

import numpy as np

from calib.targets.detections import Floats
from sensorann.scene import Drive, Sweep, deskew
from sensorann.scene.deskewing import TIME_FIELD


def cloud_at(drive: Drive, sweep: Sweep, at_ns: int) -> Floats:
    """Return the points of a sweep as if all had been measured at an instant.

    Parameters
    ----------
    drive : its ego poses carry the points, where it has any at that time
    sweep : of one of its LiDARs
    at_ns : the instant, within a tenth of a second of the sweep

    Returns
    -------
    (N, 3) float64, metres, in the order of the sweep, in the frame of the sensor where it is at that instant
    """
    trajectory, pose = drive.trajectory, drive.rig[sweep.sensor].ego_from_sensor
    if trajectory is None:
        return sweep.points.astype(np.float64)
    if TIME_FIELD in sweep.fields and len(sweep.points):
        offsets = sweep.fields[TIME_FIELD].astype(np.int64)
        if trajectory.covers(sweep.timestamp_ns + np.array([offsets.min(), offsets.max()])).all():
            sweep = deskew(sweep, ego_from_sensor=pose, trajectory=trajectory)
    if not trajectory.covers(np.array([sweep.timestamp_ns, at_ns])).all():
        return sweep.points.astype(np.float64)
    moved = trajectory.at(at_ns).inverse() @ trajectory.at(sweep.timestamp_ns)
    # Over a tenth of a second the rig's own pose of the sensor is right enough to carry its points.
    return (pose.inverse() @ moved @ pose).apply(sweep.points)
