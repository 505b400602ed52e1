"""Tables of targets: CSV whose first line names the columns, units included, or JSON with one object for each row."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calib.targets.detections import Floats
from sensorann.errors import FormatError
from sensorann.formats.openlabel.node import Node
from sensorann.formats.strict_json import read_json
from sensorann.formats.text_files import read_text

TARGET = "target"


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Rows of one sensor.

    Attributes
    ----------
    path : the file
    targets : name of the target of each row; several rows of one target are points of one board, in order
    numbers : column name to (N,) float64; NaN where a cell is empty
    """

    path: Path
    targets: tuple[str, ...]
    numbers: dict[str, Floats]

    def has(self, *names: str) -> bool:
        """Tell whether all columns are there."""
        return all(name in self.numbers for name in names)

    def columns(self, *names: str) -> Floats:
        """Return columns (N, k), without empty cells.

        Raises
        ------
        FormatError
            When a column is missing, or a cell empty.
        """
        for name in names:
            if name not in self.numbers:
                raise FormatError(
                    self.path, _place(self.path, -1), expected=f"a column {name}", found=", ".join(self.numbers)
                )
            empty = np.flatnonzero(~np.isfinite(self.numbers[name]))
            if len(empty):
                where = f"{_place(self.path, int(empty[0]))}, {name}"
                raise FormatError(self.path, where, expected="a number", found="an empty cell")
        return np.stack([self.numbers[name] for name in names], axis=1)

    def select(self, rows: Sequence[int]) -> Table:
        """Take rows in another order."""
        targets = tuple(self.targets[row] for row in rows)
        return Table(self.path, targets, {name: values[list(rows)] for name, values in self.numbers.items()})


def read_table(path: Path) -> Table:
    """Read a table of targets: CSV, or a list of objects in a file that ends in .json.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When it has no column `target`, or a cell is no number.
    """
    if path.suffix == ".json":
        return _read_json(path)
    lines = [line for line in csv.reader(read_text(path).splitlines()) if line]
    header = [cell.strip() for cell in lines[0]] if lines else []
    if TARGET not in header:
        raise FormatError(path, "line 1", expected=f"column names, among them {TARGET!r}", found=", ".join(header))
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            raise FormatError(path, f"line {number}", expected=f"{len(header)} cells", found=f"{len(line)}")
    columns = dict(zip(header, zip(*lines[1:], strict=True), strict=True)) if len(lines) > 1 else {}
    names = tuple(cell.strip() for cell in columns.pop(TARGET, ()))
    return Table(path, names, {name: _numbers(path, name, cells) for name, cells in columns.items()})


def _read_json(path: Path) -> Table:
    rows = [dict(row.members()) for row in Node(read_json(path), path).elements()]
    for number, row in enumerate(rows):
        if TARGET not in row:
            raise FormatError(path, f"[{number}]", expected=f"a member {TARGET!r}", found=", ".join(row) or "nothing")
    names = tuple(str(row[TARGET].value) for row in rows)
    columns = dict.fromkeys(key for row in rows for key in row if key != TARGET)
    numbers = {key: np.array([row[key].number() if key in row else np.nan for row in rows]) for key in columns}
    return Table(path, names, numbers)


def common_rows(first: Table, second: Table) -> tuple[Table, Table, tuple[str, ...]]:
    """Pair the rows of the targets that both sensors saw: row n of both is the same point.

    Returns
    -------
    both tables, and the names of targets that only one of them has

    Raises
    ------
    FormatError
        When a target has another number of points in the other table.
    """
    rows_of_first, rows_of_second = _rows(first), _rows(second)
    shared = [name for name in rows_of_first if name in rows_of_second]
    for name in shared:
        counts = len(rows_of_first[name]), len(rows_of_second[name])
        if counts[0] != counts[1]:
            raise FormatError(
                second.path,
                f"target {name}",
                expected=f"{counts[0]} points, as in {first.path.name}",
                found=str(counts[1]),
            )
    alone = tuple(sorted(set(rows_of_first) ^ set(rows_of_second)))
    return (
        first.select([row for name in shared for row in rows_of_first[name]]),
        second.select([row for name in shared for row in rows_of_second[name]]),
        alone,
    )


def _place(path: Path, row: int) -> str:
    """Where a row stands in its file; -1 is the names of the columns."""
    return f"line {row + 2}" if path.suffix != ".json" else f"[{max(row, 0)}]"


def _rows(table: Table) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(table.targets):
        rows.setdefault(name, []).append(row)
    return rows


def _numbers(path: Path, name: str, cells: Sequence[str]) -> Floats:
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        try:
            values[i] = float(cell) if cell.strip() else np.nan
        except ValueError:
            raise FormatError(path, f"line {i + 2}, {name}", expected="a number", found=repr(cell)) from None
    return values
