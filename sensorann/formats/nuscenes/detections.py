"""Results of nuScenes detectors: `{"meta": ..., "results": {sample token: [box, ...]}}`, in the global frame.

A box has `translation`, `size` (width, length, height), `rotation` (w, x, y, z), `detection_name`, `detection_score`
and, if the detector knows it, `velocity` (along x and y, m/s). Results of other scenes in the file are passed over.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.nuscenes.drive import NuScenesDrive
from sensorann.formats.nuscenes.scene import sample_times_ns
from sensorann.formats.strict_json import read_json
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_quaternions
from sensorann.scene import Detections, Drive, default_ontology


def recognises(path: Path) -> bool:
    """Tell whether a path is a .json file that begins as results do."""
    if not path.is_file() or path.suffix.lower() != ".json":
        return False
    with path.open("rb") as stream:
        beginning = stream.read(4096)
    return b'"openlabel"' not in beginning and (b'"results"' in beginning or b'"meta"' in beginning)


def read(path: Path, drive: Drive) -> Detections:
    """Read the detections of one scene.

    Raises
    ------
    ArgumentError
        When the drive is no nuScenes scene: samples are known by their tokens alone.
    FormatError
        When the file is damaged, or a box holds NaN or an unknown category; the box and field are named.
    """
    if not isinstance(drive, NuScenesDrive):
        raise ArgumentError(f"{path}: nuScenes results name samples, and drive {drive.name} is no nuScenes scene")
    document = read_json(path)
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict):
        raise FormatError(path, "results", expected="boxes by sample token", found=type(results).__name__)
    tokens = [str(row["token"]) for row in drive.samples]
    times = sample_times_ns(drive.tables, drive.samples)
    found = [
        (int(time), _Box(path, token, i, box))
        for token, time in zip(tokens, times, strict=True)
        for i, box in enumerate(_boxes(path, token, results))
    ]
    boxes = [box for _, box in found]
    sizes = np.array([box.size() for box in boxes], np.float64).reshape(-1, 3)
    quaternions = np.array([box.rotation() for box in boxes], np.float64).reshape(-1, 4)
    return Detections(
        timestamps_ns=np.array([time for time, _ in found], np.int64),
        cuboids=Cuboids(
            centers=np.array([box.numbers("translation", 3) for box in boxes], np.float64).reshape(-1, 3),
            sizes=sizes[:, [1, 0, 2]],
            rotations=rotations_from_quaternions(quaternions),
            frame="world",
        ),
        categories=tuple(box.category() for box in boxes),
        scores=np.array([box.score() for box in boxes], np.float64),
        velocities=np.array([box.velocity() for box in boxes], np.float64).reshape(-1, 2),
    )


def _boxes(path: Path, token: str, results: dict[str, Any]) -> list[Any]:
    boxes = results.get(token, [])
    if not isinstance(boxes, list):
        raise FormatError(path, f"results.{token}", expected="a list of boxes", found=type(boxes).__name__)
    return boxes


class _Box:
    """One box of the file, and where it lies for messages."""

    def __init__(self, path: Path, token: str, number: int, values: Any) -> None:
        self._path, self._where = path, f"results.{token}[{number}]"
        if not isinstance(values, dict):
            raise FormatError(path, self._where, expected="a box", found=type(values).__name__)
        self._values = values

    def numbers(self, name: str, n: int) -> list[float]:
        """Return a list of n finite numbers."""
        values = self._values.get(name)
        numbers = values if isinstance(values, list) else []
        if len(numbers) != n or not all(_is_finite(value) for value in numbers):
            raise self._fault(name, f"{n} finite numbers")
        return [float(value) for value in numbers]

    def size(self) -> list[float]:
        """Width, length and height."""
        size = self.numbers("size", 3)
        if not min(size) > 0:
            raise self._fault("size", "positive width, length, height in metres")
        return size

    def rotation(self) -> list[float]:
        """Quaternion w, x, y, z."""
        rotation = self.numbers("rotation", 4)
        if abs(sum(value**2 for value in rotation) - 1.0) > 1e-3:
            raise self._fault("rotation", "a unit quaternion w, x, y, z")
        return rotation

    def velocity(self) -> list[float]:
        """Velocity along x and y; NaN where none is stated."""
        return [math.nan, math.nan] if self._values.get("velocity") is None else self.numbers("velocity", 2)

    def category(self) -> str:
        """Name of the category."""
        name = self._values.get("detection_name")
        if not isinstance(name, str) or name not in default_ontology():
            raise self._fault("detection_name", "a known category")
        return name

    def score(self) -> float:
        """Score of the detector."""
        score: Any = self._values.get("detection_score")
        if not _is_finite(score):
            raise self._fault("detection_score", "a finite number")
        return float(score)

    def _fault(self, name: str, expected: str) -> FormatError:
        found = repr(self._values.get(name))
        return FormatError(self._path, f"{self._where}.{name}", expected=expected, found=found)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))
