"""The boxes of all tracks in order of time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import Track


def boxes_of(tracks: tuple[Track, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Columns of all boxes in time order: number of the track, row in it, instant."""
    owners = np.repeat(np.arange(len(tracks)), [len(track) for track in tracks])
    rows = np.concatenate([np.zeros(0, np.int64), *(np.arange(len(track)) for track in tracks)])
    times = np.concatenate([np.zeros(0, np.int64), *(track.timestamps_ns for track in tracks)])
    order = np.argsort(times, kind="stable")
    return owners[order], rows[order], times[order]
