"""What the radars of a vehicle saw at one instant, and which returns come from a box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import MissingDataError
from sensorann.geometry import Cuboid
from sensorann.scene import Drive, Sensor, Sweep, nearest_indices

# Scans must be of the same instant.
_SAME_INSTANT_S = 0.06
# Returns so far beside the box still come from the object, metres.
_MARGIN = 0.7
_OVER_GROUND = ("vx_comp", "vy_comp")


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RadarReturns:
    """Returns of one radar.

    Attributes
    ----------
    points : (N, 3) float64, metres, ego frame
    azimuths : (N,) float64, directions from the radar to them, radians, ego frame
    away : (N,) float64, m/s away from the radar, over ground
    """

    points: NDArray[np.float64]
    azimuths: NDArray[np.float64]
    away: NDArray[np.float64]

    def of_box(self, box: Cuboid) -> NDArray[np.bool_]:
        """Tell which returns (N,) come from a box in the ego frame.

        Many radars measure no height: the plan decides.
        """
        local = box.frame_from_cuboid.inverse().apply(self.points)
        return np.asarray((np.abs(local[:, :2]) <= np.asarray(box.size[:2]) / 2 + _MARGIN).all(axis=1))


def radar_returns(drive: Drive, at_ns: int) -> list[RadarReturns]:
    """Read the scan of every radar at an instant.

    Only radars whose scans say the speed over ground count (fields `vx_comp` and `vy_comp`), with a scan of the same
    instant.
    """
    found = []
    for radar in drive.rig.of_kind("radar"):
        scan = _scan_at(drive, radar, at_ns)
        if scan is None or not all(name in scan.fields for name in _OVER_GROUND):
            continue
        toward = scan.points[:, :2].astype(np.float64)
        azimuths = np.arctan2(toward[:, 1], toward[:, 0])
        vx, vy = (np.asarray(scan.fields[name], np.float64) for name in _OVER_GROUND)
        found.append(
            RadarReturns(
                points=radar.ego_from_sensor.apply(scan.points).astype(np.float64),
                azimuths=azimuths + radar.ego_from_sensor.yaw,
                away=vx * np.cos(azimuths) + vy * np.sin(azimuths),
            )
        )
    return found


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
