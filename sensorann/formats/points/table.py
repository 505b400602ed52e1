"""Points as a file holds them: named columns with the file's own types, and the way from there to float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError, FormatError
from sensorann.geometry.arrays import as_array, frozen

AXES = ("x", "y", "z")
# Float32 must hold a coordinate to this much, metres, or the origin is shifted.
FLOAT32_STEP = 1e-3
NO_VIEWPOINT = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class PointTable:
    """The points of one file.

    Attributes
    ----------
    path : the file, for messages
    columns : name to values (N,), in the order and with the types of the file
    viewpoint : where the cloud was taken from, as PCD files say it: tx ty tz (metres) qw qx qy qz; the points are
        given as the file holds them, it is not applied to them
    """

    path: Path
    columns: Mapping[str, NDArray[Any]]
    viewpoint: tuple[float, ...] = NO_VIEWPOINT

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self.columns.values()}
        if len(lengths) > 1 or any(column.ndim != 1 for column in self.columns.values()):
            raise ArgumentError(f"{self.path}: columns must be one-dimensional and of one length")
        columns = {name: frozen(column) for name, column in self.columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(columns))

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def points(self) -> NDArray[np.float32] | NDArray[np.float64]:
        """Coordinates (N, 3), metres: float64 where float32 could not hold the columns' type, else float32.

        Raises
        ------
        FormatError
            When the file has no x, y or z.
        """
        missing = [axis for axis in AXES if axis not in self.columns]
        if missing:
            raise FormatError(
                self.path, "", expected="the columns x, y, z", found=f"only {', '.join(self.columns) or 'no column'}"
            )
        axes = [self.columns[axis] for axis in AXES]
        dtype = np.result_type(np.float32, *(axis.dtype for axis in axes))
        points = np.empty((len(self), 3), dtype)
        for number, axis in enumerate(axes):
            points[:, number] = axis
        return points

    def fields(self) -> dict[str, NDArray[Any]]:
        """Every column but x, y and z."""
        return {name: column for name, column in self.columns.items() if name not in AXES}


def to_float32(
    points: ArrayLike, *, origin: ArrayLike | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Turn coordinates into float32 without losing millimetres: far ones are taken relative to an origin.

    Float32 steps by more than a millimetre from 16,384 m on, and by half a metre at UTM northings. Then the origin is
    the median point, rounded to whole metres, and ``points + origin`` gives the file's coordinates back. Points that
    already are float32 have lost what they lost: they stay as they are.

    Parameters
    ----------
    points : (N, 3) float32 or float64, metres
    origin : (3,) float64; take this one (that of a drive's first sweep, say) whatever the coordinates are

    Returns
    -------
    points : (N, 3) float32, metres, relative to the origin
    origin : (3,) float64, zero where nothing was shifted

    Raises
    ------
    ArgumentError
        When points are not (N, 3).
    """
    if origin is None and np.asarray(points).dtype == np.float32:
        return as_array(points, (None, 3), np.float32, name="points"), np.zeros(3)
    wide = as_array(points, (None, 3), np.float64, name="points")
    shift = asked_origin(wide) if origin is None else as_array(origin, (3,), np.float64, name="origin", finite=True)
    # An outlier beyond float32 becomes infinite: a coordinate that no kernel takes for a point.
    with np.errstate(over="ignore"):
        return (wide - shift).astype(np.float32), shift


def asked_origin(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Origin (3,) that points (N, 3) in metres need so that float32 keeps their millimetres; zero where none is."""
    finite = points[np.isfinite(points).all(axis=1)]
    if len(finite) == 0:
        return np.zeros(3)
    # The median, not the middle: one wild return must not carry the origin away from all the others.
    middle = np.round(np.median(finite, axis=0))
    far = np.spacing(np.abs(middle).clip(max=1e30).astype(np.float32)) > FLOAT32_STEP
    return np.asarray(middle if far.any() else np.zeros(3))
