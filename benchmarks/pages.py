"""A benchmark that prints a table, and on request puts it between its marks on a page of docs/."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.kitti_interpolation import DATA
from benchmarks.report import REPOSITORY, between_marks


def run(doc: str | None, report: Callable[[Path], str], *, page: str, mark: str) -> None:
    """Take --data and --write from the command line, print the report, and write it where that is asked for."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true", help=f"put the table into docs/{page}")
    options = parser.parse_args()
    text = report(options.data)
    print(text)
    if options.write:
        path = REPOSITORY / "docs" / page
        path.write_text(between_marks(path.read_text(), mark, text + "\n"))
