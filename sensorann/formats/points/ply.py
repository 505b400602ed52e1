"""PLY point clouds: the vertices of ascii and binary files of either byte order.

Format: G. Turk, "The PLY Polygon File Format", Stanford 1994. Elements before the vertices are walked over, those
behind them (faces) are left alone; list properties are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.files import require_file
from sensorann.formats.points.table import PointTable

MAX_HEADER_BYTES = 1 << 16
MAX_PROPERTIES = 1024
_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_ORDERS = {"ascii": "=", "binary_little_endian": "<", "binary_big_endian": ">"}
_Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class PlyProperty:
    """One number per row, or, where `count_dtype` is given, a list led by its length."""

    name: str
    dtype: np.dtype[Any]
    count_dtype: np.dtype[Any] | None = None


@dataclass(frozen=True, slots=True)
class PlyElement:
    """A kind of row, such as ``vertex``."""

    name: str
    n_rows: int
    properties: tuple[PlyProperty, ...]

    @property
    def has_lists(self) -> bool:
        """Whether rows differ in length."""
        return any(prop.count_dtype is not None for prop in self.properties)


def read_ply(path: Path | str) -> PointTable:
    """Read the vertices of a PLY file; scalar properties become columns, lists are skipped.

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged, or its header disagrees with the bytes that follow.
    """
    path = require_file(path)
    content = path.read_bytes()
    encoding, elements, offset, n_lines = _read_header(path, content)
    if encoding == "ascii":
        return PointTable(path=path, columns=_ascii_vertices(path, elements, content[offset:], n_lines))
    for element in elements:
        columns, offset = _binary_rows(path, element, content, offset)
        if element.name == "vertex":
            return PointTable(path=path, columns=columns)
    raise _no_vertices(path)


def _read_header(path: Path, content: bytes) -> tuple[str, list[PlyElement], int, int]:
    """Return encoding, elements, first byte after the header, lines of the header."""
    end = content.find(b"end_header", 0, MAX_HEADER_BYTES)
    line_end = content.find(b"\n", end) if end >= 0 else -1
    if not content.startswith(b"ply") or line_end < 0:
        raise FormatError(path, "header", expected="a PLY header from ply to end_header", found="none")
    lines = content[:line_end].decode("latin-1").split("\n")
    encoding = ""
    elements: list[PlyElement] = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        where = f"line {number}"
        if number == 1 or not words or words[0] in ("comment", "obj_info", "end_header"):
            continue
        if words[0] == "format" and len(words) == 3 and words[1] in _ORDERS and not encoding:
            encoding = words[1]
        elif words[0] == "element" and len(words) == 3 and encoding:
            elements.append(PlyElement(words[1], _n_rows(path, where, words[2]), ()))
        elif words[0] == "property" and elements:
            last = elements[-1]
            prop = _property(path, where, words, _ORDERS[encoding])
            if len(last.properties) == MAX_PROPERTIES or prop.name in [other.name for other in last.properties]:
                expected = f"up to {MAX_PROPERTIES} properties of different names"
                raise FormatError(path, where, expected=expected, found=prop.name[:40])
            elements[-1] = PlyElement(last.name, last.n_rows, (*last.properties, prop))
        else:
            expected = "format ascii|binary_little_endian|binary_big_endian 1.0, then element and property lines"
            raise FormatError(path, where, expected=expected, found=repr(line.strip()[:60]))
    if [element.name for element in elements].count("vertex") != 1:
        raise _no_vertices(path)
    return encoding, elements, line_end + 1, len(lines)


def _no_vertices(path: Path) -> FormatError:
    return FormatError(path, "header", expected="one element vertex", found="none, or several")


def _n_rows(path: Path, where: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise FormatError(path, where, expected="a number of rows", found=repr(text[:40]))
    return int(text)


def _property(path: Path, where: str, words: list[str], order: str) -> PlyProperty:
    types = [word for word in words[1:-1] if word != "list"]
    is_list = words[1:2] == ["list"]
    if len(words) != (5 if is_list else 3) or not all(word in _TYPES for word in types):
        expected = f"property TYPE NAME or property list TYPE TYPE NAME, TYPE one of {', '.join(_TYPES)}"
        raise FormatError(path, where, expected=expected, found=repr(" ".join(words)[:60]))
    dtypes = [np.dtype(order + _TYPES[word]) for word in types]
    if not is_list:
        return PlyProperty(words[-1], dtypes[0])
    if dtypes[0].kind == "f":
        raise FormatError(path, where, expected="a whole number as the type of a list's length", found=words[2])
    return PlyProperty(words[-1], dtypes[1], dtypes[0])


def _binary_rows(path: Path, element: PlyElement, content: bytes, offset: int) -> tuple[_Columns, int]:
    """Columns of one element and the byte after it."""
    if element.has_lists:
        return _binary_rows_with_lists(path, element, content, offset)
    row = np.dtype([(prop.name, prop.dtype) for prop in element.properties])
    n_bytes = element.n_rows * row.itemsize
    if n_bytes > len(content) - offset:
        expected = f"{n_bytes} bytes ({element.n_rows} rows of {row.itemsize} bytes)"
        raise FormatError(path, f"{element.name} rows", expected=expected, found=f"{len(content) - offset} bytes")
    rows = np.frombuffer(content[offset : offset + n_bytes], row) if n_bytes else np.empty(0, row)
    # In the machine's own byte order, contiguous: what every kernel takes.
    columns = {p.name: np.ascontiguousarray(rows[p.name], p.dtype.newbyteorder("=")) for p in element.properties}
    return columns, offset + n_bytes


def _binary_rows_with_lists(path: Path, element: PlyElement, content: bytes, offset: int) -> tuple[_Columns, int]:
    least = sum((prop.count_dtype or prop.dtype).itemsize for prop in element.properties)
    if element.n_rows * least > len(content) - offset:
        expected = f"at least {element.n_rows * least} bytes ({element.n_rows} rows)"
        raise FormatError(path, f"{element.name} rows", expected=expected, found=f"{len(content) - offset} bytes")
    scalars: dict[str, list[Any]] = {p.name: [] for p in element.properties if p.count_dtype is None}
    for row in range(element.n_rows):
        for prop in element.properties:
            step = (prop.count_dtype or prop.dtype).itemsize
            if offset + step > len(content):
                raise _cut_row(path, element, row, prop)
            value = np.frombuffer(content, prop.count_dtype or prop.dtype, 1, offset)[0]
            offset += step
            if prop.count_dtype is None:
                scalars[prop.name].append(value)
                continue
            if int(value) < 0 or int(value) * prop.dtype.itemsize > len(content) - offset:
                raise _cut_row(path, element, row, prop)
            offset += int(value) * prop.dtype.itemsize
    dtypes = {prop.name: prop.dtype.newbyteorder("=") for prop in element.properties}
    return {name: np.array(values, dtypes[name]) for name, values in scalars.items()}, offset


def _cut_row(path: Path, element: PlyElement, row: int, prop: PlyProperty) -> FormatError:
    where = f"{element.name} row {row}, {prop.name}"
    return FormatError(path, where, expected="a value that ends within the file", found="the end of the file")


def _ascii_vertices(path: Path, elements: list[PlyElement], payload: bytes, n_lines: int) -> _Columns:
    lines = [(n, line) for n, line in enumerate(payload.decode("latin-1").split("\n"), n_lines + 1) if line.strip()]
    position = 0
    for element in elements:
        if element.n_rows > len(lines) - position:
            expected = f"{element.n_rows} lines"
            raise FormatError(path, f"{element.name} rows", expected=expected, found=f"{len(lines) - position}")
        if element.name == "vertex":
            return _ascii_rows(path, element, lines[position : position + element.n_rows])
        position += element.n_rows
    raise _no_vertices(path)


def _ascii_rows(path: Path, element: PlyElement, lines: list[tuple[int, str]]) -> _Columns:
    scalars: dict[str, list[str]] = {p.name: [] for p in element.properties if p.count_dtype is None}
    for number, line in lines:
        words = line.split()
        at = 0
        for prop in element.properties:
            skipped = 0
            if prop.count_dtype is not None and at < len(words):
                skipped = int(words[at]) if words[at].isascii() and words[at].isdigit() and len(words[at]) < 10 else -1
            if at >= len(words) or skipped < 0:
                raise FormatError(path, f"line {number}, {prop.name}", expected="a value", found=repr(line[:60]))
            if prop.count_dtype is None:
                scalars[prop.name].append(words[at])
            at += 1 + skipped
        if at != len(words):
            raise FormatError(path, f"line {number}", expected=f"{at} values", found=f"{len(words)}")
    dtypes = {prop.name: prop.dtype for prop in element.properties}
    return {name: _ascii_column(path, name, values, dtypes[name], lines) for name, values in scalars.items()}


def _ascii_column(
    path: Path, name: str, values: list[str], dtype: np.dtype[Any], lines: list[tuple[int, str]]
) -> NDArray[Any]:
    try:
        return np.array(values, dtype) if dtype.kind == "f" else np.array([int(value) for value in values], dtype)
    except (ValueError, OverflowError):
        for (number, _), value in zip(lines, values, strict=True):
            try:
                np.array(float(value) if dtype.kind == "f" else int(value), dtype)
            except (ValueError, OverflowError):
                raise FormatError(
                    path, f"line {number}, {name}", expected=f"a number of type {dtype}", found=repr(value[:40])
                ) from None
        raise
