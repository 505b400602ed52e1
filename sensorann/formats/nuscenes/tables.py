"""The JSON tables of nuScenes v1.0: read row by row, every field that is used checked, every reference followed.

The tables of a full data set hold millions of rows; a scene needs some thousand of them. Rows are therefore decoded one
at a time, and the large tables are streamed: only the rows of the scene are kept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorann.errors import FormatError
from sensorann.files import require_file
from sensorann.formats.nuscenes.times import MICROSECOND_NS
from sensorann.formats.strict_json import found_instead
from sensorann.geometry import Transform

Row = dict[str, Any]
VERSION_PREFIX = "v1.0-"
_CHUNK_CHARACTERS = 1 << 18
_QUATERNION_TOLERANCE = 1e-3


def version_folders(path: Path) -> list[Path]:
    """Folders of tables at a data root, sorted; the path itself where it is such a folder."""
    if not path.is_dir():
        return []
    if path.name.startswith(VERSION_PREFIX) and (path / "scene.json").is_file():
        return [path]
    return sorted(entry.parent for entry in path.glob(f"{VERSION_PREFIX}*/scene.json"))


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Rows of one table by token.

    Attributes
    ----------
    path : the file, for messages
    rows : token to row, in the order of the file
    """

    path: Path
    rows: dict[str, Row]

    def find(self, row: Row, field: str, *, of: Path) -> Row:
        """Follow a reference: the row of this table that `field` of a row of the table `of` names.

        Raises
        ------
        FormatError
            When the field is no text, or this table has no such token.
        """
        token = text(row, field, path=of)
        if token not in self.rows:
            raise field_error(of, row, field, f"a token of {self.path.name}", token)
        return self.rows[token]


def read_table(folder: Path, name: str) -> Table:
    """Read the rows of `folder/name.json`; tokens must differ.

    Raises
    ------
    MissingDataError
        When the table is absent.
    FormatError
        When it is no list of rows with a token each.
    """
    path = folder / f"{name}.json"
    rows: dict[str, Row] = {}
    for row in stream_rows(path):
        token = text(row, "token", path=path)
        if token in rows:
            raise field_error(path, row, "token", "tokens that differ", "it twice")
        rows[token] = row
    return Table(path, rows)


def stream_rows(path: Path) -> Iterator[Row]:
    """Decode a table row by row, holding a few hundred kilobytes of it at a time.

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is no JSON list of objects, or holds NaN or Infinity.
    """
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    with require_file(path).open(encoding="utf-8") as stream:
        try:
            yield from _decoded_rows(_Text(stream.read), decoder, path)
        except UnicodeDecodeError as error:
            raise FormatError(path, "", expected="UTF-8 text", found="other bytes") from error


class _Text:
    """The part of a file that is not decoded yet."""

    def __init__(self, read: Callable[[int], str]) -> None:
        self._read = read
        self.rest = ""
        self.position = 0

    def more(self) -> bool:
        """Read on, at least as much again as there is (so that one huge row costs no quadratic time)."""
        piece = self._read(max(_CHUNK_CHARACTERS, len(self.rest) - self.position))
        self.rest, self.position = self.rest[self.position :] + piece, 0
        return bool(piece)

    def peek(self) -> str:
        """Return the next character that is no white space; empty at the end."""
        while True:
            while self.position < len(self.rest):
                if not self.rest[self.position].isspace():
                    return self.rest[self.position]
                self.position += 1
            if not self.more():
                return ""


def _decoded_rows(source: _Text, decoder: json.JSONDecoder, path: Path) -> Iterator[Row]:
    if source.peek() != "[":
        raise FormatError(path, "", expected="a JSON list of rows", found=repr(source.peek() or "nothing"))
    source.position += 1
    number = 0
    if source.peek() != "]":
        while True:
            row = _decoded_row(source, decoder, path, number)
            if not isinstance(row, dict):
                raise FormatError(path, f"row {number}", expected="an object with named fields", found=f"{row!r:.40}")
            yield row
            number += 1
            if source.peek() != ",":
                break
            source.position += 1
    if source.peek() != "]":
        raise FormatError(
            path, f"after row {number - 1}", expected="',' or ']'", found=repr(source.peek() or "the end")
        )
    source.position += 1
    if source.peek():
        raise FormatError(path, "after the list", expected="the end", found=repr(source.peek()))


def _decoded_row(source: _Text, decoder: json.JSONDecoder, path: Path, number: int) -> Any:
    source.peek()
    while True:
        try:
            row, source.position = decoder.raw_decode(source.rest, source.position)
            return row
        except json.JSONDecodeError as error:
            # A row cut by the end of the buffer looks like a broken one until the file is read to its end.
            if not source.more():
                raise FormatError(path, f"row {number}", expected="JSON", found=found_instead(error)) from error
        except _ConstantError as error:
            raise FormatError(path, f"row {number}", expected="JSON numbers", found=str(error)) from error
        except RecursionError as error:
            raise FormatError(path, f"row {number}", expected="sensible depth", found="very deep nesting") from error


class _ConstantError(Exception):
    pass


def _refuse_constant(constant: str) -> None:
    raise _ConstantError(constant)


def text(row: Row, field: str, *, path: Path) -> str:
    """Return a text field."""
    value = row.get(field)
    if not isinstance(value, str):
        raise field_error(path, row, field, "text")
    return value


def integer(row: Row, field: str, *, path: Path, minimum: int = 0) -> int:
    """Return a whole number of at least `minimum`."""
    value = row.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
        raise field_error(path, row, field, f"a whole number >= {minimum}")
    return value


def timestamp_ns(row: Row, *, path: Path) -> int:
    """Return the field `timestamp`, microseconds in the file, as int64 nanoseconds."""
    microseconds = integer(row, "timestamp", path=path)
    if microseconds >= 1 << 53:
        raise field_error(path, row, "timestamp", "microseconds since 1970")
    return microseconds * MICROSECOND_NS


def numbers(row: Row, field: str, n: int, *, path: Path) -> tuple[float, ...]:
    """Return a field of n finite numbers."""
    value = row.get(field)
    if not isinstance(value, list) or len(value) != n or not all(map(_is_finite, value)):
        raise field_error(path, row, field, f"{n} finite numbers")
    return tuple(map(float, value))


def quaternion(row: Row, *, path: Path) -> tuple[float, ...]:
    """Return the field `rotation`: a unit quaternion w, x, y, z.

    Raises
    ------
    FormatError
        When its norm is more than 1e-3 away from 1: such a one is no rounded rotation but something else.
    """
    wxyz = numbers(row, "rotation", 4, path=path)
    if not abs(math.hypot(*wxyz) - 1) < _QUATERNION_TOLERANCE:
        raise field_error(path, row, "rotation", "a unit quaternion w, x, y, z")
    return wxyz


def pose(row: Row, *, path: Path) -> Transform:
    """Return the fields `rotation` and `translation` (metres) as a transform."""
    return Transform.from_quaternion(quaternion(row, path=path), numbers(row, "translation", 3, path=path))


def field_error(path: Path, row: Row, field: str, expected: str, found: str | None = None) -> FormatError:
    """Build the error that names file, token and field; the field's own value is shown unless `found` says more."""
    if found is None:
        found = f"{row[field]!r:.80}" if field in row else "no such field"
    return FormatError(path, f"token {row.get('token')!r:.60}, field {field}", expected=expected, found=found)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
