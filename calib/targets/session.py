"""A calibration session described by one small TOML file: which tables, which noise, what is known before.

[camera]
targets = "camera.csv"          # target, x_m, y_m, z_m; or target, u_px, v_px
sigma_m = 0.01                  # with pixels: sigma_px, and lens = "lens.json" or matrix, size_px, distortion, model
[radar]
targets = "radar.csv"           # target, range_m, azimuth_deg, optionally elevation_deg and height_m; or x_m, y_m
sigma_range_m = 0.1
sigma_azimuth_deg = 0.5
# clouds = "radar/*.pcd"        # instead of targets: scans in which the reflectors of boards are found
# search_m = 1.5                # within that of where they are expected
[images]                        # for `calibrate camera`
folder = "pictures"
columns = 9                     # inner corners
rows = 6
# pattern = "holes"             # four round ones in a square: spacing_m and hole_m, for camera-lidar too
[board]
reflector_depth_m = 0.105       # the reflector stands that far behind the points of its board
columns_m = 0.85                # size of a board that pictures and clouds show: along the columns of its pattern
rows_m = 0.61                   # and along its rows
[drive]                         # pictures and sweeps of a drive, instead of a folder; the camera is that of its rig
path = "ROOT#NAME"
every = 10
[first]                         # for `calibrate hand-eye` and `time-offset`, and [second]
poses = "odometry.csv"          # timestamp_ns, x_m, y_m, z_m, qw, qx, qy, qz; or TUM text
# drive = "ROOT#NAME"           # instead: its ego poses
# sensor = "LIDAR_TOP"          # or the odometry of one of its LiDARs
[prior]                         # radar_from_camera of a drawing
# source = "camera"             # in a session of three sensors: which of them it places
# target = "radar"              # and in which
rotation_wxyz = [0.5, -0.5, 0.5, -0.5]
translation_m = [-1.6, 0.0, 0.9]
sigma_deg = 1.0
sigma_m = 0.05
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calib.estimation.problem import Prior
from calib.targets.columns import Table, read_table
from calib.targets.detections import Floats
from sensorann.errors import FormatError
from sensorann.formats.openlabel.rig import UNIT_TOLERANCE
from sensorann.formats.text_files import read_text
from sensorann.geometry import Transform

# Beyond any length in metres, size in pixels or count: its square would pass the range of numbers sooner or later.
_LARGEST = 1e9
_TABLES: Mapping[str, frozenset[str]] = {
    "camera": frozenset({"name", "targets", "sigma_m", "sigma_px", "lens", "matrix", "distortion", "size_px", "model"}),
    "images": frozenset(
        {"folder", "pattern", "columns", "rows", "spacing_m", "markers", "marker_share", "warped", "hole_m"}
    ),
    "drive": frozenset({"path", "every"}),
    "first": frozenset({"name", "poses", "drive", "sensor"}),
    "second": frozenset({"name", "poses", "drive", "sensor"}),
    "lidar": frozenset({"name", "targets", "sigma_m", "clouds"}),
    "radar": frozenset(
        {
            *("name", "targets", "clouds", "search_m"),
            *("sigma_range_m", "sigma_azimuth_deg", "sigma_elevation_deg", "sigma_height_m"),
        }
    ),
    "board": frozenset({"reflector_depth_m", "columns_m", "rows_m"}),
    "prior": frozenset({"source", "target", "rotation_wxyz", "translation_m", "sigma_deg", "sigma_m"}),
}


@dataclass(frozen=True, slots=True)
class Session:
    """A session file that was read.

    Attributes
    ----------
    path : the file; tables are found beside it
    root : what it says
    """

    path: Path
    root: Mapping[str, Mapping[str, Any]]

    def number(self, table: str, key: str, default: float | None = None) -> float:
        """Return a number above zero.

        Raises
        ------
        FormatError
            When it is missing without a default, or no such number.
        """
        value = self.root.get(table, {}).get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise FormatError(self.path, f"[{table}] {key}", expected="a number above 0", found=_shown(value))
        if value > _LARGEST:
            raise FormatError(self.path, f"[{table}] {key}", expected=f"at most {_LARGEST:g}", found=_shown(value))
        return float(value)

    def count(self, table: str, key: str, default: int | None = None) -> int:
        """Return a whole number above zero; raises as `number` does."""
        value = self.number(table, key, default)
        if not value.is_integer():
            raise FormatError(self.path, f"[{table}] {key}", expected="a whole number", found=_shown(value))
        return int(value)

    def array(self, table: str, key: str, shape: tuple[int, ...]) -> Floats:
        """Return an array of numbers; a length of -1 is free.

        Raises
        ------
        FormatError
            When it is missing or of another shape.
        """
        value = self.root.get(table, {}).get(key)
        try:
            array = np.array(value, np.float64)
            fits = array.ndim == len(shape) and all(
                want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
            )
        except (TypeError, ValueError):
            fits = False
        if not fits or not np.isfinite(array).all():
            wanted = " x ".join("any" if length < 0 else str(length) for length in shape)
            raise FormatError(self.path, f"[{table}] {key}", expected=f"{wanted} numbers", found=_shown(value))
        return array

    def table(self, sensor: str) -> Table:
        """Read the table of a sensor's targets."""
        section = self.root.get(sensor)
        if section is None:
            raise FormatError(self.path, "", expected=f"a table [{sensor}]", found=", ".join(self.root) or "nothing")
        name = self.text(sensor, "targets", "the name of a table, .csv or .json (or clouds)")
        return read_table(self.path.parent / name)

    def text(self, table: str, key: str, what: str) -> str:
        """Return a text; `what` it names is said where it is missing.

        Raises
        ------
        FormatError
            When it is missing or no text.
        """
        value = self.root.get(table, {}).get(key)
        if not isinstance(value, str):
            raise FormatError(self.path, f"[{table}] {key}", expected=what, found=_shown(value))
        return value

    def name(self, sensor: str) -> str:
        """Name of a sensor's frame; what it is where it has none."""
        return str(self.root.get(sensor, {}).get("name", sensor))


def read_session(path: Path) -> Session:
    """Read a session file.

    Raises
    ------
    MissingDataError
        When it is not there.
    FormatError
        When it is no TOML, or holds a table or key that nobody reads.
    """
    try:
        root = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FormatError(path, "", expected="TOML", found=str(error)) from error
    for table, section in root.items():
        if table not in _TABLES or not isinstance(section, dict):
            raise FormatError(path, f"[{table}]", expected=f"tables {', '.join(_TABLES)}", found=table)
        for key in section:
            if key not in _TABLES[table]:
                expected = f"one of {', '.join(sorted(_TABLES[table]))}"
                raise FormatError(path, f"[{table}] {key}", expected=expected, found=key)
    return Session(path, root)


def described_prior(session: Session, source: str, target: str) -> Prior | None:
    """Return what a session knows of target_from_source before any target; None where it says nothing of that pair."""
    stated = session.root.get("prior")
    if stated is None or (stated.get("source", source), stated.get("target", target)) != (source, target):
        return None
    quaternion = session.array("prior", "rotation_wxyz", (4,))
    length = float(np.linalg.norm(quaternion))
    if abs(length - 1) > UNIT_TOLERANCE:
        found = f"length {length:.4g}: are these degrees?"
        raise FormatError(session.path, "[prior] rotation_wxyz", expected="a quaternion of length one", found=found)
    pose = Transform.from_quaternion(quaternion, session.array("prior", "translation_m", (3,)))
    rotation = np.deg2rad(session.number("prior", "sigma_deg"))
    return Prior.from_sigmas(pose, rotation=rotation, translation=session.number("prior", "sigma_m"))


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)
