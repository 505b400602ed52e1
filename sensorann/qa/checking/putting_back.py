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
# So many boxes on either side.
_FEWEST_BESIDE = 2


def back_on_path(path: Path, rows: NDArray[np.int64], *, axes: tuple[float, float, float] = PLAN) -> tuple[Edit, ...]:
    """Put a run of boxes where their neighbours say, along some of the axes.

    Nothing where these do not agree, and at the end of a track: from one side alone a box, and all that follow it, may
    as well be right.
    """
    misses, roughs = path.misses[rows] * axes, path.roughs[rows] * axes
    if not len(rows) or min(rows[0], len(path.track) - 1 - rows[-1]) < _FEWEST_BESIDE:
        return ()
    agree = np.linalg.norm(roughs, axis=1) <= _ROUGH * np.linalg.norm(misses, axis=1)
    return put_back(rows, path.track, misses) if agree.all() else ()
