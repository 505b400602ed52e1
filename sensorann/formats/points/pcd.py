"""PCD point clouds, read strictly and written whole.

Any field order, type and padding; ascii, binary and binary_compressed. A header is believed only as far as the bytes
behind it bear it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError
from sensorann.files import require_file, written_whole
from sensorann.formats.points.lzf import lzf_compress, lzf_decompress
from sensorann.formats.points.pcd_ascii import ascii_columns, ascii_rows
from sensorann.formats.points.pcd_header import (
    MAX_FIELDS,
    MAX_HEADER_BYTES,
    PADDING,
    PCD_DATA,
    PcdData,
    PcdHeader,
    read_pcd_header,
)
from sensorann.formats.points.table import NO_VIEWPOINT, PointTable

_TYPES = {"f": "F", "i": "I", "u": "U"}
_Columns = dict[str, NDArray[Any]]
# Older writers of PCL let a file end with the memory page.
PAGE_BYTES = 4096


def read_pcd(path: Path | str) -> PointTable:
    """Read a PCD file of version 0.5 to 0.7.

    A field of several numbers comes as the columns name_0, name_1, ...; padding (``_``) is left out.

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged, or its header disagrees with itself or with the bytes that follow.
    """
    path = require_file(path)
    content = path.read_bytes()
    header = read_pcd_header(path, content)
    payload = memoryview(content)[header.n_bytes :]
    if header.data == "ascii":
        columns = ascii_columns(path, header, bytes(payload))
    elif header.data == "binary":
        columns = _binary_columns(path, header, payload)
    else:
        columns = _compressed_columns(path, header, payload)
    return PointTable(path=path, columns=columns, viewpoint=header.viewpoint)


def write_pcd(
    path: Path | str,
    columns: Mapping[str, NDArray[Any]],
    *,
    data: PcdData = "binary",
    viewpoint: tuple[float, ...] = NO_VIEWPOINT,
) -> None:
    """Write columns as a PCD file of version 0.7, whole or not at all.

    Parameters
    ----------
    path : file
    columns : name to values (N,), float32, float64 or integers; they keep their types
    data : ``binary``, ``binary_compressed`` or ``ascii`` (with all digits)
    viewpoint : tx ty tz (metres) qw qx qy qz of the place the cloud was taken from

    Raises
    ------
    ArgumentError
        When a column cannot be stored in a PCD file.
    """
    arrays = {name: _storable(name, column) for name, column in columns.items()}
    if data not in PCD_DATA:
        raise ArgumentError(f"data must be one of {', '.join(PCD_DATA)}, got {data!r}")
    if not 1 <= len(arrays) <= MAX_FIELDS or len({len(array) for array in arrays.values()}) != 1:
        raise ArgumentError(f"a PCD file needs 1 to {MAX_FIELDS} columns of one length, got {len(arrays)}")
    n_points = len(next(iter(arrays.values())))
    parts = [_header_text(arrays, n_points, data, viewpoint).encode("ascii")]
    if len(parts[0]) > MAX_HEADER_BYTES:
        raise ArgumentError(f"the names of {len(arrays)} columns need a header of more than {MAX_HEADER_BYTES} bytes")
    if data == "ascii":
        parts.append(ascii_rows(arrays))
    elif data == "binary":
        parts.append(_record_bytes(arrays, n_points))
    else:
        parts += _compressed_bytes(arrays)
    with written_whole(path) as temporary, temporary.open("wb") as stream:
        stream.writelines(parts)


def _binary_columns(path: Path, header: PcdHeader, payload: memoryview) -> _Columns:
    n_bytes = header.n_points * header.step
    promised = f"{n_bytes} bytes ({header.n_points} points of {header.step} bytes)"
    _check_length(path, payload, n_bytes, promised, header.n_bytes)
    if header.n_points == 0:
        return {name: np.empty(0, field.dtype) for field in header.fields for name in field.column_names}
    columns: _Columns = {}
    offset = 0
    for field in header.fields:
        for i, name in enumerate(field.column_names):
            start = offset + i * field.dtype.itemsize
            # A view that jumps from point to point would be slow to use: one copy now, contiguous ever after.
            spread = np.ndarray((header.n_points,), field.dtype, payload, start, (header.step,))
            columns[name] = spread.copy()
        offset += field.n_bytes
    return columns


def _compressed_columns(path: Path, header: PcdHeader, payload: memoryview) -> _Columns:
    if len(payload) < 8:
        found = f"{len(payload)} bytes"
        raise FormatError(path, "compressed points", expected="two sizes of 4 bytes", found=found)
    n_packed, n_bytes = (int(size) for size in np.frombuffer(payload[:8], "<u4"))
    if n_bytes != header.n_points * header.step:
        expected = f"{header.n_points * header.step} ({header.n_points} points of {header.step} bytes)"
        raise FormatError(path, "uncompressed size", expected=expected, found=str(n_bytes))
    _check_length(path, payload[8:], n_packed, f"{n_packed} compressed bytes", header.n_bytes + 8)
    unpacked = lzf_decompress(np.frombuffer(payload[8 : 8 + n_packed], np.uint8), n_bytes, path=path)
    return _planar_columns(header, unpacked)


def _planar_columns(header: PcdHeader, unpacked: NDArray[np.uint8]) -> _Columns:
    """Compressed points lie field after field, each with its numbers point after point."""
    columns: _Columns = {}
    offset = 0
    for field in header.fields:
        n_bytes = field.n_bytes * header.n_points
        block = unpacked[offset : offset + n_bytes].view(field.dtype).reshape(header.n_points, field.count)
        for i, name in enumerate(field.column_names):
            columns[name] = np.ascontiguousarray(block[:, i])
        offset += n_bytes
    return columns


def _check_length(path: Path, payload: memoryview, n_promised: int, promised: str, start: int) -> None:
    """Refuse too few bytes, and more of them than what PCL and others leave behind the last point."""
    if len(payload) < n_promised:
        raise FormatError(path, f"points from byte {start}", expected=promised, found=f"{len(payload)} bytes")
    # PCL fills the page up with zeros; others end the file with a line end.
    tail = bytes(payload[n_promised : n_promised + PAGE_BYTES])
    if len(tail) == PAGE_BYTES or tail.strip(b"\0\r\n"):
        found = f"{len(payload) - n_promised} more bytes"
        raise FormatError(path, f"byte {start + n_promised}", expected=f"the end after {promised}", found=found)


def _storable(name: str, column: NDArray[Any]) -> NDArray[Any]:
    array = np.asarray(column)
    if name == PADDING or name.split() != [name] or not (name.isascii() and name.isprintable()):
        raise ArgumentError(f"a PCD field needs a name in printable ASCII without blanks, got {name!r}")
    if array.ndim != 1 or array.dtype.kind not in _TYPES or array.dtype.itemsize not in (1, 2, 4, 8):
        raise ArgumentError(f"field {name} must be (N,) of floats or integers, got {array.shape} of {array.dtype}")
    if array.dtype == np.float16:
        raise ArgumentError(f"field {name}: PCD has no float16, convert it to float32")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<"))


def _header_text(arrays: _Columns, n_points: int, data: PcdData, viewpoint: tuple[float, ...]) -> str:
    if len(viewpoint) != len(NO_VIEWPOINT) or not np.isfinite(viewpoint).all():
        raise ArgumentError(f"viewpoint must be seven finite numbers (tx ty tz qw qx qy qz), got {viewpoint}")
    lines = [
        "# .PCD v0.7 - Point Cloud Data file format",
        "VERSION 0.7",
        f"FIELDS {' '.join(arrays)}",
        f"SIZE {' '.join(str(array.dtype.itemsize) for array in arrays.values())}",
        f"TYPE {' '.join(_TYPES[array.dtype.kind] for array in arrays.values())}",
        f"COUNT {' '.join('1' for _ in arrays)}",
        f"WIDTH {n_points}",
        "HEIGHT 1",
        f"VIEWPOINT {' '.join(f'{value:.17g}' for value in viewpoint)}",
        f"POINTS {n_points}",
        f"DATA {data}",
    ]
    return "\n".join(lines) + "\n"


def _record_bytes(arrays: _Columns, n_points: int) -> bytes:
    records = np.empty(n_points, [(name, array.dtype) for name, array in arrays.items()])
    for name, array in arrays.items():
        records[name] = array
    return records.tobytes()


def _compressed_bytes(arrays: _Columns) -> list[bytes]:
    planar = np.frombuffer(b"".join(array.tobytes() for array in arrays.values()), np.uint8)
    packed = lzf_compress(planar)
    if max(len(planar), len(packed)) >= 1 << 32:
        raise ArgumentError(f"binary_compressed holds up to 4 GiB, these points have {len(planar)} bytes: use binary")
    return [np.array([len(packed), len(planar)], "<u4").tobytes(), packed.tobytes()]
