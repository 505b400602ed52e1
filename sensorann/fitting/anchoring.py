"""Where a box of known size stands, given the part of it that the sensor saw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Points never stick out of the true box by more than noise, yet leave any part of it empty.
_OVERSHOOT_WEIGHT = 30.0


def length_lies_along(extent: NDArray[np.float64], size: tuple[float, float, float] | None) -> bool:
    """Tell whether the length of the object lies along the first axis of its measured extent (2,).

    Without a known size the longer side is the length. With one, the longer side is the edge that it fits best: the
    rear of a car shows its width alone.
    """
    if size is None:
        return bool(extent[0] >= extent[1])
    misfits = []
    for edges in ((size[0], size[1]), (size[1], size[0])):
        overshoot = max(extent[0] - edges[0], 0.0) + max(extent[1] - edges[1], 0.0)
        longest = int(np.argmax(extent))
        misfits.append(abs(extent[longest] - edges[longest]) + _OVERSHOOT_WEIGHT * overshoot)
    return bool(misfits[0] <= misfits[1])


def anchor_extent(
    low: NDArray[np.float64], high: NDArray[np.float64], edge: NDArray[np.float64], *, sensor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Centre (2,) of a box whose near faces stay where they were measured.

    Parameters
    ----------
    low, high : (2,) measured extent along the axes of the box
    edge : (2,) length and width of the box, at least the extent
    sensor : (2,) position of the sensor along the same axes

    Along an axis where the sensor stands between the two faces neither is the near one: the box grows to both sides.
    """
    middle = (low + high) / 2
    toward = sensor - middle
    near = np.where(np.abs(toward) > (high - low) / 2, np.sign(toward), 0.0)
    return np.asarray(middle - near * (edge - (high - low)) / 2)
