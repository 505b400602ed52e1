"""Instants in nuScenes tables: they count microseconds, a drive counts nanoseconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import nearest_indices

MICROSECOND_NS = 1000


def microseconds(timestamp_ns: int) -> int:
    """Round an instant to what the tables count in."""
    return (int(timestamp_ns) + MICROSECOND_NS // 2) // MICROSECOND_NS


def frame_of(times_ns: NDArray[np.int64], frame_times_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the frame or sample at each instant (N,), -1 where there is none.

    Instants that differ by less than a microsecond are the same one.
    """
    nearest = nearest_indices(frame_times_ns, times_ns)
    return np.where(np.abs(frame_times_ns[nearest] - times_ns) < MICROSECOND_NS, nearest, -1)
