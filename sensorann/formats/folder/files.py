"""The files of a folder drive: which ones a sensor has, and at which instant each was taken."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.points.files import POINT_SUFFIXES
from sensorann.scene import SensorKind

_logger = logging.getLogger(__name__)
SUFFIXES: Mapping[SensorKind, tuple[str, ...]] = {
    "lidar": POINT_SUFFIXES,
    "radar": POINT_SUFFIXES,
    "camera": (".jpg", ".jpeg", ".png"),
}
FRAME_NS = 100_000_000
_NUMBER = re.compile(r"[0-9]{1,25}(\.[0-9]{1,12})?")
# Unix times from 2001 to 2096, in whichever unit.
_EARLIEST_S, _LATEST_S = 10**9, 4 * 10**9
_UNITS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}


@dataclass(frozen=True, slots=True)
class SensorFiles:
    """The files of one sensor in time order.

    Attributes
    ----------
    folder : where they lie, or should
    names : names of N files, sorted by stem: by value where all stems are numbers, else by text
    """

    folder: Path
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def stems(self) -> list[str]:
        """Names of the files without their suffix."""
        return [stem_of(name) for name in self.names]


def stem_of(name: str) -> str:
    """Name without suffix, also without both of ``.pcd.bin``."""
    return name.rpartition(".")[0].removesuffix(".pcd")


def find_files(root: Path) -> dict[tuple[SensorKind, str], SensorFiles]:
    """Files by kind and name of the sensor: ``lidar/*`` is a sensor ``lidar``, ``lidar/top/*`` one called ``top``.

    Raises
    ------
    FormatError
        When two files of a sensor have the same stem.
    """
    found: dict[tuple[SensorKind, str], SensorFiles] = {}
    for kind, suffixes in SUFFIXES.items():
        base = root / kind
        if not base.is_dir():
            continue
        for folder in [base, *sorted(entry for entry in base.iterdir() if entry.is_dir())]:
            names = _file_names(folder, suffixes)
            if names:
                found[kind, folder.name] = SensorFiles(folder, _sorted(folder, names))
    return found


def holds_points(root: Path) -> bool:
    """Tell whether there is any point file in ``lidar`` or ``radar``, or one folder below."""
    return any(
        path.suffix.lower() in POINT_SUFFIXES
        for kind in ("lidar", "radar")
        for pattern in ("*", "*/*")
        for path in (root / kind).glob(pattern)
    )


def holds_loose_points(path: Path) -> bool:
    """Tell whether point files lie in a folder itself, where no drive has them."""
    return path.is_dir() and any(entry.suffix.lower() in POINT_SUFFIXES for entry in path.iterdir())


def _file_names(folder: Path, suffixes: tuple[str, ...]) -> list[str]:
    with os.scandir(folder) as entries:  # a listing tells files from folders without a look at each
        named = [entry for entry in entries if entry.name.lower().endswith(suffixes)]
        others = sorted(entry.name for entry in named if not entry.is_file())
    if others:
        _logger.warning("%s: left out %d entries that are no files, the first is %s", folder, len(others), others[0])
    return [entry.name for entry in named if entry.name not in others]


def _sorted(folder: Path, names: list[str]) -> tuple[str, ...]:
    by_stem = {stem_of(name): name for name in names}
    if len(by_stem) < len(names):
        twice = next(name for name in sorted(names) if by_stem[stem_of(name)] != name)
        raise FormatError(folder, "", expected="one file per stem", found=f"{twice} and {by_stem[stem_of(twice)]}")
    return tuple(by_stem[stem] for stem in sorted_stems(by_stem))


def sorted_stems(stems: Iterable[str]) -> list[str]:
    """Sort by value where all are numbers (2 before 10), else by text."""
    stems = list(stems)
    if all(_NUMBER.fullmatch(stem) for stem in stems):
        return sorted(stems, key=lambda stem: (Decimal(stem), stem))
    return sorted(stems)


def clock_of_names(root: Path, sensors: Mapping[str, SensorFiles]) -> dict[str, NDArray[np.int64]]:
    """Instants per sensor where nothing but the names of the files can tell.

    Where every name is a Unix time of one unit (seconds, milliseconds, microseconds or nanoseconds), it is that; else
    the i-th name of all sensors together is at i x 100 ms. A warning says which.
    """
    unit = _common_unit(stem for files in sensors.values() for stem in files.stems)
    if unit is not None:
        _logger.warning("%s: timestamps are taken from the names of the files, as %s", root, unit)
        factor = 10**9 // _UNITS[unit]
        return {
            name: np.array([int(Decimal(stem) * factor) for stem in files.stems], np.int64)
            for name, files in sensors.items()
        }
    _logger.warning("%s: nothing says when the files were taken; frames are put 100 ms apart", root)
    return {name: np.array(indices, np.int64) * FRAME_NS for name, indices in matched_by_stem(sensors).items()}


def matched_by_stem(sensors: Mapping[str, SensorFiles]) -> dict[str, list[int]]:
    """Index of each file among the stems of all sensors: files of one stem belong together."""
    order = {stem: i for i, stem in enumerate(all_stems(sensors))}
    return {name: [order[stem] for stem in files.stems] for name, files in sensors.items()}


def all_stems(sensors: Mapping[str, SensorFiles]) -> list[str]:
    """Stems of all sensors together, sorted."""
    return sorted_stems({stem for files in sensors.values() for stem in files.stems})


def _common_unit(stems: Iterable[str]) -> str | None:
    units = {_unit(stem) for stem in stems}
    return units.pop() if len(units) == 1 else None


def _unit(stem: str) -> str | None:
    if not _NUMBER.fullmatch(stem):
        return None
    fits = (unit for unit, per_s in _UNITS.items() if _EARLIEST_S <= Decimal(stem) / per_s < _LATEST_S)
    return next(fits, None)
