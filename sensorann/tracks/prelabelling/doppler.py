"""What radar says about moving tracks: returns inside the box that come nearer or go as fast as the track does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import MissingDataError
from sensorann.geometry import Trajectory
from sensorann.scene import Drive, Labels, Sensor, Sweep, Track

# Returns scatter beyond the faces of a box, and their speed about that of its middle: metres, m/s.
_AROUND, _SPEED_SLACK = 0.7, 1.0
# Slower than this along the line of sight, a moving object looks like a standing one, m/s.
_SLOWEST = 1.0
_VELOCITY_NS = 5_000_000  # half the span over which the radar's own velocity is taken


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Returns:
    """Returns of one radar scan in the world.

    Attributes
    ----------
    timestamp_ns : int64
    places : (N, 2) float64, metres
    sights : (N, 2) float64, directions from the radar to them
    speeds : (N,) float64, m/s over ground along these directions, positive away
    """

    timestamp_ns: int
    places: NDArray[np.float64]
    sights: NDArray[np.float64]
    speeds: NDArray[np.float64]


def confirmed_by_radar(labels: Labels, drive: Drive) -> Labels:
    """Make moving tracks surer by the share of the radar scans with returns in their box whose speed is the track's.

    Without a radar that tells speeds, or without ego poses, labels stay as they are.

    Parameters
    ----------
    labels : proposed tracks in the world frame with the attributes ``confidence`` and ``moving``
    drive : Drive
    """
    n_asked, n_agreed = np.zeros((2, len(labels.tracks)), np.int64)
    moving = [number for number, track in enumerate(labels.tracks) if track.attributes["moving"] and len(track) > 1]
    for scan in _scans(drive, [labels.tracks[number] for number in moving]):
        for number in moving:
            agreed = _agreement(labels.tracks[number], scan)
            n_asked[number] += agreed is not None
            n_agreed[number] += bool(agreed)
    tracks = tuple(
        _surer(track, float(agreed) / asked) if asked else track
        for track, asked, agreed in zip(labels.tracks, n_asked.tolist(), n_agreed.tolist(), strict=True)
    )
    return replace(labels, tracks=tracks)


def _surer(track: Track, share: float) -> Track:
    doubt = (1.0 - float(track.attributes["confidence"])) * (1.0 - share)
    return replace(track, attributes={**track.attributes, "confidence": round(1.0 - doubt, 3)})


def _agreement(track: Track, scan: Returns) -> bool | None:
    """Tell whether the returns in a track's box have its speed; None where radar could not tell."""
    times = track.timestamps_ns
    if not times[0] <= scan.timestamp_ns <= times[-1]:
        return None
    seconds, now = (times - times[0]) * 1e-9, (scan.timestamp_ns - int(times[0])) * 1e-9
    centers = track.cuboids.centers[:, :2]
    velocities = np.gradient(centers, seconds, axis=0)
    middle, velocity = _at(now, seconds, centers), _at(now, seconds, velocities)
    row = int(np.abs(seconds - now).argmin())
    local = (scan.places - middle) @ track.cuboids.rotations[row, :2, :2]
    inside = (np.abs(local) <= track.cuboids.sizes[row, :2] / 2 + _AROUND).all(axis=1)
    expected = scan.sights[inside] @ velocity
    if not inside.any() or np.abs(expected).max() < _SLOWEST:
        return None
    return bool(np.abs(scan.speeds[inside] - expected).min() <= _SPEED_SLACK)


def _at(now: float, seconds: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([np.interp(now, seconds, column) for column in rows.T])


def _scans(drive: Drive, tracks: Sequence[Track]) -> Iterator[Returns]:
    """Scans of all radars within the span of some tracks."""
    trajectory = drive.trajectory
    if trajectory is None or not tracks:
        return
    start, end = min(track.timestamps_ns[0] for track in tracks), max(track.timestamps_ns[-1] for track in tracks)
    for radar in drive.rig.of_kind("radar"):
        times = drive.timestamps_ns(radar.name)
        for index in np.flatnonzero((times >= start) & (times <= end) & trajectory.covers(times)):
            try:
                sweep = drive.sweep(radar.name, int(index))
            except MissingDataError:
                continue
            found = _returns(sweep, radar, trajectory)
            if found is not None:
                yield found


def _returns(sweep: Sweep, radar: Sensor, trajectory: Trajectory) -> Returns | None:
    """Returns of a scan in the world; None where it tells no speed."""
    pose = trajectory.at(sweep.timestamp_ns) @ radar.ego_from_sensor
    points = sweep.points.astype(np.float64)
    lines = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    sights = pose.rotate(lines)
    if {"vx_comp", "vy_comp"} <= sweep.fields.keys():
        speeds = sweep.fields["vx_comp"] * lines[:, 0] + sweep.fields["vy_comp"] * lines[:, 1]
    elif "doppler" in sweep.fields:
        speeds = sweep.fields["doppler"] + sights @ _velocity(radar, trajectory, sweep.timestamp_ns)
    else:
        return None
    kept = np.isfinite(points).all(axis=1) & np.isfinite(speeds)
    return Returns(
        timestamp_ns=sweep.timestamp_ns,
        places=pose.apply(points[kept])[:, :2],
        sights=sights[kept, :2],
        speeds=np.asarray(speeds[kept], np.float64),
    )


def _velocity(radar: Sensor, trajectory: Trajectory, timestamp_ns: int) -> NDArray[np.float64]:
    """Velocity (3,) of the radar in the world."""
    around = np.clip(timestamp_ns + np.array([-_VELOCITY_NS, _VELOCITY_NS]), trajectory.start_ns, trajectory.end_ns)
    places = (trajectory.sample(around) @ radar.ego_from_sensor).translations
    return np.asarray((places[1] - places[0]) / ((around[1] - around[0]) * 1e-9))
