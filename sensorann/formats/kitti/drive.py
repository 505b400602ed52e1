"""A KITTI drive, tracking or raw: numbered files per sensor, read when they are asked for."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats.encoded_images import decode_image, image_size
from sensorann.formats.kitti.calibration import KittiCalibration
from sensorann.formats.points.files import KITTI_COLUMNS, read_bin
from sensorann.geometry import Trajectory, Transform
from sensorann.scene import Rig, Sensor, Sweep, check_index, one_line

LIDAR = "velodyne"
# The camera whose pictures the labels were drawn on, and the one whose rectified frame their boxes lie in.
LABEL_CAMERA = "image_02"
RECTIFIED_CAMERA = "image_00"
CAMERAS = (LABEL_CAMERA, "image_03", RECTIFIED_CAMERA, "image_01")
# As KITTI has them, then what users make of them to save space.
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg")
FRAME_NS = 100_000_000
# Rectified pictures of most KITTI days; taken where a drive has neither pictures nor a written size.
USUAL_SIZE = (1242, 375)
# Ten days at 10 Hz: a higher frame number is a damaged file, not a drive.
MAX_FRAMES = 8_640_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class FileSeries:
    """The files of one sensor: number i lies in `folder` under its zero-padded index.

    Attributes
    ----------
    folder : where the files lie, or would lie
    digits : digits of the zero-padded index
    suffixes : what a file may end in; the first one is named when a file is absent
    timestamps_ns : (N,) int64
    """

    folder: Path
    digits: int
    suffixes: tuple[str, ...]
    timestamps_ns: NDArray[np.int64]

    def path(self, index: int) -> Path:
        """Return the file of an index.

        Raises
        ------
        MissingDataError
            When the file is absent.
        """
        candidates = [self.folder / f"{index:0{self.digits}d}{suffix}" for suffix in self.suffixes]
        for candidate in candidates:
            if candidate.is_file():
                return candidate
        raise MissingDataError(f"{candidates[0]} does not exist")

    def first_path(self) -> Path | None:
        """Return the first file there is, if any."""
        names = sorted(name for name in _file_names(self.folder) if name.endswith(self.suffixes))
        return self.folder / names[0] if names else None


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class KittiDrive:
    """A drive of the KITTI family; see `sensorann.scene.Drive`.

    Attributes
    ----------
    name, rig, trajectory : see `sensorann.scene.Drive`
    series : files of each sensor, also of sensors that nobody calibrated
    """

    name: str
    rig: Rig
    trajectory: Trajectory | None
    series: Mapping[str, FileSeries]

    def __repr__(self) -> str:
        return one_line(self)

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """Instants (N,) of a sensor."""
        return self._series(sensor).timestamps_ns

    def sweep(self, sensor: str, index: int) -> Sweep:
        """Read one sweep: float32 x, y, z, reflectance per point; the reflectance becomes the field ``intensity``."""
        if sensor in CAMERAS:  # asked by name: the rig need not place a sensor that has files
            raise ArgumentError(f"{sensor} is a camera, the LiDARs and radars are: {LIDAR}")
        table = read_bin(self._path(sensor, index), KITTI_COLUMNS)
        points = np.asarray(table.points(), np.float32)
        timestamp_ns = int(self.timestamps_ns(sensor)[index])
        return Sweep(sensor=sensor, timestamp_ns=timestamp_ns, points=points, fields=table.fields())

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """Decode one image (height, width, 3), uint8, BGR."""
        encoded = self.image_bytes(sensor, index)
        return decode_image(encoded, path=self._path(sensor, index), where="")

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """Return one image as it is stored."""
        if sensor == LIDAR:
            cameras = ", ".join(name for name in self.series if name != LIDAR)
            raise ArgumentError(f"{sensor} is a lidar, the cameras are: {cameras or 'none'}")
        return self._path(sensor, index).read_bytes()

    def _path(self, sensor: str, index: int) -> Path:
        series = self._series(sensor)
        check_index(sensor, index, len(series.timestamps_ns))
        return series.path(index)

    def _series(self, sensor: str) -> FileSeries:
        if sensor not in self.series:
            raise ArgumentError(f"drive {self.name} has no sensor {sensor!r}, it has: {', '.join(self.series)}")
        return self.series[sensor]


def build_rig(
    calibration: KittiCalibration | None,
    *,
    calibration_path: Path,
    imu_path: Path,
    series: Mapping[str, FileSeries],
    sizes: Mapping[str, tuple[int, int]],
    has_poses: bool,
) -> Rig:
    """Place the sensors in the ego frame.

    The ego frame is the IMU's. Without ego poses and without the IMU's place it is the LiDAR's; with poses but without
    that place no sensor can be put anywhere, and the rig stays empty.
    """
    ego_from_velodyne = Transform.identity()
    if calibration is not None and calibration.velodyne_from_ego is not None:
        ego_from_velodyne = calibration.velodyne_from_ego.inverse()
    elif has_poses:
        absent = next((path for path in (calibration_path, imu_path) if not path.exists()), None)
        _log.warning(
            "%s: there are ego poses but the sensors cannot be placed, so the rig is empty",
            f"{imu_path} does not say where the LiDAR sits on the IMU (Tr_imu_velo)"
            if absent is None
            else f"{absent} does not exist",
        )
        return Rig(())
    sensors = [Sensor(name=LIDAR, kind="lidar", ego_from_sensor=ego_from_velodyne)]
    if calibration is not None:
        sensors += [
            calibration.camera_sensor(
                name, size=_image_size(series[name], sizes.get(name, USUAL_SIZE)), ego_from_velodyne=ego_from_velodyne
            )
            for name in CAMERAS
            if name in series and name in calibration.projections
        ]
    return Rig(tuple(sensors))


def highest_index(folder: Path, suffixes: tuple[str, ...]) -> int:
    """Highest number among the files of a folder, -1 when there are none.

    Raises
    ------
    FormatError
        When it is too high to be a frame of a drive.
    """
    stems = (Path(name).stem for name in _file_names(folder) if name.endswith(suffixes))
    highest = max((int(stem) for stem in stems if re.fullmatch(r"[0-9]{1,18}", stem)), default=-1)
    if highest >= MAX_FRAMES:
        raise FormatError(folder, "", expected=f"files numbered below {MAX_FRAMES}", found=f"{highest}{suffixes[0]}")
    return highest


def _file_names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []


def _image_size(series: FileSeries, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Size (width, height) of a camera's first picture."""
    path = series.first_path()
    if path is None:
        return otherwise
    encoded = path.read_bytes()
    # An empty or damaged first picture must not keep the drive shut: asking for it will say what is wrong.
    return image_size(encoded) or otherwise
