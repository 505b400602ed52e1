"""The sensor files of nuScenes: LiDAR `.pcd.bin`, radar PCD, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.files import require_file
from sensorann.formats.point_files import NUSCENES_COLUMNS, PointTable, read_points

Points = tuple[NDArray[np.float32], dict[str, NDArray[Any]]]


def read_lidar(path: Path) -> Points:
    """Read a sweep: float32 rows x, y, z, intensity, ring in `.pcd.bin`, or any point file that names its columns.

    Returns
    -------
    points (N, 3) float32, metres, sensor frame; the other columns by name (N,)

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged.
    """
    return _split(read_points(path, columns=NUSCENES_COLUMNS))


def read_radar(path: Path) -> Points:
    """Read a radar scan with all returns; the devkit's default filter would drop most of the doubtful ones.

    nuScenes marks an empty scan by one return whose coordinates are NaN.

    Returns
    -------
    points (N, 3) float32, metres, sensor frame; the other columns by name (N,), such as ``vx_comp`` (m/s) and ``rcs``

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged.
    """
    points, fields = _split(read_points(path, columns=NUSCENES_COLUMNS))
    if len(points) and np.isnan(points[0]).all():
        return points[:0], {name: column[:0] for name, column in fields.items()}
    return points, fields


def decode_image(path: Path, *, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Decode a picture (height, width, 3), uint8, BGR, which must have the size of its camera.

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is no picture, or one of another size.
    """
    encoded = np.frombuffer(require_file(path).read_bytes(), np.uint8)
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION) if len(encoded) else None
    if image is None:
        raise FormatError(path, "", expected="a jpeg or png picture", found=f"{len(encoded)} bytes of something else")
    if (image.shape[1], image.shape[0]) != size:
        found = f"{image.shape[1]} x {image.shape[0]}"
        raise FormatError(path, "", expected=f"{size[0]} x {size[1]} pixels, as sample_data says", found=found)
    return np.asarray(image, np.uint8)


def _split(table: PointTable) -> Points:
    return np.asarray(table.points(), np.float32), table.fields()
