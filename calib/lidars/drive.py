"""Two LiDARs of a drive, from clouds of both at the same instants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calib.lidars.clouds import cloud_at
from calib.lidars.lidar_lidar import LidarLidar, calibrate_lidar_lidar
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.scene import Drive, nearest_indices

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
        other = drive.sweep(source, int(nearest[i]))
        clouds.append((cloud_at(drive, drive.sweep(target, i), at_ns), cloud_at(drive, other, at_ns)))
    return calibrate_lidar_lidar([a for a, _ in clouds], [b for _, b in clouds], frames=(source, target))
