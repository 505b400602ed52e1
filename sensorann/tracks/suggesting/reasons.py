"""Why a box is doubtful, in words that a person can check by looking."""

from __future__ import annotations

import numpy as np

from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Source
from sensorann.tracks.suggesting.doubt import Doubt

_TURN = np.radians(10.0)
_SPEED_CHANGE = 1.5  # m/s
_RESTLESS = 1.3


def reason_for(doubt: Doubt, row: int) -> str:
    """Say what makes the box of a row doubtful: the gap around it, missing points, a turn, a change of speed."""
    keys, track = doubt.keyframes.track, doubt.complete
    now = track.timestamps_ns[row]
    k = int(np.searchsorted(keys.timestamps_ns, now)) - 1
    start, end = keys.timestamps_ns[k], keys.timestamps_ns[k + 1]
    inside = np.flatnonzero((track.timestamps_ns >= start) & (track.timestamps_ns <= end))
    parts = [_silence(doubt, row, inside) or f"no keyframe for {(end - start) * 1e-9:.1f} s"]
    turn = float(wrap_angle(keys.cuboids.yaws[k + 1] - keys.cuboids.yaws[k]))
    if abs(turn) > _TURN:
        parts.append(f"a turn of {abs(np.degrees(turn)):.0f} degrees to the {'left' if turn > 0 else 'right'}")
    first, last = _speed(doubt, inside[:2]), _speed(doubt, inside[-2:])
    if abs(last - first) > _SPEED_CHANGE:
        parts.append(f"{'braking' if last < first else 'speeding up'} from {first:.1f} to {last:.1f} m/s")
    if doubt.restlessness > _RESTLESS:
        parts.append("its keyframes lie far from where the others put them")
    off = float(np.hypot(*doubt.sigmas[row, :2]))
    return f"{', '.join(parts)}; the box may be {off:.2f} m off"


def _silence(doubt: Doubt, row: int, inside: np.ndarray) -> str | None:
    """Tell how long no points were found, where they were followed elsewhere in the track."""
    sources = doubt.complete.sources
    if sources[row] != Source.INTERPOLATED or not (sources == Source.FITTED).any():
        return None
    silent = inside[(sources[inside] != Source.INTERPOLATED)]
    first, last = silent[silent < row].max(), silent[silent > row].min()
    times = doubt.complete.timestamps_ns
    return f"no points found for {(times[last] - times[first]) * 1e-9:.1f} s"


def _speed(doubt: Doubt, rows: np.ndarray) -> float:
    """Speed over two neighbouring boxes, m/s."""
    centers, times = doubt.complete.cuboids.centers[rows, :2], doubt.complete.timestamps_ns[rows]
    return float(np.linalg.norm(centers[1] - centers[0]) / ((times[1] - times[0]) * 1e-9))
