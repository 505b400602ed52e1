"""What a drive and its labels say of where one object faces: keyframes around it, its way, and the radar."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import MissingDataError
from sensorann.fitting.heading import from_doppler, from_keyframes, from_motion, nothing_known
from sensorann.geometry import Cuboid, Transform
from sensorann.scene import Drive, Motion, Sensor, Source, Sweep, Track, nearest_indices, returns_over_ground

# Keyframes further away in time say nothing of a heading, and radar scans must be of the same instant.
_LONGEST_S, _SAME_INSTANT_S = 3.0, 0.06
# Returns so far beside the box still come from the object, metres.
_RADAR_MARGIN = 0.7
_PLACED = (Source.HUMAN, Source.IMPORTED)


def track_factor(
    track: Track, center: NDArray[np.float64], *, at_ns: int, motion: Motion, ego_from_labels: Transform
) -> NDArray[np.float64]:
    """Factor (720,) of a track's keyframes around an instant, over headings in the ego frame.

    Their headings count, and the way between them, or between the nearest one and the object where there is one alone.

    Parameters
    ----------
    track : its boxes that people placed count, at other instants than this one
    center : (3,) of the object, in the frame of the track
    at_ns : the instant
    motion : how the object moves
    ego_from_labels : from the frame of the track into the ego frame at the instant
    """
    seconds = (track.timestamps_ns - at_ns) * 1e-9
    kept = np.isin(track.sources, _PLACED) & (np.abs(seconds) <= _LONGEST_S) & (track.timestamps_ns != at_ns)
    times, boxes = track.timestamps_ns[kept], track.cuboids[kept]
    if not len(times):
        return nothing_known()
    turn = ego_from_labels.yaw
    factor = from_keyframes(times, boxes.yaws + turn, at_ns=at_ns, motion=motion)
    before, after = np.flatnonzero(times < at_ns)[-1:], np.flatnonzero(times > at_ns)[:1]
    start, start_ns = (boxes.centers[before[0]], int(times[before[0]])) if len(before) else (center, at_ns)
    end, end_ns = (boxes.centers[after[0]], int(times[after[0]])) if len(after) else (center, at_ns)
    step = ego_from_labels.rotate(end - start)[:2]
    return np.asarray(factor + from_motion(step, (end_ns - start_ns) * 1e-9, motion=motion))


def radar_factor(drive: Drive, box: Cuboid, *, at_ns: int, motion: Motion) -> NDArray[np.float64]:
    """Factor (720,) of the radar returns from a box, over headings in the ego frame, as the box is.

    Only radars that tell speeds over ground count, with a scan of the same instant.
    """
    factor = nothing_known()
    into_box = box.frame_from_cuboid.inverse()
    for radar in drive.rig.of_kind("radar"):
        scan = _scan_at(drive, radar, at_ns)
        returns = None if scan is None else returns_over_ground(scan, radar, drive.trajectory)
        if returns is None:
            continue
        # Many radars measure no height: the plan decides.
        local = into_box.apply(returns.places)[:, :2]
        inside = (np.abs(local) <= np.asarray(box.size[:2]) / 2 + _RADAR_MARGIN).all(axis=1)
        toward = np.arctan2(returns.sights[inside, 1], returns.sights[inside, 0])
        factor = factor + from_doppler(toward, returns.speeds[inside], motion=motion)
    return factor


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


def stroke_direction(start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Heading of a stroke from (3,) to (3,), radians."""
    return math.atan2(float(end[1] - start[1]), float(end[0] - start[0]))
