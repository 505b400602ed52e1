"""Clouds of two LiDARs of a drive at the same instants: deskewed, and carried from one stamp to the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calib.lidars.lidar_lidar import LidarLidar, calibrate_lidar_lidar
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.scene import Drive, deskew, nearest_indices
from sensorann.scene.deskewing import TIME_FIELD

_NEAREST_NS = 100_000_000


def calibrate_lidars_of_drive(
    drive: Drive,
    source: str,
    target: str,
    *,
    n_instants: int = 5,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> LidarLidar:
    """Estimate where a LiDAR of a drive sits in the frame of another.

    Parameters
    ----------
    drive : ego poses carry clouds of different stamps together, where it has any
    source, target : names of the LiDARs
    n_instants : sweeps to compare, spread over the drive
    progress : called with the sweeps read and their number

    Raises
    ------
    CalibrationError
        When they are one, or were never seen within a tenth of a second.
    """
    if drive.rig.ranging(source).name == drive.rig.ranging(target).name:
        raise CalibrationError(f"{source} sits in its own frame: name two LiDARs")
    times, others = drive.timestamps_ns(target), drive.timestamps_ns(source)
    nearest = nearest_indices(others, times) if len(others) else np.zeros(len(times), np.intp)
    together = [i for i in range(len(times)) if len(others) and abs(int(others[nearest[i]] - times[i])) < _NEAREST_NS]
    if not together:
        raise CalibrationError(f"{source} and {target} were never seen within a tenth of a second")
    chosen = [together[i] for i in np.unique(np.linspace(0, len(together) - 1, n_instants).round().astype(int))]
    clouds: list[tuple[Floats, Floats]] = []
    for done, i in enumerate(chosen):
        progress(done, len(chosen))
        at_ns = int(times[i])
        clouds.append((_cloud(drive, target, i, at_ns), _cloud(drive, source, int(nearest[i]), at_ns)))
    return calibrate_lidar_lidar([a for a, _ in clouds], [b for _, b in clouds], frames=(source, target))


def deskewed_points(drive: Drive, sensor: str, index: int) -> Floats:
    """Points (N, 3) of a sweep as if all had been measured at its stamp, where ego poses and their times tell."""
    sweep, trajectory = drive.sweep(sensor, index), drive.trajectory
    if trajectory is not None and TIME_FIELD in sweep.fields and len(sweep.points):
        offsets = sweep.fields[TIME_FIELD].astype(np.int64)
        if trajectory.covers(sweep.timestamp_ns + np.array([offsets.min(), offsets.max()])).all():
            pose = drive.rig[sensor].ego_from_sensor
            sweep = deskew(sweep, ego_from_sensor=pose, trajectory=trajectory)
    return sweep.points.astype(np.float64)


def _cloud(drive: Drive, sensor: str, index: int, at_ns: int) -> Floats:
    """Points (N, 3) of a sweep as if all had been measured at an instant."""
    points, trajectory = deskewed_points(drive, sensor, index), drive.trajectory
    stamp = int(drive.timestamps_ns(sensor)[index])
    if trajectory is None or not trajectory.covers(np.array([stamp, at_ns])).all():
        return points
    pose = drive.rig[sensor].ego_from_sensor
    moved = trajectory.at(at_ns).inverse() @ trajectory.at(stamp)
    # Over a tenth of a second the rig's own pose of the sensor is right enough to carry its points.
    return (pose.inverse() @ moved @ pose).apply(points)
