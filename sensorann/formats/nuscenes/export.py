"""The sensor files of tables that we write: those of a nuScenes scene are linked, others are converted."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError, MissingDataError
from sensorann.files import written_whole
from sensorann.formats.nuscenes.drive import NuScenesDrive
from sensorann.formats.nuscenes.plan import Measurement
from sensorann.formats.nuscenes.times import microseconds
from sensorann.formats.points.pcd import write_pcd
from sensorann.geometry import Camera
from sensorann.scene import Drive, Sweep

JPEG_QUALITY = 95
LIDAR_FIELDS = ("intensity", "ring")
_SUFFIXES = {"lidar": ".pcd.bin", "radar": ".pcd", "camera": ".jpg"}
_PNG_SIGNATURE = b"\x89PNG"

# The devkit asks for exactly these fields and types (nuscenes/utils/data_classes.py, RadarPointCloud).
RADAR_TYPES = {
    **dict.fromkeys(("x", "y", "z"), "f4"),
    "dyn_prop": "i1",
    "id": "i2",
    **dict.fromkeys(("rcs", "vx", "vy", "vx_comp", "vy_comp"), "f4"),
    **dict.fromkeys(("is_quality_valid", "ambig_state", "x_rms", "y_rms"), "i1"),
    **dict.fromkeys(("invalid_state", "pdh0", "vx_rms", "vy_rms"), "i1"),
}
# What a return is when nobody said: valid and unambiguous, of unknown motion.
_RADAR_DEFAULTS = {"dyn_prop": 4, "is_quality_valid": 1, "ambig_state": 3}


class SensorExport:
    """Puts the files of a drive's measurements under a data root.

    Attributes
    ----------
    n_absent : measurements whose file is not there; their rows name a file that does not exist
    n_undistorted : pictures whose lens distortion was removed, because nuScenes has no place for it
    lost_fields : names of per-point values that the files of nuScenes have no column for
    """

    def __init__(self, drive: Drive, root: Path) -> None:
        self._drive = drive
        self._root = root
        self.n_absent = 0
        self.n_undistorted = 0
        self.lost_fields: set[str] = set()

    def export(self, sensor: str, one: Measurement, *, channel: str) -> str:
        """Put one measurement where the tables say; returns its name relative to the root."""
        if isinstance(self._drive, NuScenesDrive):
            return self._link(sensor, one.number)
        kind = self._drive.rig[sensor].kind
        stem = f"{plain(self._drive.name)}__{plain(channel)}__{microseconds(one.timestamp_ns)}"
        name = f"{'samples' if one.is_key_frame else 'sweeps'}/{plain(channel)}/{stem}"
        try:
            if kind == "camera":
                return self._write_image(sensor, one.number, name)
            sweep = self._drive.sweep(sensor, one.number)
            self._write_points(sweep, self._root / (name + _SUFFIXES[kind]), radar=kind == "radar")
        except MissingDataError:
            self.n_absent += 1
        return name + _SUFFIXES[kind]

    def _link(self, sensor: str, index: int) -> str:
        """Give a file of the scene a second name: no bytes are copied unless it lies on another file system.

        Sensor data is never edited, so it does no harm that both names stand for the same bytes.
        """
        assert isinstance(self._drive, NuScenesDrive)
        source = self._drive.path(sensor, index)
        name = self._drive.recordings[sensor][index].filename
        target = self._root / name
        if not source.is_file():
            self.n_absent += 1
            return name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source.resolve(), target)
        except OSError:
            shutil.copyfile(source, target)
        return name

    def _write_image(self, sensor: str, index: int, name: str) -> str:
        camera = self._drive.rig.camera(sensor)
        if camera.distortion.any() or camera.model == "fisheye":
            encoded = _undistorted(self._drive.image(sensor, index), camera)
            self.n_undistorted += 1
        else:
            encoded = self._drive.image_bytes(sensor, index)
        name += ".png" if encoded.startswith(_PNG_SIGNATURE) else _SUFFIXES["camera"]
        with written_whole(self._root / name) as temporary:
            temporary.write_bytes(encoded)
        return name

    def _write_points(self, sweep: Sweep, target: Path, *, radar: bool) -> None:
        self.lost_fields.update(set(sweep.fields) - set(RADAR_TYPES if radar else LIDAR_FIELDS))
        (write_radar if radar else write_lidar)(sweep, target)


def plain(name: str) -> str:
    """Make a name fit for a file."""
    return re.sub(r"[^\w.-]", "_", name)


def write_lidar(sweep: Sweep, path: Path) -> None:
    """Write float32 rows x, y, z, intensity, ring; zero where the sweep has no such column."""
    rows = np.zeros((len(sweep), 5), "<f4")
    rows[:, :3] = sweep.points
    for column, name in ((3, "intensity"), (4, "ring")):
        if name in sweep.fields:
            rows[:, column] = sweep.fields[name]
    with written_whole(path) as temporary:
        rows.tofile(temporary)


def write_radar(sweep: Sweep, path: Path) -> None:
    """Write a radar PCD of the 18 fields that the devkit asks for; an empty scan is one return at NaN."""
    n = len(sweep)
    columns: dict[str, NDArray[Any]] = {}
    for axis, name in enumerate("xyz"):
        columns[name] = sweep.points[:, axis] if n else np.full(1, np.nan, np.float32)
    for name in list(RADAR_TYPES)[3:]:
        column = sweep.fields.get(name, np.full(n, _RADAR_DEFAULTS.get(name, 0)))
        columns[name] = _fitted(column if n else np.zeros(1), np.dtype(RADAR_TYPES[name]))
    write_pcd(path, columns)
    with path.open("ab") as stream:
        stream.write(b"\n")  # the devkit's reader wants one more byte after the last point


def _fitted(column: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Convert a column; whole numbers stop at the ends of their type, where a wrapped one would be another value."""
    if dtype.kind != "i":
        return column.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.nan_to_num(column.astype(np.float64)), limits.min, limits.max).astype(dtype)


def _undistorted(image: NDArray[np.uint8], camera: Camera) -> bytes:
    """Picture of the same camera matrix without distortion, as jpeg."""
    if camera.model == "fisheye":
        coefficients = camera.distortion if len(camera.distortion) else np.zeros(4)
        straight = cv2.fisheye.undistortImage(image, camera.matrix, coefficients, Knew=camera.matrix)
    else:
        straight = cv2.undistort(image, camera.matrix, camera.distortion)
    done, encoded = cv2.imencode(".jpg", straight, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise FormatError("picture", "", expected="a picture that can be encoded", found=f"shape {straight.shape}")
    return encoded.tobytes()
