"""At which instants boxes are computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.scene import Drive, frame_timestamps_ns


def wanted_instants(drive: Drive, at: str | ArrayLike) -> NDArray[np.int64]:
    """Instants (N,) to compute boxes at, increasing strictly.

    Parameters
    ----------
    drive : Drive
    at : ``lidar`` for those of the first LiDAR (of the first sensor in a drive without any), ``camera`` for those of
        the first camera, or instants in ns, as integers in any order

    Raises
    ------
    ArgumentError
        When the drive has no such sensor, or `at` is nothing of the above.
    """
    if not isinstance(at, str):
        times = np.asarray(at)
        if times.size and not np.issubdtype(times.dtype, np.integer):
            raise ArgumentError(f"at must be integer nanoseconds, got an array of {times.dtype}")
        return np.unique(as_array(times, (None,), np.int64, name="at"))
    if at == "lidar":
        return np.unique(frame_timestamps_ns(drive))
    if at == "camera":
        cameras = drive.rig.of_kind("camera")
        if not cameras:
            raise ArgumentError(f"drive {drive.name} has no camera whose instants boxes could be computed at")
        return np.unique(drive.timestamps_ns(cameras[0].name))
    raise ArgumentError(f"at must be 'lidar', 'camera' or instants in ns, got {at!r}")
