"""A data root that appears whole: written beside its place and renamed into it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sensorann.errors import ArgumentError
from sensorann.files import give_usual_mode
from sensorann.formats.nuscenes.tables import read_table

VERSION = "v1.0-sensorann"
TABLE_NAMES = (
    *("attribute", "calibrated_sensor", "category", "ego_pose", "instance", "log", "map", "sample"),
    *("sample_annotation", "sample_data", "scene", "sensor", "splits", "visibility"),
)
_ENTRIES = {VERSION, "maps", "samples", "sweeps"}
_FILES_NAMED_BY = ("sample_data", "map")


@contextmanager
def replaced_root(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside `path`; on success it takes the place of `path`, on failure it is removed.

    Raises
    ------
    ArgumentError
        When there is something at `path` that is neither an empty folder nor a root written here before, or such a
        root holds a file of somebody else: recorded data is never replaced.
    """
    path = path.resolve()
    _check_replaceable(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    try:
        yield temporary
        give_usual_mode(temporary)
        if path.exists():
            _swap(temporary, path)
        else:
            temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _swap(temporary: Path, path: Path) -> None:
    """Put the new folder where the old one is; the old one is put back when that fails."""
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    path.rename(old / path.name)
    try:
        temporary.rename(path)
    except OSError:
        (old / path.name).rename(path)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _check_replaceable(path: Path) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise ArgumentError(f"{path} is a file: nuScenes tables need a folder of their own")
    entries = {entry.name for entry in path.iterdir()}
    if entries and not (VERSION in entries and entries <= _ENTRIES):
        other = ", ".join(sorted(entries - _ENTRIES)[:4]) or f"no {VERSION}"
        raise ArgumentError(
            f"{path} is not empty and no folder of tables written by sensorann (it holds {other}): choose a new folder"
        )
    foreign = sorted(_files_below(path) - _own_files(path))
    if foreign:
        raise ArgumentError(
            f"{path} holds {len(foreign)} files that its tables do not name, the first is {foreign[0]}, and writing "
            "would delete them: choose a new folder, or move them away"
        )


def _files_below(path: Path) -> set[str]:
    return {entry.relative_to(path).as_posix() for entry in path.rglob("*") if entry.is_symlink() or entry.is_file()}


def _own_files(path: Path) -> set[str]:
    """Names of the files that a root written here consists of: its tables, and what they name."""
    own = {f"{VERSION}/{name}.json" for name in TABLE_NAMES}
    for table in _FILES_NAMED_BY:
        if (path / VERSION / f"{table}.json").is_file():
            rows = read_table(path / VERSION, table).rows.values()
            own |= {str(row["filename"]) for row in rows if "filename" in row}
    return own
