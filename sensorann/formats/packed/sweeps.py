"""How one sweep lies in a packed drive: the columns of a type as one block (K, N), where like compresses with like."""

from __future__ import annotations

import json
import re
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.formats.packed.checked_hdf5 import array_of, integer_of, text_of, write_array, write_text
from sensorann.scene import Sweep

MAX_COLUMNS = 1024
MAX_POINTS = 1 << 26
# float16 to float64, integers up to 64 bits, booleans; either byte order.
_TYPE = re.compile(r"[<>|](f[248]|[iu][1248]|b1)")


def write_sweep(group: h5py.Group, sweep: Sweep) -> None:
    """Write a sweep into an empty group.

    Raises
    ------
    ArgumentError
        When it has a field whose type is no number, or more points or fields than a packed drive takes.
    """
    columns = [(axis, sweep.points[:, i]) for i, axis in enumerate("xyz")] + list(sweep.fields.items())
    if len(columns) > MAX_COLUMNS or len(sweep) > MAX_POINTS:
        raise ArgumentError(
            f"a packed sweep holds up to {MAX_COLUMNS} columns of {MAX_POINTS} points, "
            f"{sweep.sensor} at {sweep.timestamp_ns} has {len(columns)} of {len(sweep)}"
        )
    blocks: dict[str, list[NDArray[Any]]] = {}
    for name, column in columns:
        if not _TYPE.fullmatch(column.dtype.str):
            raise ArgumentError(f"field {name} of {sweep.sensor} is {column.dtype}, a packed drive holds numbers")
        blocks.setdefault(column.dtype.str, []).append(column)
    write_text(group, "columns", json.dumps([[name, column.dtype.str] for name, column in columns]))
    group.attrs["timestamp_ns"] = np.int64(sweep.timestamp_ns)
    for dtype, members in blocks.items():
        block = np.stack(members).astype(dtype, copy=False)
        write_array(group, dtype, block.view(np.uint8) if block.dtype == np.bool_ else block)


def read_sweep(group: h5py.Group, sensor: str) -> Sweep:
    """Read what `write_sweep` wrote; call within `damage_named`."""
    columns = json.loads(text_of(group, "columns"))
    dtypes = [str(dtype) for _, dtype in columns]
    if not 3 <= len(columns) <= MAX_COLUMNS or not all(_TYPE.fullmatch(dtype) for dtype in dtypes):
        raise ValueError(f"a sweep of the columns {str(columns)[:100]}")
    blocks = {dtype: _read_block(group, dtype, dtypes.count(dtype)) for dtype in dict.fromkeys(dtypes)}
    rows = {dtype: iter(block) for dtype, block in blocks.items()}
    arrays = [next(rows[dtype]) for dtype in dtypes]
    points = np.ascontiguousarray(np.stack(arrays[:3], axis=1))
    if points.dtype != np.float32:
        raise ValueError(f"points of {points.dtype}, not float32")
    fields = {str(name): array for (name, _), array in zip(columns[3:], arrays[3:], strict=True)}
    return Sweep(sensor=sensor, timestamp_ns=integer_of(group, "timestamp_ns"), points=points, fields=fields)


def _read_block(group: h5py.Group, dtype: str, n_rows: int) -> NDArray[Any]:
    stored = np.uint8 if dtype == "|b1" else np.dtype(dtype)
    block = array_of(group, dtype, (n_rows, None), stored)
    if block.shape[1] > MAX_POINTS:
        raise ValueError(f"{block.shape[1]} points, more than {MAX_POINTS}")
    return block.view(np.bool_) if dtype == "|b1" else block
