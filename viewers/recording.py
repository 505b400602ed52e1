"""A drive that remembers what was read last, so that going to and fro costs no disk."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, SensorannError
from sensorann.geometry import Trajectory, Transform
from sensorann.scene import Drive, Rig, Sweep, nearest_indices

BYTES_PER_GB = 1_000_000_000
_Key = tuple[str, int]
_Measured = TypeVar("_Measured", Sweep, NDArray[np.uint8])


class CachedDrive:
    """A drive whose sweeps and decoded images are kept up to a number of bytes, those asked for last the longest.

    It is a `Drive` itself, so whatever works on a drive works faster on this one. Several threads may read at once.

    Parameters
    ----------
    drive : what is read
    most_bytes : of sweeps and images together; a single one may be larger
    """

    def __init__(self, drive: Drive, *, most_bytes: int) -> None:
        if most_bytes < 0:
            raise ArgumentError(f"a cache holds 0 bytes or more, got {most_bytes}")
        self._drive, self._most_bytes = drive, most_bytes
        self._kept: OrderedDict[_Key, Sweep | NDArray[np.uint8]] = OrderedDict()
        self._n_bytes = 0
        self._lock = Lock()

    @property
    def name(self) -> str:
        """Name of the drive."""
        return self._drive.name

    @property
    def rig(self) -> Rig:
        """The sensors."""
        return self._drive.rig

    @property
    def trajectory(self) -> Trajectory | None:
        """`world_from_ego` over time."""
        return self._drive.trajectory

    def frame_from_ego(self, timestamp_ns: int) -> Transform:
        """Pose of the vehicle in the frame of the labels: the world, or the vehicle's own where there are no poses.

        Raises
        ------
        TimeRangeError
            When the instant lies outside the ego trajectory.
        """
        return Transform.identity() if self.trajectory is None else self.trajectory.at(timestamp_ns)

    @property
    def n_bytes(self) -> int:
        """Bytes that are kept now."""
        return self._n_bytes

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """Instants (N,) of a sensor."""
        return self._drive.timestamps_ns(sensor)

    def holds(self, sensor: str, index: int) -> bool:
        """Tell whether a measurement is kept, without asking for it."""
        return (sensor, index) in self._kept

    def read_ahead(self, instants: NDArray[np.int64]) -> Callable[[], None] | None:
        """Work that brings the LiDAR sweeps nearest to some instants into memory; None where they are there already."""
        missing = [
            (sensor.name, int(index))
            for sensor in self.rig.of_kind("lidar")
            if len(times := self.timestamps_ns(sensor.name)) and len(instants)
            for index in nearest_indices(times, instants)
            if (sensor.name, int(index)) not in self._kept
        ]

        def read() -> None:
            for sensor, index in missing:
                with contextlib.suppress(SensorannError):  # its frame says why, when it is looked at
                    self.sweep(sensor, index)

        return read if missing else None

    def sweep(self, sensor: str, index: int) -> Sweep:
        """Sweep of that index, from memory where it is kept."""
        kept = self._found((sensor, index))
        return kept if isinstance(kept, Sweep) else self._keep((sensor, index), self._drive.sweep)

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """Decoded image of that index, from memory where it is kept."""
        kept = self._found((sensor, index))
        return kept if isinstance(kept, np.ndarray) else self._keep((sensor, index), self._drive.image)

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """Return one image as it is stored; never kept."""
        return self._drive.image_bytes(sensor, index)

    def _found(self, key: _Key) -> Sweep | NDArray[np.uint8] | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: _Key, read: Callable[[str, int], _Measured]) -> _Measured:
        measured = read(*key)  # outside the lock: others go on reading what is there
        with self._lock:
            if key not in self._kept:
                self._kept[key] = measured
                self._n_bytes += _size(measured)
            while self._n_bytes > self._most_bytes and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._n_bytes -= _size(oldest)
        return measured


def _size(measured: Sweep | NDArray[np.uint8]) -> int:
    if isinstance(measured, Sweep):
        return measured.points.nbytes + sum(column.nbytes for column in measured.fields.values())
    return measured.nbytes
