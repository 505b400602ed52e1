"""Boxes put back on the path of their neighbours: the repair of those that are off it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.finding import Edit
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.spans import put_back

PLAN = (1.0, 1.0, 0.0)
# Neighbours say where a box belongs when they lie on one path, but for this share of how far the box is off.
_ROUGH = 0.35
# It is off from either side alone, by this share, as so many boxes there go on: else it is the other side that is off.
_EITHER_SIDE, _N_SIDE = 0.5, 4


def back_on_path(path: Path, rows: NDArray[np.int64], *, axes: tuple[float, float, float] = PLAN) -> tuple[Edit, ...]:
    """Put a run of boxes where their neighbours say, along some of the axes.

    Nothing where these do not agree, and at the end of a track: from one side alone a box, and all that follow it, may
    as well be right.
    """
    misses, roughs = path.misses[rows] * axes, path.roughs[rows] * axes
    if not len(rows) or (np.linalg.norm(roughs, axis=1) > _ROUGH * np.linalg.norm(misses, axis=1)).any():
        return ()
    before, after = np.arange(rows[0]), np.arange(len(path.track) - 1, rows[-1], -1)
    for row, others, miss in ((rows[0], before, misses[0]), (rows[-1], after, misses[-1])):
        near = others[-_N_SIDE:]
        if len(near) < 2 or np.linalg.norm(_off(path, int(row), near) * axes) < _EITHER_SIDE * np.linalg.norm(miss):
            return ()
    return put_back(rows, path.track, misses)


def _off(path: Path, row: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
    """How far a box (3,) is from where some boxes on one side of it lead, metres; the nearest of them comes last."""
    seconds, places = path.seconds, path.track.cuboids.centers
    velocity = (places[others[-1]] - places[others[0]]) / (seconds[others[-1]] - seconds[others[0]])
    expected = places[others[-1]] + velocity * (seconds[row] - seconds[others[-1]])
    return np.asarray(places[row] - expected)
