"""A drive with another calibration: the same measurements, seen from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Trajectory
from sensorann.scene.drive import Drive, one_line
from sensorann.scene.rig import Rig
from sensorann.scene.sweep import Sweep


@dataclass(frozen=True, eq=False, slots=True)
class RecalibratedDrive:
    """A drive whose rig is exchanged; see `Drive`.

    Attributes
    ----------
    drive : the recording
    rig : the sensors of the recording, placed otherwise
    """

    drive: Drive
    rig: Rig

    def __repr__(self) -> str:
        return one_line(self)

    @property
    def name(self) -> str:
        """See `Drive`."""
        return self.drive.name

    @property
    def trajectory(self) -> Trajectory | None:
        """See `Drive`."""
        return self.drive.trajectory

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """See `Drive`."""
        return self.drive.timestamps_ns(sensor)

    def sweep(self, sensor: str, index: int) -> Sweep:
        """See `Drive`."""
        return self.drive.sweep(sensor, index)

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """See `Drive`."""
        return self.drive.image(sensor, index)

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """See `Drive`."""
        return self.drive.image_bytes(sensor, index)
