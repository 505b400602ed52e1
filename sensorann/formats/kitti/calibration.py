"""KITTI calibration text: lines of a name and numbers, with every spelling that copies of the set use.

Frames: `velodyne` (x forward, y left, z up), the IMU, which is the ego frame, and `rect`, the rectified frame of
camera 0 (x right, y down, z forward) in which KITTI labels lie. Camera i sits at an offset from `rect` that its
projection matrix hides in the fourth column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.text_files import read_text
from sensorann.geometry import Camera, Transform
from sensorann.scene import Sensor

IMU_CALIBRATION = "calib_imu_to_velo.txt"
# Printed digits leave rotations about 1e-6 off; more than this is no rounding but a damaged or foreign matrix.
ROTATION_TOLERANCE = 1e-3
# No metre, pixel or cosine in KITTI's text is larger: what is would only overflow later on.
MAX_NUMBER = 1e9


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class KittiCalibration:
    """Where the sensors sit and how the rectified cameras project.

    Attributes
    ----------
    rect_from_velodyne : the rectified frame of camera 0 from the LiDAR
    velodyne_from_ego : the LiDAR from the IMU; None where the files do not say
    projections : camera name to (3, 4) float64, pixels from `rect`
    """

    rect_from_velodyne: Transform
    velodyne_from_ego: Transform | None
    projections: Mapping[str, NDArray[np.float64]]

    def camera_sensor(self, name: str, *, size: tuple[int, int], ego_from_velodyne: Transform) -> Sensor:
        """Build one camera of the rig; `projections` must hold it."""
        projection = self.projections[name]
        matrix = projection[:, :3]
        camera_from_rect = Transform(np.eye(3), np.linalg.solve(matrix, projection[:, 3]).astype(np.float64))
        camera_from_velodyne = camera_from_rect @ self.rect_from_velodyne
        camera = Camera(matrix=matrix, size=size, distortion=np.zeros(0))
        return Sensor(
            name=name, kind="camera", ego_from_sensor=ego_from_velodyne @ camera_from_velodyne.inverse(), camera=camera
        )


@dataclass(frozen=True, eq=False, slots=True)
class NumberLines:
    """A calibration file as lines by name; numbers are read when asked for, so foreign lines do no harm."""

    path: Path
    lines: Mapping[str, tuple[int, list[str]]]

    def __contains__(self, names: object) -> bool:
        return isinstance(names, tuple) and any(name in self.lines for name in names)

    def numbers(self, names: tuple[str, ...], count: int) -> tuple[str, NDArray[np.float64]]:
        """Return the place of the first of several spellings and its numbers.

        Raises
        ------
        FormatError
            When no spelling is there, or the line does not hold that many finite numbers.
        """
        name = next((name for name in names if name in self.lines), None)
        if name is None:
            found = f"lines named {', '.join(self.lines)}" if self.lines else "no lines"
            raise FormatError(self.path, "", expected=f"a line {' or '.join(names)}", found=found)
        i_line, fields = self.lines[name]
        where = f"line {i_line}, {name}"
        if len(fields) != count:
            raise FormatError(self.path, where, expected=f"{count} numbers", found=f"{len(fields)} fields")
        try:
            values = np.array([float(field) for field in fields])
        except ValueError as error:
            raise FormatError(self.path, where, expected=f"{count} numbers", found=str(error)) from error
        if not (np.abs(values) <= MAX_NUMBER).all():
            expected = f"finite numbers up to {MAX_NUMBER:g}"
            raise FormatError(self.path, where, expected=expected, found=" ".join(fields))
        return where, values

    def rotation(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        """Rotation (3, 3) of a line of nine numbers."""
        where, values = self.numbers(names, 9)
        return _orthonormal(values.reshape(3, 3), self.path, where)

    def transform(self, names: tuple[str, ...]) -> Transform:
        """Rigid transform of a line of twelve numbers, a (3, 4) matrix."""
        where, values = self.numbers(names, 12)
        matrix = values.reshape(3, 4)
        return Transform(_orthonormal(matrix[:, :3], self.path, where), matrix[:, 3])

    def projection(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        """Projection (3, 4) of a rectified camera."""
        where, values = self.numbers(names, 12)
        matrix = values.reshape(3, 4)
        off_form = np.abs(matrix[[0, 1, 2, 2, 2], [1, 0, 0, 1, 2]] - [0, 0, 0, 0, 1]).max()
        if off_form > 1e-9 or matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
            raise FormatError(
                self.path,
                where,
                expected="a rectified camera [fx 0 cx . | 0 fy cy . | 0 0 1 .]",
                found=f"{matrix[:, :3].tolist()}",
            )
        return matrix


def read_number_lines(path: Path | str) -> NumberLines:
    """Read `NAME: 1.0 2.0` lines; the colon may be missing.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When it is no text.
    """
    text = read_text(path)
    lines: dict[str, tuple[int, list[str]]] = {}
    for i_line, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if fields:
            lines[fields[0].removesuffix(":")] = (i_line, fields[1:])
    return NumberLines(Path(path), lines)


def read_tracking_calibration(path: Path | str) -> KittiCalibration:
    """Read `calib/NNNN.txt` of the tracking or `calib/NNNNNN.txt` of the object set, in either spelling.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When a matrix is absent, has the wrong number of values, or is no rotation.
    """
    lines = read_number_lines(path)
    rectification = Transform(lines.rotation(("R_rect", "R0_rect")), np.zeros(3))
    imu_names = ("Tr_imu_velo", "Tr_imu_to_velo")
    return KittiCalibration(
        rect_from_velodyne=rectification @ lines.transform(("Tr_velo_cam", "Tr_velo_to_cam")),
        velodyne_from_ego=lines.transform(imu_names) if imu_names in lines else None,
        projections={f"image_0{i}": lines.projection((f"P{i}",)) for i in range(4) if (f"P{i}",) in lines},
    )


def read_raw_calibration(folder: Path | str) -> tuple[KittiCalibration, dict[str, tuple[int, int]]]:
    """Read the three `calib_*_to_*.txt` of a recording day; the IMU's may be absent.

    Returns
    -------
    calibration, and the size (width, height) of each rectified camera

    Raises
    ------
    MissingDataError
        When `calib_cam_to_cam.txt` or `calib_velo_to_cam.txt` is not there.
    FormatError
        When a matrix is absent, has the wrong number of values, or is no rotation.
    """
    folder = Path(folder)
    cameras = read_number_lines(folder / "calib_cam_to_cam.txt")
    rectification = Transform(cameras.rotation(("R_rect_00",)), np.zeros(3))
    names = {f"image_0{i}": (f"P_rect_0{i}", f"S_rect_0{i}") for i in range(4) if (f"P_rect_0{i}",) in cameras}
    sizes: dict[str, tuple[int, int]] = {}
    for name, (_, size_name) in names.items():
        where, (width, height) = cameras.numbers((size_name,), 2)
        sizes[name] = (round(width), round(height))
        if min(sizes[name]) < 1:
            expected = "a width and a height in pixels, above 0"
            raise FormatError(cameras.path, where, expected=expected, found=f"{width:g} {height:g}")
    imu_path = folder / IMU_CALIBRATION
    calibration = KittiCalibration(
        rect_from_velodyne=rectification @ _read_rigid(folder / "calib_velo_to_cam.txt"),
        velodyne_from_ego=_read_rigid(imu_path) if imu_path.exists() else None,
        projections={name: cameras.projection((line,)) for name, (line, _) in names.items()},
    )
    return calibration, sizes


def _read_rigid(path: Path) -> Transform:
    lines = read_number_lines(path)
    return Transform(lines.rotation(("R",)), lines.numbers(("T",), 3)[1])


def _orthonormal(matrix: NDArray[np.float64], path: Path, where: str) -> NDArray[np.float64]:
    """Nearest rotation to a printed one (its SVD with unit singular values)."""
    excess = float(np.abs(matrix @ matrix.T - np.eye(3)).max())
    determinant = float(np.linalg.det(matrix))
    if not (excess <= ROTATION_TOLERANCE and determinant > 0):
        raise FormatError(
            path,
            where,
            expected="a rotation (R R^T = 1, det R = 1)",
            found=f"det R = {determinant:.6g}, {excess:.3g} off from orthonormal",
        )
    left, _, right = np.linalg.svd(matrix)
    return np.asarray(left @ right)
