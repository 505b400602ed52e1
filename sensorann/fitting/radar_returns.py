"""What the radars of a vehicle saw at one instant, and which returns come from a box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import MissingDataError
from sensorann.geometry import Cuboid
from sensorann.scene import Drive, Returns, Sensor, Sweep, nearest_indices, returns_over_ground

# Scans must be of the same instant.
_SAME_INSTANT_S = 0.06
# Returns so far beside the box still come from the object, metres.
_MARGIN = 0.7


def radar_returns(drive: Drive, at_ns: int) -> list[Returns]:
    """Read the scan of every radar at an instant; only those count that tell speeds over ground."""
    scans = [(radar, _scan_at(drive, radar, at_ns)) for radar in drive.rig.of_kind("radar")]
    found = [returns_over_ground(scan, radar, drive.trajectory) for radar, scan in scans if scan is not None]
    return [returns for returns in found if returns is not None]


def of_box(returns: Returns, box: Cuboid) -> NDArray[np.bool_]:
    """Tell which of N returns (N,) come from a box in the ego frame.

    Many radars measure no height: the plan decides.
    """
    local = box.frame_from_cuboid.inverse().apply(returns.places)
    return np.asarray((np.abs(local[:, :2]) <= np.asarray(box.size[:2]) / 2 + _MARGIN).all(axis=1))


def _scan_at(drive: Drive, radar: Sensor, at_ns: int) -> Sweep | None:
    times = drive.timestamps_ns(radar.name)
    if not len(times):
        return None
    index = int(nearest_indices(times, [at_ns])[0])
    if abs(int(times[index]) - at_ns) * 1e-9 > _SAME_INSTANT_S:
        return None
    try:
        return drive.sweep(radar.name, index)
    except MissingDataError:
        return None  # a drive that came without its radar files is still a drive
