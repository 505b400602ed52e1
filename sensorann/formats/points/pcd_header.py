"""The text before the points of a PCD file: read strictly, so that no number in it is believed before it is checked.

The format: R. B. Rusu, S. Cousins, "3D is here: Point Cloud Library (PCL)", ICRA 2011, and the PCD 0.7 page of PCL.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from sensorann.errors import FormatError
from sensorann.formats.points.table import NO_VIEWPOINT

PcdData = Literal["ascii", "binary", "binary_compressed"]
PCD_DATA: tuple[PcdData, ...] = ("ascii", "binary", "binary_compressed")
PADDING = "_"
# Far above any real cloud, far below what could exhaust a machine.
MAX_HEADER_BYTES = 1 << 16
MAX_FIELDS = 1024
MAX_COUNT = 4096

_NUMPY_TYPES = {"F": {4: "<f4", 8: "<f8"}, "I": {s: f"<i{s}" for s in (1, 2, 4, 8)}}
_NUMPY_TYPES["U"] = {s: f"<u{s}" for s in (1, 2, 4, 8)}
_ONCE = ("FIELDS", "SIZE", "TYPE", "WIDTH", "HEIGHT", "POINTS")
_KEYS = (*_ONCE, "VERSION", "COUNT", "VIEWPOINT", "DATA")
_FIRST_VERSION, _LAST_VERSION = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class PcdField:
    """One entry of FIELDS: `count` numbers of one type per point; padding where the name is ``_``."""

    name: str
    dtype: np.dtype[np.generic]
    count: int

    @property
    def n_bytes(self) -> int:
        """Bytes per point."""
        return self.dtype.itemsize * self.count

    @property
    def column_names(self) -> list[str]:
        """Names of its columns: the field's own, or name_0, name_1, ... where it has several; none for padding."""
        if self.name == PADDING:
            return []
        return [self.name] if self.count == 1 else [f"{self.name}_{i}" for i in range(self.count)]


@dataclass(frozen=True, kw_only=True, slots=True)
class PcdHeader:
    """What the header promises.

    Attributes
    ----------
    fields : in the order of the file
    n_points : POINTS, equal to WIDTH * HEIGHT
    viewpoint : tx ty tz qw qx qy qz
    data : how the points are stored
    n_bytes : length of the header; the points begin there
    n_lines : lines of the header
    """

    fields: tuple[PcdField, ...]
    n_points: int
    viewpoint: tuple[float, ...]
    data: PcdData
    n_bytes: int
    n_lines: int

    @property
    def step(self) -> int:
        """Bytes of one point in binary form."""
        return sum(field.n_bytes for field in self.fields)


def read_pcd_header(path: Path, content: bytes) -> PcdHeader:
    """Read and check the header at the beginning of a PCD file.

    Raises
    ------
    FormatError
        Naming the line, what was expected and what came.
    """
    entries, n_bytes, n_lines = _entries(path, content)
    for key in _ONCE:
        if key not in entries:
            raise FormatError(path, "header", expected=f"a {key} line", found="none")
    _check_version(path, entries)
    fields = _fields(path, entries)
    return PcdHeader(
        fields=fields,
        n_points=_n_points(path, entries),
        viewpoint=_viewpoint(path, entries),
        data=_data(path, entries),
        n_bytes=n_bytes,
        n_lines=n_lines,
    )


_Entries = dict[str, tuple[str, list[str]]]


def _entries(path: Path, content: bytes) -> tuple[_Entries, int, int]:
    """Split the header into key -> (line for messages, values), up to and including DATA."""
    entries: _Entries = {}
    start = number = 0
    while "DATA" not in entries:
        end = content.find(b"\n", start, MAX_HEADER_BYTES)
        number += 1
        if end < 0:
            found = "the end of the file" if len(content) < MAX_HEADER_BYTES else f"none in {MAX_HEADER_BYTES} bytes"
            raise FormatError(path, f"line {number}", expected="a PCD header that ends in a DATA line", found=found)
        # Latin-1 takes any byte: a comment in another encoding is no reason to refuse a cloud.
        line = content[start:end].decode("latin-1").strip()
        start = end + 1
        if not line or line.startswith("#"):
            continue
        key, *values = line.split()
        key = "FIELDS" if key == "COLUMNS" else key
        if key not in _KEYS:
            raise FormatError(path, f"line {number}", expected=f"one of {', '.join(_KEYS)}", found=repr(key[:40]))
        if key in entries:
            raise FormatError(path, f"line {number}", expected=f"one {key} line", found="a second one")
        entries[key] = (f"line {number}, {key}", values)
    return entries, start, number


def _check_version(path: Path, entries: _Entries) -> None:
    where, values = entries.get("VERSION", ("", ["0.7"]))
    version = _number(path, where, values[0]) if len(values) == 1 else math.nan
    if not _FIRST_VERSION <= version <= _LAST_VERSION:
        raise FormatError(path, where, expected=f"{_FIRST_VERSION} to {_LAST_VERSION}", found=" ".join(values)[:40])


def _fields(path: Path, entries: _Entries) -> tuple[PcdField, ...]:
    where, names = entries["FIELDS"]
    if not 1 <= len(names) <= MAX_FIELDS:
        raise FormatError(path, where, expected=f"1 to {MAX_FIELDS} names", found=f"{len(names)}")
    unreadable = [name for name in names if not (name.isascii() and name.isprintable())]
    if unreadable:
        raise FormatError(path, where, expected="names in printable ASCII", found=repr(unreadable[0][:40]))
    sizes = _per_field(path, entries, "SIZE", names)
    types = _per_field(path, entries, "TYPE", names)
    counts = _per_field(path, entries, "COUNT", names) if "COUNT" in entries else ["1"] * len(names)
    fields = tuple(_field(path, entries, *row) for row in zip(names, sizes, types, counts, strict=True))
    columns = [name for field in fields for name in field.column_names]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FormatError(path, where, expected="names that differ", found=f"{', '.join(twice)[:80]} twice")
    if not columns:
        raise FormatError(path, where, expected="at least one field that is no padding", found=" ".join(names)[:80])
    return fields


def _field(path: Path, entries: _Entries, name: str, size: str, type_: str, count: str) -> PcdField:
    if type_ not in _NUMPY_TYPES:
        raise FormatError(path, f"{entries['TYPE'][0]} of {name}", expected="F, I or U", found=repr(type_[:20]))
    sizes = _NUMPY_TYPES[type_]
    n_bytes = _integer(path, f"{entries['SIZE'][0]} of {name}", size, 0, 8)
    if n_bytes not in sizes:
        allowed = ", ".join(map(str, sizes))
        raise FormatError(path, f"{entries['SIZE'][0]} of {name}", expected=f"{allowed} for type {type_}", found=size)
    # Writers of padding leave COUNT 0 behind where a gap turned out empty; a field that is read has a value.
    least = 0 if name == PADDING else 1
    where = f"{entries['COUNT'][0]} of {name}" if "COUNT" in entries else name
    return PcdField(name, np.dtype(sizes[n_bytes]), _integer(path, where, count, least, MAX_COUNT))


def _per_field(path: Path, entries: _Entries, key: str, names: list[str]) -> list[str]:
    where, values = entries[key]
    if len(values) != len(names):
        raise FormatError(path, where, expected=f"{len(names)} values, one per field", found=f"{len(values)}")
    return values


def _n_points(path: Path, entries: _Entries) -> int:
    numbers = {}
    for key in ("WIDTH", "HEIGHT", "POINTS"):
        where, values = entries[key]
        text = values[0] if len(values) == 1 else " ".join(values)
        numbers[key] = _integer(path, where, text, 0, 1 << 62)
    if numbers["WIDTH"] * numbers["HEIGHT"] != numbers["POINTS"]:
        expected = f"WIDTH * HEIGHT = {numbers['WIDTH']} * {numbers['HEIGHT']}"
        raise FormatError(path, entries["POINTS"][0], expected=expected, found=str(numbers["POINTS"]))
    return numbers["POINTS"]


def _viewpoint(path: Path, entries: _Entries) -> tuple[float, ...]:
    if "VIEWPOINT" not in entries:  # came with version 0.7
        return NO_VIEWPOINT
    where, values = entries["VIEWPOINT"]
    if len(values) != len(NO_VIEWPOINT):
        raise FormatError(path, where, expected="tx ty tz qw qx qy qz", found=f"{len(values)} values")
    return tuple(_number(path, where, value) for value in values)


def _data(path: Path, entries: _Entries) -> PcdData:
    where, values = entries["DATA"]
    for data in PCD_DATA:
        if values == [data]:
            return data
    raise FormatError(path, where, expected=f"one of {', '.join(PCD_DATA)}", found=" ".join(values)[:40] or "nothing")


def _integer(path: Path, where: str, text: str, least: int, most: int) -> int:
    # isdigit alone would take other scripts' digits, and int() signs and underscores.
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not least <= value <= most:
        raise FormatError(path, where, expected=f"a whole number from {least} to {most}", found=repr(text[:40]))
    return value


def _number(path: Path, where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise FormatError(path, where, expected="a finite number", found=repr(text[:40]))
    return value
