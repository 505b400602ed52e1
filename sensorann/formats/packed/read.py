"""Open a packed drive: its index at once, its measurements when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

import h5py
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.files import require_file
from sensorann.formats.encoded_images import decode_image
from sensorann.formats.packed.checked_hdf5 import (
    array_of,
    damage_named,
    group_of,
    integer_of,
    numbers_of,
    open_hdf5,
    text_of,
)
from sensorann.formats.packed.sweeps import read_sweep
from sensorann.geometry import Camera, Trajectory, Transform, Transforms
from sensorann.geometry.arrays import frozen
from sensorann.geometry.cameras import CameraModel
from sensorann.scene import Rig, Sensor, Sweep, check_index, one_line, sensor_kind

LAYOUT_NAME = "packed drive"
LANDMARK = "a .drive.h5 file"
SUFFIX = ".h5"
FORMAT_VERSION = 1
MAX_SENSORS = 1000


def sensor_name(number: int) -> str:
    """Name of a sensor's group: its place in the rig, since its own name may hold a slash."""
    return f"{number:03d}"


def measurement_name(index: int) -> str:
    """Name of a measurement within its sensor."""
    return f"{index:06d}"


def recognises(path: Path) -> bool:
    """Tell a packed drive by its name."""
    return path.suffix == SUFFIX and path.is_file()


def drive_names(path: Path) -> list[str]:
    """Return the name of the one drive in the file.

    Raises
    ------
    FormatError
        When the file is damaged, or a newer sensorann wrote it.
    """
    with damage_named(path, ""), open_hdf5(path) as file:
        _check_version(path, file)
        return [text_of(file, "drive_name")]


def open_drive(path: Path, name: str = "") -> PackedDrive:
    """Open a packed drive; reads its index alone.

    Parameters
    ----------
    path : the file
    name : of the drive in it; empty for whichever it is

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged, or a newer sensorann wrote it.
    ArgumentError
        When it holds a drive of another name.
    """
    path = require_file(path)
    with damage_named(path, ""):
        file = open_hdf5(path)
        _check_version(path, file)
        own_name = text_of(file, "drive_name")
    if name not in ("", own_name):
        raise ArgumentError(f"{path} holds the drive {own_name!r}, not {name!r}")
    with damage_named(path, "trajectory"):
        trajectory = _read_trajectory(group_of(file, "trajectory")) if "trajectory" in file else None
    sensors: list[Sensor] = []
    times: dict[str, NDArray[np.int64]] = {}
    present: dict[str, NDArray[np.bool_]] = {}
    with damage_named(path, "sensors"):
        for number in range(_n_sensors(file)):
            with damage_named(path, f"sensor {number}"):
                group = group_of(group_of(file, "sensors"), sensor_name(number))
                sensor = _read_sensor(group)
                sensors.append(sensor)
                times[sensor.name] = frozen(array_of(group, "timestamps_ns", (None,), np.int64))
                flags = array_of(group, "present", (len(times[sensor.name]),), np.uint8)
                present[sensor.name] = frozen(flags != 0)
        rig = Rig(tuple(sensors))
    return PackedDrive(
        path=path, name=own_name, rig=rig, trajectory=trajectory, times=times, present=present, file=file
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class PackedDrive:
    """A drive in one file; see `sensorann.scene.Drive` for what it does.

    Attributes
    ----------
    path : the file
    name, rig, trajectory : of the drive that was packed
    times : instants per sensor
    present : per sensor, which of its measurements were there when the drive was packed
    """

    path: Path
    name: str
    rig: Rig
    trajectory: Trajectory | None
    times: Mapping[str, NDArray[np.int64]] = field(repr=False)
    present: Mapping[str, NDArray[np.bool_]] = field(repr=False)
    file: h5py.File = field(repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        # An open file cannot travel to another process; its path can.
        return (open_drive, (self.path, self.name))

    def close(self) -> None:
        """Close the file; it also closes with the last reference to the drive."""
        self.file.close()

    def __repr__(self) -> str:
        return one_line(self)

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """Instants (N,) of a sensor."""
        return self.times[self.rig[sensor].name]

    def sweep(self, sensor: str, index: int) -> Sweep:
        """Read one sweep or scan."""
        self.rig.ranging(sensor)  # says so when the sensor is a camera
        where = f"sweep {index} of {sensor}"
        parent = self._measurements(sensor, index, where)
        with damage_named(self.path, where):
            return read_sweep(group_of(parent, measurement_name(index)), sensor)

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """Decode one image."""
        encoded = self.image_bytes(sensor, index)
        return decode_image(encoded, path=self.path, where=f"image {index} of {sensor}")

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """Return one image as it was packed."""
        self.rig.camera(sensor)  # says so when the sensor is no camera
        where = f"image {index} of {sensor}"
        parent = self._measurements(sensor, index, where)
        with damage_named(self.path, where):
            return array_of(parent, measurement_name(index), (None,), np.uint8).tobytes()

    def _measurements(self, sensor: str, index: int, where: str) -> h5py.Group:
        present = self.present[sensor]
        check_index(sensor, index, len(present))
        if not present[index]:
            raise MissingDataError(f"{self.path}: {where} was not there when the drive was packed")
        with damage_named(self.path, where):
            number = list(self.rig).index(sensor)
            return group_of(group_of(group_of(self.file, "sensors"), sensor_name(number)), "measurements")


def _check_version(path: Path, file: h5py.File) -> None:
    version = integer_of(file, "format_version")
    if not 1 <= version <= FORMAT_VERSION:
        expected = f"1 to {FORMAT_VERSION} (upgrade sensorann to read newer ones)"
        raise FormatError(path, "format_version", expected=expected, found=str(version))


def _n_sensors(file: h5py.File) -> int:
    n = len(group_of(file, "sensors"))
    if n > MAX_SENSORS:
        raise ValueError(f"{n} sensors, more than {MAX_SENSORS}")
    return n


def _read_trajectory(group: h5py.Group) -> Trajectory:
    times = array_of(group, "timestamps_ns", (None,), np.int64)
    rotations = array_of(group, "rotations", (len(times), 3, 3), np.float64)
    translations = array_of(group, "translations", (len(times), 3), np.float64)
    return Trajectory(times, Transforms(rotations, translations))


def _read_sensor(group: h5py.Group) -> Sensor:
    kind = sensor_kind(text_of(group, "kind"))
    if kind is None:
        raise ValueError(f"a sensor of kind {text_of(group, 'kind')!r}")
    return Sensor(
        name=text_of(group, "name"),
        kind=kind,
        ego_from_sensor=Transform(numbers_of(group, "rotation", (3, 3)), numbers_of(group, "translation", (3,))),
        camera=_read_camera(group) if kind == "camera" else None,
    )


def _read_camera(group: h5py.Group) -> Camera:
    model = text_of(group, "camera_model")
    if model not in get_args(CameraModel):
        raise ValueError(f"a camera model {model!r}")
    has_distortion = "camera_distortion" in group.attrs
    return Camera(
        matrix=numbers_of(group, "camera_matrix", (3, 3)),
        size=(integer_of(group, "camera_width"), integer_of(group, "camera_height")),
        distortion=numbers_of(group, "camera_distortion", (None,)) if has_distortion else np.zeros(0),
        model=cast(CameraModel, model),
    )
