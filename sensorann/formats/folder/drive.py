"""A folder as a drive: how a team brings its own data; ``docs/own-data.md`` shows one.

``lidar/*.pcd|ply|bin|npy`` (or ``lidar/NAME/*`` for several), ``camera/NAME/*.jpg|png``, ``radar`` as ``lidar``, and
``drive.json``, an OpenLABEL document with sensors, instants and ego poses.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError, MissingDataError
from sensorann.files import require_file
from sensorann.formats.encoded_images import decode_image
from sensorann.formats.folder.description import FILE_NAME, Description, read_description, write_description
from sensorann.formats.folder.files import SUFFIXES, SensorFiles, clock_of_names, find_files, holds_points
from sensorann.formats.points.files import KITTI_COLUMNS, NUSCENES_COLUMNS, read_points
from sensorann.formats.points.table import PointTable, asked_origin, to_float32
from sensorann.geometry import Trajectory, Transform
from sensorann.scene import Drive, Rig, Sensor, SensorKind, Sweep, check_index, one_line

__all__ = ["LANDMARK", "LAYOUT_NAME", "drive_names", "open_drive", "recognises", "write_description"]

LAYOUT_NAME = "folder"
LANDMARK = f"a folder with lidar/*.pcd|ply|bin|npy, or with {FILE_NAME}"
_logger = logging.getLogger(__name__)


def recognises(path: Path) -> bool:
    """Tell whether a folder holds point files in ``lidar`` or ``radar``, or a ``drive.json``, whatever is in that."""
    return path.is_dir() and ((path / FILE_NAME).exists() or holds_points(path))


def drive_names(path: Path) -> list[str]:
    """A folder is one drive, called as the folder is."""
    return [path.resolve().name]


def open_drive(path: Path, name: str) -> Drive:
    """Open the drive in a folder.

    Raises
    ------
    FormatError
        When ``drive.json`` is damaged, or the files do not match its frames.
    """
    found = find_files(path)
    if (path / FILE_NAME).exists():  # a directory of that name is for the reader to refuse
        return _described(path, name, read_description(path / FILE_NAME), found)
    return _bare(path, name, found)


def _described(
    path: Path, name: str, description: Description, found: Mapping[tuple[SensorKind, str], SensorFiles]
) -> Drive:
    """Join ``drive.json`` with the files."""
    files: dict[str, SensorFiles] = {}
    rig = description.rig
    for sensor in rig.sensors:
        # Files that lie in lidar/ itself belong to the only LiDAR, whatever its stream is called.
        single = len(rig.of_kind(sensor.kind)) == 1
        own = found.get((sensor.kind, sensor.name)) or (found.get((sensor.kind, sensor.kind)) if single else None)
        if own is None:
            _logger.warning("%s: no files of %s in %s/%s", path, sensor.name, sensor.kind, sensor.name)
        else:
            files[sensor.name] = own
    for own in found.values():
        if own not in files.values():
            _logger.warning("%s: left out %d files: %s has no such stream", own.folder, len(own), FILE_NAME)
    if description.frames:
        times = {sensor: description.timestamps_ns(sensor, files) for sensor in rig}
    else:
        times = clock_of_names(path, files)
    return _shifted(
        FolderDrive(
            name=name,
            root=path,
            rig=rig,
            trajectory=description.trajectory,
            files=files,
            times=times,
            point_columns=description.point_columns,
        )
    )


def _bare(path: Path, name: str, found: Mapping[tuple[SensorKind, str], SensorFiles]) -> Drive:
    """Point clouds alone: nobody says where the sensors sit, or when the files were taken."""
    files: dict[str, SensorFiles] = {}
    sensors: list[Sensor] = []
    for (kind, sensor), own in found.items():
        if kind == "camera":
            _logger.warning("%s: left out %d pictures: no %s has intrinsics", own.folder, len(own), FILE_NAME)
            continue
        if sensor in files:
            raise FormatError(own.folder, "", expected="sensors with names of their own", found=f"a second {sensor!r}")
        files[sensor] = own
        sensors.append(Sensor(name=sensor, kind=kind, ego_from_sensor=Transform.identity()))
    if len(sensors) > 1:
        _logger.warning("%s: no %s says where the sensors sit; all are put at the ego origin", path, FILE_NAME)
    times = clock_of_names(path, files)
    return _shifted(
        FolderDrive(
            name=name, root=path, rig=Rig(tuple(sensors)), trajectory=None, files=files, times=times, point_columns={}
        )
    )


def _shifted(drive: FolderDrive) -> FolderDrive:
    """Give sensors with far coordinates (a cloud in UTM) an origin among their points.

    Sweeps are float32, which steps by half a metre at UTM northings: the points are given relative to the origin of
    the sensor's first readable sweep, and `ego_from_sensor` carries it.
    """
    origins: dict[str, NDArray[np.float64]] = {}
    sensors: list[Sensor] = []
    for sensor in drive.rig.sensors:
        origin = drive.first_origin(sensor)
        if origin.any():
            x, y, z = (float(part) for part in origin)
            _logger.warning(
                "%s: the points of %s are far from its origin; given relative to (%g, %g, %g), which its pose carries",
                drive.root,
                sensor.name,
                x,
                y,
                z,
            )
            origins[sensor.name] = origin
            pose = sensor.ego_from_sensor @ Transform(np.eye(3), origin)
            sensor = replace(sensor, ego_from_sensor=pose)
        sensors.append(sensor)
    return replace(drive, rig=Rig(tuple(sensors)), origins=origins)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class FolderDrive:
    """A drive in a folder; see `sensorann.scene.Drive`.

    Attributes
    ----------
    name, rig, trajectory : as every drive has them
    root : the folder
    files : files of the sensors that have any
    times : instants per sensor
    point_columns : what the numbers of a point are in .bin and .npy files, for the sensors that say it
    origins : (3,) float64, metres: what was taken off the coordinates of a sensor's points
    """

    name: str
    root: Path
    rig: Rig
    trajectory: Trajectory | None
    files: Mapping[str, SensorFiles]
    times: Mapping[str, NDArray[np.int64]]
    point_columns: Mapping[str, tuple[str, ...]]
    origins: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return one_line(self)

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """Instants (N,) of a sensor, increasing."""
        self.rig[sensor]
        return self.times.get(sensor, np.zeros(0, np.int64))

    def sweep(self, sensor: str, index: int) -> Sweep:
        """Read one LiDAR sweep or radar scan."""
        self.rig.ranging(sensor)  # says so when the sensor is a camera
        table = self._table(sensor, self._path(sensor, index))
        timestamp_ns = int(self.times[sensor][index])
        return Sweep(sensor=sensor, timestamp_ns=timestamp_ns, points=self._near(sensor, table), fields=table.fields())

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """Decode one image (height, width, 3), uint8, BGR."""
        return decode_image(self.image_bytes(sensor, index), path=self._path(sensor, index), where="")

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """Return one image as it is stored."""
        self.rig.camera(sensor)  # says so when the sensor is no camera
        return require_file(self._path(sensor, index)).read_bytes()

    def first_origin(self, sensor: Sensor) -> NDArray[np.float64]:
        """Origin (3,) that the first file with points of a sensor asks for; zero where no file has any."""
        if sensor.kind == "camera" or sensor.name not in self.files:
            return np.zeros(3)
        for index in range(len(self.files[sensor.name])):
            try:
                points = self._table(sensor.name, self._path(sensor.name, index)).points()
            except (FormatError, MissingDataError):
                continue  # whoever asks for the sweep is told what is wrong with it
            if np.isfinite(points).all(axis=1).any():
                return to_float32(points)[1]
        return np.zeros(3)

    def _near(self, sensor: str, table: PointTable) -> NDArray[np.float32]:
        """Coordinates (N, 3), metres; every sweep of a sensor is relative to one origin, whatever its own would be."""
        points = table.points()
        if points.dtype == np.float32 and sensor not in self.origins:
            return np.asarray(points, np.float32)
        origin = self.origins.get(sensor, np.zeros(3))
        away = asked_origin(points - origin)
        if away.any():
            x, y, z = (float(part) for part in origin)
            raise FormatError(
                table.path,
                "",
                expected=f"points near ({x:g}, {y:g}, {z:g}) as in the first sweep of {sensor}, "
                "so that float32 holds their millimetres",
                found=f"points {np.linalg.norm(away):.0f} m away from there",
            )
        return to_float32(points, origin=origin)[0]

    def _table(self, sensor: str, path: Path) -> PointTable:
        usual = NUSCENES_COLUMNS if path.name.lower().endswith(".pcd.bin") else KITTI_COLUMNS
        return read_points(path, columns=self.point_columns.get(sensor, usual))

    def _path(self, sensor: str, index: int) -> Path:
        own = self.rig[sensor]
        if sensor not in self.files:
            raise MissingDataError(f"{self.root / own.kind / sensor} has no {' or '.join(SUFFIXES[own.kind])} files")
        own_files = self.files[sensor]
        check_index(sensor, index, len(own_files))
        return own_files.folder / own_files.names[index]
