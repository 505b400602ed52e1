"""A recording as every reader returns it: nothing is read until it is asked for."""

from __future__ import annotations

from pathlib import PurePath
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Trajectory
from sensorann.scene.rig import Rig
from sensorann.scene.sweep import Sweep


class Drive(Protocol):
    """A recording: a rig, instants per sensor, an ego trajectory, and lazy access to what was measured.

    Index i of a sensor is the i-th instant of `timestamps_ns(sensor)`, in time order.
    """

    @property
    def name(self) -> str:
        """Name within its data set, such as ``0000`` or ``scene-0103``."""

    @property
    def rig(self) -> Rig:
        """The sensors."""

    @property
    def trajectory(self) -> Trajectory | None:
        """`world_from_ego` over time; None where the data set has no ego poses."""

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """Instants (N,) of a sensor, increasing."""

    def sweep(self, sensor: str, index: int) -> Sweep:
        """Read one LiDAR sweep or radar scan.

        Raises
        ------
        ArgumentError
            When the sensor is a camera, or has no measurement of that index.
        MissingDataError
            When the file is absent; the message names it.
        FormatError
            When the file is damaged.
        """

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """Decode one image (height, width, 3), uint8, BGR; raises as `sweep` does."""

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """Return one image as it is stored (jpeg, png); raises as `sweep` does."""


def check_drive(drive: object) -> None:
    """Refuse a path where an opened drive is meant, the usual slip of a first program.

    Raises
    ------
    ArgumentError
        When it is a text or a path.
    """
    if isinstance(drive, str | PurePath):
        path = str(drive)
        raise ArgumentError(f"drive must be an opened drive, got {path!r}: open_drive({path!r}) opens it")


def one_line(drive: Drive) -> str:
    """Name a drive with its frames and sensors: what Python shows of it."""
    n_frames = len(frame_timestamps_ns(drive)) if len(drive.rig) or drive.trajectory is not None else 0
    sensors = ", ".join(drive.rig) or "no sensor"
    return f"<{type(drive).__name__} {drive.name}: {n_frames} frames, {sensors}>"


def check_index(sensor: str, index: int, n: int) -> None:
    """Refuse an index that none of the n measurements of a sensor has; a negative one counts from no end.

    Raises
    ------
    ArgumentError
        When the index is not one of 0 to n - 1.
    """
    if not 0 <= index < n:
        raise ArgumentError(f"{sensor} has {n} measurements, there is no number {index}")


def reference_sensor(drive: Drive) -> str:
    """Name the sensor whose instants are the frames of the drive: the first LiDAR, else the first sensor.

    Raises
    ------
    ArgumentError
        When the drive has no sensor.
    """
    check_drive(drive)
    candidates = drive.rig.of_kind("lidar") or drive.rig.sensors
    if not candidates:
        raise ArgumentError(f"drive {drive.name} has no sensor that could be placed, so it has no frames of one")
    return candidates[0].name


def frame_timestamps_ns(drive: Drive) -> NDArray[np.int64]:
    """Instants (N,) of the drive's frames: those of its reference sensor, without any sensor those of its ego poses.

    Raises
    ------
    ArgumentError
        When the drive has neither.
    """
    check_drive(drive)
    if not len(drive.rig) and drive.trajectory is not None:
        return drive.trajectory.timestamps_ns
    return drive.timestamps_ns(reference_sensor(drive))
