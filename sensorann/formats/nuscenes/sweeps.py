"""The point files of nuScenes: LiDAR `.pcd.bin`, radar PCD."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.formats.points.files import NUSCENES_COLUMNS, read_points
from sensorann.formats.points.table import PointTable

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

    nuScenes marks an empty scan by one return whose coordinates are NaN; among others such a return stays.

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
    if len(points) and np.isnan(points).all():
        return points[:0], {name: column[:0] for name, column in fields.items()}
    return points, fields


def _split(table: PointTable) -> Points:
    return np.asarray(table.points(), np.float32), table.fields()
