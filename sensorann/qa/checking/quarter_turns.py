"""By how many quarter turns each heading of a track is wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.rotations import wrap_angle

_QUARTER = np.pi / 2
# Objects slower than this may be pushed by the noise of their boxes, m/s; who backs out is slower than the other.
MOVING, _REVERSING = 1.5, 3.0
# No object turns by more than this from one box to the next, radians, unless they are far apart in time.
SHARP_TURN, _LONGEST_STEP_S = np.radians(55.0), 0.35
# One box whose heading its motion shows weighs as much as so many that only agree with their neighbours.
_WEIGHT_OF_MOTION = 4.0


def quarter_turns(
    yaws: NDArray[np.float64],
    seconds: NDArray[np.float64],
    velocities: NDArray[np.float64],
    pieces: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Quarter turns (N,), 0 to 3, that would set each heading right.

    Headings are compared from box to box: where one is a quarter turn or more from the one before, a part begins. Parts
    are turned in quarters until they agree with each other, and each piece as a whole with its motion.

    Parameters
    ----------
    yaws : (N,) float64, radians
    seconds : (N,) float64, increasing
    velocities : (N, 2) float64, m/s; zero where motion is not known
    pieces : (N,) int64, boxes of different objects differ
    """
    steps = wrap_angle(np.diff(yaws))
    jumps = np.rint(steps / _QUARTER).astype(np.int64)
    judged = (np.diff(seconds) <= _LONGEST_STEP_S) & (np.abs(steps) > SHARP_TURN) & (np.diff(pieces) == 0)
    parts = -np.concatenate([[0], np.cumsum(np.where(judged, jumps, 0))]) % 4
    speeds = np.hypot(*velocities.T)
    shown = np.rint(wrap_angle(np.arctan2(velocities[:, 1], velocities[:, 0]) - yaws) / _QUARTER).astype(np.int64) % 4
    # Slow boxes may back out of a parking place: their motion says nothing of front and back.
    moving = (speeds > MOVING) & ~((shown == 2) & (speeds < _REVERSING))
    turns = np.zeros(len(yaws), np.int64)
    for piece in np.unique(pieces):
        mine = pieces == piece
        wanted = (parts[mine] + np.arange(4)[:, None]) % 4
        agreeing = (wanted == 0).sum(axis=1) + _WEIGHT_OF_MOTION * (moving[mine] & (wanted == shown[mine])).sum(axis=1)
        turns[mine] = wanted[int(np.argmax(agreeing))]
    return turns
