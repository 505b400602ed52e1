"""One measurement of a LiDAR or radar: points and what was measured at each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Sweep:
    """Points of one LiDAR sweep or radar scan, in the frame of the sensor.

    Attributes
    ----------
    sensor : name of the sensor in the rig
    timestamp_ns : int64 instant that the sweep is labelled with
    points : (N, 3) float32, metres, sensor frame; rows with NaN are returns without a position
    fields : per-point columns (N,), such as ``intensity``, ``ring``, ``time_offset_ns`` (int, added to the sweep's
        timestamp), and for radar ``vx_comp``, ``vy_comp``, ``doppler`` (m/s), ``rcs``; named as the file names them
    """

    sensor: str
    timestamp_ns: int
    points: NDArray[np.float32]
    fields: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        points = as_array(self.points, (None, 3), np.float32, name="points")
        for name, column in self.fields.items():
            if column.shape != (len(points),):
                raise ArgumentError(f"field {name} must have one value per point ({len(points)}), got {column.shape}")
        columns = {name: frozen(np.asarray(column)) for name, column in self.fields.items()}
        object.__setattr__(self, "points", frozen(points))
        object.__setattr__(self, "fields", MappingProxyType(columns))

    def __len__(self) -> int:
        return len(self.points)


def check_sweep(sweep: object) -> None:
    """Refuse a path or an array of points where a sweep is meant, with an `ArgumentError`."""
    if not isinstance(sweep, Sweep):
        shown = repr(sweep) if isinstance(sweep, str | PurePath) else type(sweep).__name__
        raise ArgumentError(f"sweep must be a Sweep, such as drive.sweep(sensor, index) reads, got {shown}")
