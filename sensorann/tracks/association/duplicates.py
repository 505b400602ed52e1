"""One object, detected twice in a frame: only the surest box takes part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels import association, overlap

# Two objects of one kind never share so much of the ground, seen from above.
_LARGEST_OVERLAP = 0.3


def surest_rows(seconds: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows without the boxes that a surer one of the same instant covers.

    Parameters
    ----------
    seconds : (N,) float64, rising; of each instant the surest box first
    boxes : (N, >= 7) float64: x, y, z, yaw, length, width, height

    Returns
    -------
    (K,) int64, rising
    """
    footprints = np.empty((len(boxes), 7))
    association.rectangles(boxes, footprints)
    starts = np.flatnonzero(np.diff(seconds, prepend=np.nan) != 0)
    kept = [
        start + overlap.suppress(footprints[start:stop], np.arange(stop - start), _LARGEST_OVERLAP)
        for start, stop in zip(starts, [*starts[1:], len(seconds)], strict=True)
    ]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *kept]))
