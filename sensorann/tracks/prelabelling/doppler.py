"""What radar says about moving tracks: returns inside the box that come nearer or go as fast as the track does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import MissingDataError
from sensorann.scene import Drive, Labels, Returns, Track, returns_over_ground

# Returns scatter beyond the faces of a box, and their speed about that of its middle: metres, m/s.
_AROUND, _SPEED_SLACK = 0.7, 1.0
# Slower than this along the line of sight, a moving object looks like a standing one, m/s.
_SLOWEST = 1.0


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
    local = (scan.places[:, :2] - middle) @ track.cuboids.rotations[row, :2, :2]
    inside = (np.abs(local) <= track.cuboids.sizes[row, :2] / 2 + _AROUND).all(axis=1)
    expected = scan.sights[inside, :2] @ velocity
    if not inside.any() or np.abs(expected).max() < _SLOWEST:
        return None
    return bool(np.abs(scan.speeds[inside] - expected).min() <= _SPEED_SLACK)


def _at(now: float, seconds: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([np.interp(now, seconds, column) for column in rows.T])


def _scans(drive: Drive, tracks: Sequence[Track]) -> Iterator[Returns]:
    """Scans of all radars within the span of some tracks, in the world."""
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
            found = returns_over_ground(sweep, radar, trajectory)
            if found is not None:
                world_from_ego = trajectory.at(found.timestamp_ns)
                sights = world_from_ego.rotate(found.sights)
                yield replace(found, places=world_from_ego.apply(found.places), sights=sights)
