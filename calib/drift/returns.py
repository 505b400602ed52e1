"""Boxes of movers beside the returns of a radar that come from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calib.drift.radar import RadarPairs
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Drive, Labels, Track, labels_in_world, nearest_indices, returns_over_ground

_SAME_INSTANT_S, _LONGEST_GAP_S = 0.06, 0.6
# Scans so near to each other say nearly the same.
_EVERY_S = 0.2
# How far returns may be beside their box: the largest turn that is looked for, and the noise of ranges.
_REACH, _RANGE_MARGIN, _FARTHEST = np.deg2rad(4.0), 1.0, 80.0
# Over ground along the line of sight, m/s: below the first a mover looks like what stands.
_LEAST_SPEED, _SAME_SPEED = 2.0, 1.0
_SIGMA_AZIMUTH = np.deg2rad(0.5)


def labelled_returns(
    drive: Drive, labels: Labels, radar: str, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> RadarPairs:
    """Pair the boxes of movers with the returns of a radar at the same instants.

    Parameters
    ----------
    drive : with ego poses
    labels : with boxes in space
    radar : name of the sensor
    progress : called with the scans read and their number

    Raises
    ------
    CalibrationError
        When the sensor is no radar, the drive has no ego poses, or the scans tell no speed over ground.
    """
    sensor, trajectory = drive.rig[radar], drive.trajectory
    if sensor.kind != "radar":
        raise CalibrationError(f"{radar} is a {sensor.kind}: name a radar")
    if trajectory is None:
        raise CalibrationError(f"{drive.name} has no ego poses to carry labels from the world into {radar}")
    tracks = [track for track in labels_in_world(labels, trajectory).tracks if len(track) > 1]
    times = drive.timestamps_ns(radar)
    chosen = _spread(times, trajectory.covers(times))
    rows: list[tuple[float, ...]] = []
    for done, index in enumerate(chosen):
        progress(done, len(chosen))
        at_ns = int(times[index])
        returns = returns_over_ground(drive.sweep(radar, index), sensor, trajectory)
        if returns is None:
            raise CalibrationError(f"{radar} tells no speed over ground: it needs vx_comp and vy_comp, or doppler")
        x, y, _ = sensor.ego_from_sensor.inverse().apply(returns.places).T
        polar = np.stack([np.hypot(x, y), np.arctan2(y, x), returns.speeds], axis=1)
        radar_from_world = (trajectory.at(at_ns) @ sensor.ego_from_sensor).inverse()
        found = ((number, _compared(track, at_ns, radar_from_world, polar)) for number, track in enumerate(tracks))
        rows += [(number, *row) for number, row in found if row is not None]
    columns = np.reshape(np.array(rows, np.float64), (-1, 4))
    seen, objects = np.unique(columns[:, 0].astype(np.intp), return_inverse=True)
    return RadarPairs(
        residuals=columns[:, 1],
        sigmas=columns[:, 2],
        azimuths=columns[:, 3],
        objects=objects,
        names=tuple(tracks[number].id for number in seen),
    )


def _spread(times: np.ndarray, usable: np.ndarray) -> list[int]:
    """Rows of scans that are not nearer to each other than need be."""
    chosen: list[int] = []
    for row in np.flatnonzero(usable):
        if not chosen or 1e-9 * int(times[row] - times[chosen[-1]]) >= _EVERY_S:
            chosen.append(int(row))
    return chosen


def _compared(
    track: Track, at_ns: int, radar_from_world: Transform, polar: Floats
) -> tuple[float, float, float] | None:
    """Residual, sigma and azimuth of a box at a scan, see `RadarPairs`; None where it does not move, or is not seen.

    polar (R, 3) holds range, azimuth and speed over ground of the returns.
    """
    row = int(nearest_indices(track.timestamps_ns, np.array([at_ns]))[0])
    late_s = 1e-9 * (at_ns - int(track.timestamps_ns[row]))
    velocity = _velocity(track, row)
    if abs(late_s) > _SAME_INSTANT_S or velocity is None:
        return None
    corners = radar_from_world.apply(track.cuboids[row : row + 1].corners()[0] + late_s * velocity)
    middle = corners.mean(axis=0)
    speed = float(radar_from_world.rotate(velocity) @ middle / np.linalg.norm(middle))
    ranges, azimuths = np.hypot(corners[:, 0], corners[:, 1]), np.arctan2(corners[:, 1], corners[:, 0])
    if abs(speed) < _LEAST_SPEED or (corners[:, 0] <= 0).any() or ranges.max() > _FARTHEST:
        return None
    center, half = (azimuths.max() + azimuths.min()) / 2, (azimuths.max() - azimuths.min()) / 2
    off = wrap_angle(polar[:, 1] - center)
    own = (np.abs(off) < half + _REACH) & (np.abs(polar[:, 2] - speed) < _SAME_SPEED)
    own &= (polar[:, 0] > ranges.min() - _RANGE_MARGIN) & (polar[:, 0] < ranges.max() + _RANGE_MARGIN)
    if not own.any():
        return None
    # A return comes from anywhere between the borders of the box: an even spread over twice its half width.
    return float(off[own].mean()), float(np.hypot(_SIGMA_AZIMUTH, half / np.sqrt(3))), float(center)


def _velocity(track: Track, row: int) -> Floats | None:
    """Velocity (3,) in the world, from the boxes before and after; None across gaps."""
    before, after = max(row - 1, 0), min(row + 1, len(track) - 1)
    seconds = 1e-9 * int(track.timestamps_ns[after] - track.timestamps_ns[before])
    if not 0 < seconds < _LONGEST_GAP_S:
        return None
    return np.asarray((track.cuboids.centers[after] - track.cuboids.centers[before]) / seconds)
