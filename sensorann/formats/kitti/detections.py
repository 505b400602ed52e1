"""Detections as text in KITTI's rectified camera, as trackers of KITTI exchange them: one file per class and sequence.

frame,type,left,top,right,bottom,score,height,width,length,x,y,z,rotation_y,alpha

The type is a number: 1 pedestrian, 2 car, 3 cyclist (X. Weng et al., AB3DMOT, IROS 2020). A folder of such files,
`Car/0000.txt`, is read as one.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats.kitti.boxes import cuboids_from_rows, rectified_camera
from sensorann.formats.kitti.calibration import MAX_NUMBER
from sensorann.formats.kitti.rows import SMALLEST_EDGE_M, KittiRow
from sensorann.formats.text_files import read_text
from sensorann.scene import Detections, Drive, frame_timestamps_ns, from_sensor

TYPES = {1: "Pedestrian", 2: "Car", 3: "Cyclist"}

COLUMNS = "frame type left top right bottom score height width length x y z rotation_y alpha".split()  # noqa: SIM905
_FIRST_ROW = re.compile(rb"\s*\d+\s*,\s*\d+\s*,")


def recognises(path: Path) -> bool:
    """Tell whether a path is such a file (a .txt that begins with two numbers and commas, or is empty) or a folder."""
    if path.is_dir():
        return any(path.glob("*/*.txt"))
    if not path.is_file() or path.suffix.lower() != ".txt":
        return False
    with path.open("rb") as stream:
        beginning = stream.read(200)
    return not beginning.strip() or _FIRST_ROW.match(beginning) is not None


def read(path: Path, drive: Drive) -> Detections:
    """Read the detections of one drive.

    Parameters
    ----------
    path : a file, or a folder with a folder per class that holds the drive's file
    drive : the recording whose calibration and poses carry the boxes

    Raises
    ------
    ArgumentError
        When the drive lacks the calibration.
    MissingDataError
        When a folder has no file of the drive.
    FormatError
        When a row is damaged, holds NaN, an unknown type or a frame that the drive does not have; file, line and
        field are named.
    """
    if not drive.rig.of_kind("camera"):
        raise ArgumentError(
            f"{path}: KITTI detections lie in a camera's frame, and drive {drive.name} has no calibrated camera"
        )
    if not path.is_dir():
        return _place([(row, path) for row in _read_rows(path)], drive)
    name = f"{drive.name.rpartition('/')[2]}.txt"
    files = sorted(path.glob(f"*/{name}"))
    if not files:
        raise MissingDataError(f"{path} has no detections of drive {drive.name}: no file */{name}")
    return _place([(row, file) for file in files for row in _read_rows(file)], drive)


def _place(found: list[tuple[KittiRow, Path]], drive: Drive) -> Detections:
    """Detections of rows, in the world or the ego frame."""
    times = frame_timestamps_ns(drive)
    posed = np.ones(len(times), np.bool_) if drive.trajectory is None else drive.trajectory.covers(times)
    for row, path in found:
        if row.frame >= len(times) or not posed[row.frame]:
            raise FormatError(
                path,
                f"line {row.i_line}, field frame",
                expected=f"a frame of drive {drive.name}, which has {len(times)}, {int(posed.sum())} with a pose",
                found=f"{row.frame}",
            )
    rows = [row for row, _ in found]
    sensor = rectified_camera(drive.rig)
    own_times = times[np.array([row.frame for row in rows], np.int64)]
    cuboids = cuboids_from_rows(rows, frame=sensor.name)
    return Detections(
        timestamps_ns=own_times,
        cuboids=from_sensor(cuboids, sensor, drive.trajectory, timestamps_ns=own_times),
        categories=tuple(row.type for row in rows),
        scores=np.array([row.score for row in rows], np.float64),
    )


def _read_rows(path: Path) -> list[KittiRow]:
    lines = enumerate(read_text(path).splitlines(), start=1)
    return [_parse(line, i_line, path) for i_line, line in lines if line.strip()]


def _parse(line: str, i_line: int, path: Path) -> KittiRow:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) != len(COLUMNS):
        raise FormatError(
            path, f"line {i_line}", expected=f"{len(COLUMNS)} numbers with commas", found=f"{len(fields)}"
        )
    values = {name: _number(name, text, i_line, path) for name, text in zip(COLUMNS, fields, strict=True)}

    def check(name: str, holds: bool, expected: str) -> None:
        if not holds:
            found = fields[COLUMNS.index(name)]
            raise FormatError(path, f"line {i_line}, field {name}", expected=expected, found=repr(found))

    check("frame", values["frame"] >= 0 and values["frame"].is_integer(), "a frame number counted from 0")
    known = ", ".join(f"{number} ({name})" for number, name in TYPES.items())
    check("type", values["type"] in TYPES, f"one of {known}")
    for edge in ("height", "width", "length"):
        check(edge, values[edge] >= SMALLEST_EDGE_M, "a positive length in metres")
    return KittiRow(
        i_line=i_line,
        frame=int(values["frame"]),
        track_id=-1,
        type=TYPES[int(values["type"])],
        image_box=(values["left"], values["top"], values["right"], values["bottom"]),
        size=(values["height"], values["width"], values["length"]),
        location=(values["x"], values["y"], values["z"]),
        rotation_y=values["rotation_y"],
        score=values["score"],
    )


def _number(name: str, text: str, i_line: int, path: Path) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) <= MAX_NUMBER:
        raise FormatError(
            path, f"line {i_line}, field {name}", expected=f"a finite number up to {MAX_NUMBER:g}", found=repr(text)
        )
    return value
