"""Which end of a vehicle is its front: its driver sits behind an engine, so a car is lower at its front than behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import Category, Motion

# Buses, lorries and machines are built too differently.
_HIGHEST_WITH_BONNET = 2.5
# An end is this share of the length, and told by so many points at least: fewer may be a bumper alone.
_END, _FEWEST_POINTS = 0.25, 5
# Highest points of an end, as shares of the whole height: a bonnet reaches two thirds, a rear all but the whole. Log
# odds per difference, and at most, since some cars have a boot as low as their bonnet; less where one end alone is in
# sight, which may be all of a box on wheels. Chosen on the tuning half of `python -m benchmarks.click_front`.
_EITHER, _PER_SHARE, _MOST_ODDS, _MOST_OF_ONE_END = 0.8, 20.0, 3.0, 2.0


def front_log_odds(places: NDArray[np.float64], heights: NDArray[np.float64], category: Category) -> float:
    """Log odds that the front of an object is at the high end of its length, by its shape alone.

    Parameters
    ----------
    places : (N,) along its length, -0.5 at the low end of the box to 0.5 at the high one
    heights : (N,) above the ground, metres, N >= 1
    category : what it is; only vehicles as low as cars and vans tell
    """
    if category.motion is not Motion.VEHICLE or category.size[2] > _HIGHEST_WITH_BONNET:
        return 0.0
    whole = float(heights.max())
    ends = [heights[places < _END - 0.5], heights[places > 0.5 - _END]]
    low, high = (_share(end, whole) for end in ends)
    most = _MOST_ODDS if min(map(len, ends)) >= _FEWEST_POINTS else _MOST_OF_ONE_END
    return float(np.clip(_PER_SHARE * (low - high), -most, most))


def _share(heights: NDArray[np.float64], whole: float) -> float:
    """How high an end reaches, as a share of the whole; what is not seen may be either end."""
    return float(heights.max()) / whole if len(heights) >= _FEWEST_POINTS else _EITHER
