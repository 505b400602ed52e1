"""Frames that are read before they are asked for, beside the person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.recording import CachedDrive
from viewers.worker import Worker

_N_AHEAD = 8


class LoadAhead:
    """Reads the sweeps that a person who goes through a drive will want next."""

    def __init__(self, drive: CachedDrive, frames: NDArray[np.int64]) -> None:
        self._drive, self._frames = drive, frames
        self._worker = Worker("sensorann load ahead")

    def gone_to(self, i_frame: int, *, step: int) -> None:
        """Read what lies ahead of a frame, 1 forward or -1 back, unless something is being read: the next step asks."""
        self._worker.collect()
        ahead = i_frame + step * np.arange(1, _N_AHEAD + 1)
        ahead = ahead[(ahead >= 0) & (ahead < len(self._frames))]
        work = None if self._worker.pending else self._drive.read_ahead(self._frames[ahead])
        if work is not None:
            self._worker.submit("load ahead", work, lambda _: None)

    def close(self) -> None:
        """Read no more."""
        self._worker.close()
