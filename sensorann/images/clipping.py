"""Which part of a line a camera sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Nothing nearer to a camera than this is drawn, metres.
NEAR_PLANE = 0.1


def clip_to_view(
    starts: NDArray[np.float64], ends: NDArray[np.float64], tangents: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Cut lines to the pyramid that a camera sees, from the near plane on (Liang and Barsky 1984).

    Parameters
    ----------
    starts, ends : (M, 3) metres, in the frame of the camera
    tangents : largest |x / z| and |y / z| that are seen

    Returns
    -------
    starts, ends : (M, 3), cut
    seen : (M,) lines that are seen at all, none without an end; what the other ones were cut to means nothing
    """
    across, down = tangents
    # Rows: a point p is inside where row @ p >= offset.
    planes = np.array([[0, 0, 1], [1, 0, across], [-1, 0, across], [0, 1, down], [0, -1, down]], np.float64)
    offsets = np.array([NEAR_PLANE, 0.0, 0.0, 0.0, 0.0])
    at_start, at_end = starts @ planes.T - offsets, ends @ planes.T - offsets
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = at_start / (at_start - at_end)
    enter = np.where((at_start < 0) & (at_end >= 0), crossing, 0.0).max(axis=1)
    leave = np.where((at_start >= 0) & (at_end < 0), crossing, 1.0).min(axis=1)
    known = np.isfinite(at_start).all(axis=1) & np.isfinite(at_end).all(axis=1)
    seen = known & ~((at_start < 0) & (at_end < 0)).any(axis=1) & (enter < leave)
    direction = ends - starts
    return starts + enter[:, None] * direction, starts + leave[:, None] * direction, seen
