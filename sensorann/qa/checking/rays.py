"""Which rays of a sweep passed through a place, and which ended before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Only the middle of a place is looked at: rays past its rim say nothing.
_MIDDLE = 0.7


def count_rays(
    points: NDArray[np.float32],
    sensor: NDArray[np.float64],
    center: NDArray[np.float64],
    half_size: NDArray[np.float64],
    *,
    behind: float,
) -> int:
    """Count the rays that passed through a place; none where as many ended before it, because something hides it.

    Parameters
    ----------
    points : (P, 3) float32, where rays ended, metres
    sensor, center : (3,) float64, in the frame of the points; z is up
    half_size : (3,) float64, of a box of any heading around the place
    behind : a ray has passed when it ends this far behind the box, metres
    """
    toward = center[:2] - sensor[:2]
    distance = float(np.hypot(toward[0], toward[1]))
    forward = (toward / max(distance, 1e-9)).astype(np.float32)
    offsets = points - sensor.astype(np.float32)
    ahead = offsets[:, :2] @ forward
    aside = offsets[:, 1] * forward[0] - offsets[:, 0] * forward[1]
    half_width = _MIDDLE * float(min(half_size[0], half_size[1]))
    window = (ahead > 1.0) & (np.abs(aside) * distance < half_width * ahead)
    rise = offsets[window, 2] / ahead[window] * distance
    ends = ahead[window][np.abs(rise - (center[2] - sensor[2])) < _MIDDLE * half_size[2]]
    depth = float(np.hypot(half_size[0], half_size[1]))
    hidden = int((ends < distance - depth).sum())
    passed = int((ends > distance + depth + behind).sum())
    return passed if passed > hidden else 0
