"""The points of an ascii PCD file: one line per point, one number per column."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.points.pcd_header import PADDING, PcdHeader

_Columns = dict[str, NDArray[Any]]


def ascii_columns(path: Path, header: PcdHeader, payload: bytes) -> _Columns:
    """Parse the lines after the header.

    Raises
    ------
    FormatError
        Naming the line when it has a wrong number of values or one that its type cannot hold.
    """
    n_values = sum(field.count for field in header.fields)
    # A value and what separates it take two bytes, the last one may go without: nothing is allocated on trust.
    if header.n_points * n_values * 2 > len(payload) + 1:
        raise _blame(path, header, payload)
    if header.n_points == 0:
        if payload.strip():
            raise FormatError(path, f"line {header.n_lines + 1}", expected="no point", found="more text")
        return {name: np.empty(0, field.dtype) for field in header.fields for name in field.column_names}
    rows = _parse(payload, _row_dtype(header))
    if rows is None or len(rows) != header.n_points:
        raise _blame(path, header, payload)
    columns: _Columns = {}
    for number, field in enumerate(header.fields):
        for i, name in enumerate(field.column_names):
            columns[name] = np.ascontiguousarray(rows[f"{number}.{i}"])
    return columns


def ascii_rows(columns: Mapping[str, NDArray[Any]]) -> bytes:
    """Write points as lines, each number with the digits that bring exactly it back."""
    texts = [_texts(column) for column in columns.values()]
    return "".join(f"{' '.join(row)}\n" for row in zip(*texts, strict=True)).encode("ascii")


def _texts(column: NDArray[Any]) -> list[str]:
    if column.dtype.kind != "f":
        return [str(value) for value in column.tolist()]
    # str() of a numpy float gives the shortest digits that read back as the same float of that width.
    return [str(value) for value in column]


def _row_dtype(header: PcdHeader) -> np.dtype[np.void]:
    # Padding may hold anything a writer left there, so it is read as the widest number.
    return np.dtype(
        [
            (f"{number}.{i}", np.dtype("<f8") if field.name == PADDING else field.dtype)
            for number, field in enumerate(header.fields)
            for i in range(field.count)
        ]
    )


def _parse(payload: bytes, dtype: np.dtype[np.void]) -> NDArray[np.void] | None:
    """Parse all lines at once; None when any is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy only warns of empty input and of integers written as floats
        try:
            return np.atleast_1d(np.loadtxt(io.BytesIO(payload), dtype=dtype, comments=None, encoding="latin-1"))
        except (ValueError, OverflowError, Warning):
            return None


def _blame(path: Path, header: PcdHeader, payload: bytes) -> FormatError:
    """Find the line that is wrong; slow, and only walked when there is one."""
    names = [
        (field.name if field.count == 1 else f"{field.name}_{i}", field.dtype if field.name != PADDING else None)
        for field in header.fields
        for i in range(field.count)
    ]
    n_lines, last = 0, header.n_lines
    for number, line in enumerate(payload.decode("latin-1").split("\n"), header.n_lines + 1):
        values = line.split()
        if not values:
            continue
        n_lines, last = n_lines + 1, number
        if len(values) != len(names):
            expected = f"{len(names)} values ({' '.join(name for name, _ in names)[:120]})"
            return FormatError(path, f"line {number}", expected=expected, found=f"{len(values)}")
        for (name, dtype), value in zip(names, values, strict=True):
            if not _holds(dtype, value):
                expected = f"a number of type {dtype or 'float64'}"
                return FormatError(path, f"line {number}, {name}", expected=expected, found=repr(value[:40]))
    expected = f"{header.n_points} lines of points"
    return FormatError(path, f"line {last}, the last", expected=expected, found=f"{n_lines}")


def _holds(dtype: np.dtype[np.generic] | None, value: str) -> bool:
    return _parse(value.encode("latin-1"), np.dtype([("value", dtype or np.dtype("<f8"))])) is not None
