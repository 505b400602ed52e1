"""Why a box is doubtful, in words that a person can check by looking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Source, Track
from sensorann.tracks.keyframes import KEYFRAME_SOURCES
from sensorann.tracks.suggesting.doubt import Doubt

_TURN = np.radians(10.0)
_SPEED_CHANGE = 1.5  # m/s
_RESTLESS = 1.3


def reason_for(doubt: Doubt, row: int) -> str:
    """Say what makes the box of a row doubtful: the gap around it, missing points, a turn, a change of speed."""
    source = Source(int(doubt.complete.sources[row]))
    given = source in KEYFRAME_SOURCES
    parts = [f"{source.label}, not placed by a person"] if given else _of_gap(doubt, row)
    if doubt.restlessness > _RESTLESS:
        parts.append("its keyframes lie far from where the others put them")
    off = float(np.hypot(*doubt.sigmas[row, :2]))
    return f"{', '.join(parts)}; the box may be {off:.2f} m off"


def _of_gap(doubt: Doubt, row: int) -> list[str]:
    """What the gap between two keyframes shows around one of its boxes."""
    track = doubt.complete
    keys = np.searchsorted(track.timestamps_ns, doubt.schedule.timestamps_ns)
    k = int(np.searchsorted(keys, row)) - 1
    inside = np.arange(keys[k], keys[k + 1] + 1)
    parts = [_silence(doubt, row, inside) or f"no keyframe for {_seconds(track, inside[0], inside[-1]):.1f} s"]
    yaws = track.cuboids.yaws[inside]
    turn = float(wrap_angle(yaws[-1] - yaws[0]))
    if abs(turn) > _TURN:
        parts.append(f"a turn of {abs(np.degrees(turn)):.0f} degrees to the {'left' if turn > 0 else 'right'}")
    first, last = _speed(doubt, inside[:2]), _speed(doubt, inside[-2:])
    if abs(last - first) > _SPEED_CHANGE:
        parts.append(f"{'braking' if last < first else 'speeding up'} from {first:.1f} to {last:.1f} m/s")
    return parts


def _silence(doubt: Doubt, row: int, inside: NDArray[np.int64]) -> str | None:
    """Tell how long no points were found, where they were followed elsewhere in the track."""
    sources = doubt.complete.sources
    if sources[row] != Source.INTERPOLATED or not (sources == Source.FITTED).any():
        return None
    silent = inside[sources[inside] != Source.INTERPOLATED]
    first, last = silent[silent < row].max(), silent[silent > row].min()
    return f"no points found for {_seconds(doubt.complete, first, last):.1f} s"


def _speed(doubt: Doubt, rows: NDArray[np.int64]) -> float:
    """Speed over two neighbouring boxes, m/s."""
    centers = doubt.complete.cuboids.centers[rows, :2]
    return float(np.linalg.norm(centers[1] - centers[0]) / _seconds(doubt.complete, rows[0], rows[1]))


def _seconds(track: Track, first: int, last: int) -> float:
    return float((track.timestamps_ns[last] - track.timestamps_ns[first]) * 1e-9)
