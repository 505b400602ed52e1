"""Point files of every kind, read by their suffix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.files import require_file
from sensorann.formats.points.pcd import read_pcd
from sensorann.formats.points.ply import read_ply
from sensorann.formats.points.table import PointTable

KITTI_COLUMNS = ("x", "y", "z", "intensity")
NUSCENES_COLUMNS = ("x", "y", "z", "intensity", "ring")
POINT_SUFFIXES = (".pcd", ".bin", ".ply", ".npy")


def read_points(path: Path | str, *, columns: Sequence[str] = KITTI_COLUMNS) -> PointTable:
    """Read a .pcd, .ply, .bin or .npy file.

    Parameters
    ----------
    path : file
    columns : what the numbers of a point are, for .bin and .npy, which do not say it themselves

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged, or of none of these kinds.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".pcd":
        return read_pcd(path)
    if suffix == ".ply":
        return read_ply(path)
    if suffix == ".bin":
        return read_bin(path, columns)
    if suffix == ".npy":
        return read_npy(path, columns)
    raise FormatError(path, "", expected=f"a name that ends in {', '.join(POINT_SUFFIXES)}", found=path.name)


def read_bin(path: Path | str, columns: Sequence[str] = KITTI_COLUMNS) -> PointTable:
    """Read bare little-endian float32 rows, as KITTI (4 columns) and nuScenes (5 columns) store sweeps.

    Parameters
    ----------
    path : file
    columns : names of the numbers of one point, in order

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When its size is no multiple of one point's.
    """
    path = require_file(path)
    data = path.read_bytes()
    step = 4 * len(columns)
    if len(data) % step:
        raise FormatError(
            path,
            f"byte {len(data) - len(data) % step}",
            expected=f"points of {step} bytes ({', '.join(columns)} as float32)",
            found=f"{len(data)} bytes, {len(data) % step} too many",
        )
    rows = np.frombuffer(data, "<f4").reshape(-1, len(columns))
    return PointTable(path=path, columns={name: rows[:, i] for i, name in enumerate(columns)})


def read_npy(path: Path | str, columns: Sequence[str] = KITTI_COLUMNS) -> PointTable:
    """Read a numpy file: rows (N, K) of numbers, or a structured array whose fields name themselves.

    Parameters
    ----------
    path : file
    columns : names of the K numbers of a row; numbers beyond them are called ``column_4``, ``column_5``, ...

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged, holds Python objects, or has another shape.
    """
    path = require_file(path)
    try:
        # Mapping instead of reading: a header that promises more than the file holds is refused, not allocated.
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # numpy's header parser lets out whatever Python's own parser and tokenizer raise
        raise FormatError(path, "", expected="a numpy array of numbers", found=str(error)[:200]) from error
    if not isinstance(rows, np.ndarray):
        rows.close()
        raise FormatError(path, "", expected="one numpy array", found="an archive of several")
    if rows.dtype.names and rows.ndim == 1:
        return PointTable(path=path, columns=_numbers(path, {name: rows[name] for name in rows.dtype.names}))
    if rows.ndim != 2 or rows.shape[1] < 3:
        raise FormatError(path, "shape", expected="(N, K) with K >= 3", found=str(rows.shape))
    names = [columns[i] if i < len(columns) else f"column_{i}" for i in range(rows.shape[1])]
    return PointTable(path=path, columns=_numbers(path, {name: rows[:, i] for i, name in enumerate(names)}))


def _numbers(path: Path, columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    for name, column in columns.items():
        if column.dtype.kind not in "iufb" or column.ndim != 1:
            raise FormatError(path, name, expected="one real number per point", found=f"{column.dtype} {column.shape}")
    return {name: np.array(column) for name, column in columns.items()}
