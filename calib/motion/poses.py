"""Poses of a sensor over time, as odometry writes them: CSV with units in its header, or the text of TUM.

CSV: timestamp_ns, x_m, y_m, z_m, qw, qx, qy, qz in any order of columns. TUM: seconds x y z qx qy qz qw, w last. Both
hold where the sensor was in a world of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from calib.targets.detections import Floats
from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.text_files import read_text
from sensorann.geometry import Trajectory, Transforms
from sensorann.geometry.rotations import rotations_from_quaternions

_HEADER = ("timestamp_ns", "x_m", "y_m", "z_m", "qw", "qx", "qy", "qz")
_TUM = ("seconds", "x_m", "y_m", "z_m", "qx", "qy", "qz", "qw")
_UNIT = 1e-3


def read_poses(path: Path) -> Trajectory:
    """Read the poses of a sensor; .txt and .tum are TUM's text.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When a column is missing, a cell no number, a quaternion not of length one, or time runs backwards.
    """
    lines = [line for line in read_text(path).splitlines() if line.strip() and not line.startswith("#")]
    if path.suffix in (".txt", ".tum"):
        columns = _columns(path, _TUM, [line.split() for line in lines], first=1)
        times = [_nanoseconds(path, i, cell) for i, cell in enumerate(columns["seconds"], start=1)]
    else:
        rows = [[cell.strip() for cell in line] for line in csv.reader(lines)]
        columns = _columns(path, rows[0] if rows else (), rows[1:], first=2)
        times = [_whole(path, i, cell) for i, cell in enumerate(columns["timestamp_ns"], start=2)]
    numbers = {name: _numbers(path, name, columns[name]) for name in _HEADER[1:]}
    quaternions = np.stack([numbers[name] for name in _HEADER[4:]], axis=1)
    lengths = np.linalg.norm(quaternions, axis=1)
    wrong = np.flatnonzero(~(np.abs(lengths - 1) < _UNIT))
    if len(wrong):
        where = f"pose {int(wrong[0]) + 1}"
        raise FormatError(path, where, expected="a quaternion of length one", found=f"length {lengths[wrong[0]]:g}")
    places = np.stack([numbers[name] for name in _HEADER[1:4]], axis=1)
    try:
        return Trajectory(np.array(times, np.int64), Transforms(rotations_from_quaternions(quaternions), places))
    except ArgumentError as error:
        raise FormatError(path, "", expected="poses in the order of time", found=str(error)) from error


def _columns(path: Path, header: Sequence[str], rows: list[list[str]], *, first: int) -> Mapping[str, list[str]]:
    wanted = _TUM if header is _TUM else _HEADER
    missing = [name for name in wanted if name not in header]
    if missing:
        raise FormatError(
            path, "line 1", expected=f"columns {', '.join(_HEADER)}", found=", ".join(header) or "nothing"
        )
    for i, row in enumerate(rows, start=first):
        if len(row) != len(header):
            raise FormatError(path, f"line {i}", expected=f"{len(header)} cells", found=str(len(row)))
    if not rows:
        raise FormatError(path, "", expected="poses", found="none")
    return {name: [row[k] for row in rows] for k, name in enumerate(header)}


def _nanoseconds(path: Path, line: int, cell: str) -> int:
    # Float64 seconds since 1970 step by 238 ns; decimal numbers do not.
    try:
        return round(Decimal(cell) * 1_000_000_000)
    except (InvalidOperation, ValueError, OverflowError):
        raise FormatError(path, f"line {line}", expected="seconds", found=repr(cell)) from None


def _whole(path: Path, line: int, cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise FormatError(path, f"line {line}", expected="whole nanoseconds", found=repr(cell)) from None


def _numbers(path: Path, name: str, cells: list[str]) -> Floats:
    try:
        numbers = np.array([float(cell) for cell in cells])
    except ValueError as error:
        raise FormatError(path, name, expected="numbers", found=str(error)) from None
    if not np.isfinite(numbers).all():
        raise FormatError(path, name, expected="finite numbers", found="NaN or infinity")
    return numbers
