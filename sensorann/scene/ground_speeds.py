"""What a radar scan says of speeds over ground: the own motion of the vehicle taken out where the radar did not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Trajectory
from sensorann.scene.rig import Sensor
from sensorann.scene.sweep import Sweep

_VELOCITY_NS = 5_000_000  # half the span over which the radar's own velocity is taken


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Returns:
    """N returns of one radar scan, in the ego frame at its instant.

    Attributes
    ----------
    timestamp_ns : int64
    places : (N, 3) float64, metres
    sights : (N, 3) float64, directions from the radar to them
    speeds : (N,) float64, m/s over ground along these directions, positive away
    """

    timestamp_ns: int
    places: NDArray[np.float64]
    sights: NDArray[np.float64]
    speeds: NDArray[np.float64]


def returns_over_ground(scan: Sweep, radar: Sensor, trajectory: Trajectory | None) -> Returns | None:
    """Read the returns of a scan; None where it tells no speed over ground.

    Radars tell it themselves (fields ``vx_comp``, ``vy_comp``), or only the rate of the range (``doppler``): then the
    trajectory says how fast the radar itself goes.

    Parameters
    ----------
    scan : of the radar
    radar : the sensor
    trajectory : ego poses of the drive, None where it has none
    """
    points = scan.points.astype(np.float64)
    lines = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    sights = lines @ radar.ego_from_sensor.rotation.T
    if {"vx_comp", "vy_comp"} <= scan.fields.keys():
        speeds = scan.fields["vx_comp"] * lines[:, 0] + scan.fields["vy_comp"] * lines[:, 1]
    elif "doppler" in scan.fields and trajectory is not None and trajectory.covers(np.array([scan.timestamp_ns])).all():
        speeds = scan.fields["doppler"] + sights @ _velocity(radar, trajectory, scan.timestamp_ns)
    else:
        return None
    kept = np.isfinite(points).all(axis=1) & np.isfinite(speeds)
    return Returns(
        timestamp_ns=scan.timestamp_ns,
        places=radar.ego_from_sensor.apply(points[kept]),
        sights=sights[kept],
        speeds=np.asarray(speeds[kept], np.float64),
    )


def _velocity(radar: Sensor, trajectory: Trajectory, timestamp_ns: int) -> NDArray[np.float64]:
    """Velocity (3,) of the radar over ground, in the ego frame."""
    around = np.clip(timestamp_ns + np.array([-_VELOCITY_NS, _VELOCITY_NS]), trajectory.start_ns, trajectory.end_ns)
    places = (trajectory.sample(around) @ radar.ego_from_sensor).translations
    velocity = (places[1] - places[0]) / ((around[1] - around[0]) * 1e-9)
    return np.asarray(trajectory.at(timestamp_ns).rotation.T @ velocity)
