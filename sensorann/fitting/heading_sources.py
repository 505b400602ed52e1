"""What a drive and its labels say of where one object faces: keyframes around it, its way, and the radar."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.heading import from_doppler, from_keyframes, from_motion, nothing_known
from sensorann.fitting.radar_returns import of_box, radar_returns
from sensorann.geometry import Cuboid, Transform
from sensorann.scene import Drive, Motion, Source, Track

# Keyframes further away in time say nothing of a heading.
_LONGEST_S = 3.0
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
    """Factor (720,) of the radar returns from a box, over headings in the ego frame, as the box is."""
    factor = nothing_known()
    for returns in radar_returns(drive, at_ns):
        own = of_box(returns, box)
        toward = np.arctan2(returns.sights[own, 1], returns.sights[own, 0])
        factor = factor + from_doppler(toward, returns.speeds[own], motion=motion)
    return factor


def stroke_direction(start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Heading of a stroke from (3,) to (3,), radians."""
    return math.atan2(float(end[1] - start[1]), float(end[0] - start[0]))
