"""Write any drive into one packed file, measurement by measurement."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from sensorann import __version__
from sensorann.errors import ArgumentError, MissingDataError
from sensorann.files import written_whole
from sensorann.formats.packed.checked_hdf5 import write_array, write_text
from sensorann.formats.packed.hdf5_stream import HeldStream, created_hdf5
from sensorann.formats.packed.read import FORMAT_VERSION, measurement_name, sensor_name
from sensorann.formats.packed.sweeps import write_sweep
from sensorann.geometry import Trajectory
from sensorann.scene import Drive, Sensor, Sweep, check_drive

log = logging.getLogger(__name__)
# Measurements that wait between the reading and the writing thread; each may be a few megabytes.
_AHEAD = 4
NAME_END = ".drive.h5"


@dataclass(frozen=True, kw_only=True, slots=True)
class PackSummary:
    """What went into a packed drive.

    Attributes
    ----------
    n_sweeps, n_images : measurements written
    n_missing : measurements that the source knows of and does not have
    n_points : points of all sweeps
    n_bytes_source : bytes of all points, fields and images before compression
    n_bytes : size of the file
    """

    n_sweeps: int
    n_images: int
    n_missing: int
    n_points: int
    n_bytes_source: int
    n_bytes: int


def pack(drive: Drive, path: Path | str, *, progress: Callable[[int, int], None] | None = None) -> PackSummary:
    """Write a drive into one file, whole or not at all; reading it gives identical values back.

    Never holds more than a few measurements at once. A measurement whose file is absent is recorded as missing and
    counted in a warning.

    Parameters
    ----------
    drive : any drive
    path : the file, named ``*.drive.h5``
    progress : called with (measurements done, all measurements)

    Raises
    ------
    ArgumentError
        When the name does not end in .drive.h5, which packed drives are recognised by.
    FormatError
        When a measurement of the source is damaged.
    """
    check_drive(drive)
    path = Path(path)
    if not path.name.endswith(NAME_END) or path.name == NAME_END:
        wanted = f"call it {path.stem.removesuffix('.drive')}{NAME_END}" if path.name else f"name a file *{NAME_END}"
        raise ArgumentError(f"a packed drive is recognised by its name: {wanted}, not {str(path)!r}")
    with written_whole(path) as temporary:
        with created_hdf5(temporary) as (file, stream):
            file.attrs["format_version"] = np.int64(FORMAT_VERSION)
            write_text(file, "drive_name", drive.name)
            write_text(file, "written_by", f"sensorann {__version__}")
            if drive.trajectory is not None:
                _write_trajectory(file.create_group("trajectory"), drive.trajectory)
            counts = _write_sensors(file, drive, _checked(stream, progress))
        n_bytes = temporary.stat().st_size
    return PackSummary(
        n_sweeps=counts.n_sweeps,
        n_images=counts.n_images,
        n_missing=counts.n_missing,
        n_points=counts.n_points,
        n_bytes_source=counts.n_bytes_source,
        n_bytes=n_bytes,
    )


def _checked(stream: HeldStream, progress: Callable[[int, int], None] | None) -> Callable[[int, int], None]:
    """Stop at the first measurement that the disk did not take."""

    def report(done: int, total: int) -> None:
        stream.check()
        if progress is not None:
            progress(done, total)

    return report


@dataclass(slots=True)
class _Counts:
    n_sweeps: int = 0
    n_images: int = 0
    n_missing: int = 0
    n_points: int = 0
    n_bytes_source: int = 0

    def add(self, measurement: Sweep | bytes | None) -> None:
        if measurement is None:
            self.n_missing += 1
        elif isinstance(measurement, bytes):
            self.n_images += 1
            self.n_bytes_source += len(measurement)
        else:
            self.n_sweeps += 1
            self.n_points += len(measurement)
            self.n_bytes_source += measurement.points.nbytes
            self.n_bytes_source += sum(column.nbytes for column in measurement.fields.values())


def _write_trajectory(group: h5py.Group, trajectory: Trajectory) -> None:
    write_array(group, "timestamps_ns", trajectory.timestamps_ns)
    write_array(group, "rotations", trajectory.world_from_ego.rotations)
    write_array(group, "translations", trajectory.world_from_ego.translations)


def _write_sensors(file: h5py.File, drive: Drive, progress: Callable[[int, int], None]) -> _Counts:
    counts = _Counts()
    total = sum(len(drive.timestamps_ns(name)) for name in drive.rig)
    done = 0
    # Track order is off: groups of many members then keep their names in a B-tree with checksums.
    sensors = file.create_group("sensors")
    for number, sensor in enumerate(drive.rig.sensors):
        group = sensors.create_group(sensor_name(number))
        _write_sensor(group, sensor)
        times = drive.timestamps_ns(sensor.name)
        present = np.zeros(len(times), np.uint8)
        measurements = group.create_group("measurements")
        for index, measurement in enumerate(_read_ahead(drive, sensor, len(times))):
            counts.add(measurement)
            if measurement is not None:
                present[index] = 1
                _write_measurement(measurements, measurement_name(index), measurement)
            done += 1
            progress(done, total)
        write_array(group, "timestamps_ns", np.asarray(times, np.int64))
        write_array(group, "present", present)
        if not present.all():
            missing = int((present == 0).sum())
            log.warning("%d of %d measurements of %s are missing: recorded so", missing, len(times), sensor.name)
    return counts


def _write_sensor(group: h5py.Group, sensor: Sensor) -> None:
    write_text(group, "name", sensor.name)
    write_text(group, "kind", sensor.kind)
    group.attrs["rotation"] = sensor.ego_from_sensor.rotation
    group.attrs["translation"] = sensor.ego_from_sensor.translation
    if sensor.camera is not None:
        write_text(group, "camera_model", sensor.camera.model)
        group.attrs["camera_matrix"] = sensor.camera.matrix
        group.attrs["camera_width"] = np.int64(sensor.camera.size[0])
        group.attrs["camera_height"] = np.int64(sensor.camera.size[1])
        if len(sensor.camera.distortion):
            group.attrs["camera_distortion"] = sensor.camera.distortion


def _write_measurement(group: h5py.Group, name: str, measurement: Sweep | bytes) -> None:
    if isinstance(measurement, bytes):
        # A jpeg or png is compressed already: a codec would only cost time.
        write_array(group, name, np.frombuffer(measurement, np.uint8), compress=False)
    else:
        write_sweep(group.create_group(name), measurement)


def _read_ahead(drive: Drive, sensor: Sensor, n: int) -> Iterator[Sweep | bytes | None]:
    """Yield the measurements in order, None for a missing one, reading the next while this one is written."""

    def read(index: int) -> Sweep | bytes | None:
        try:
            if sensor.kind == "camera":
                return drive.image_bytes(sensor.name, index)
            return drive.sweep(sensor.name, index)
        except MissingDataError:
            return None

    waiting: deque[Future[Sweep | bytes | None]] = deque()
    # One thread, so a drive is never read from two places at a time.
    with ThreadPoolExecutor(max_workers=1) as reader:
        try:
            for index in range(n):
                waiting.append(reader.submit(read, index))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
