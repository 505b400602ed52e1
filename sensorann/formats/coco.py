"""2D boxes of pictures in COCO's JSON: truth or detections of any detector that works on single pictures."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np

from sensorann.errors import FormatError
from sensorann.formats.strict_json import read_json
from sensorann.scene import Drive, ImageTrack, Ontology, Source, default_ontology, nearest_indices, sources_of

_log = logging.getLogger(__name__)
# A number in the name of a picture is its index, or an instant in one of these units.
_UNITS_NS = (1, 1_000, 1_000_000)
_SAME_INSTANT_NS = 1_000_000
# Detectors write down what they hardly believe, too, so that it can be measured how they rank.
_LEAST_SCORE = 0.5


def recognises(document: object) -> bool:
    """Tell whether a JSON document is COCO's."""
    return isinstance(document, dict) and {"images", "annotations", "categories"} <= document.keys()


def are_bare_results(document: object) -> bool:
    """Tell whether a JSON document is a list of results as COCO's evaluation takes it, without its pictures."""
    return isinstance(document, list) and all(isinstance(row, dict) and "image_id" in row for row in document)


def read(path: Path | str, drive: Drive, *, ontology: Ontology | None = None) -> tuple[ImageTrack, ...]:
    """Read the boxes of pictures of a drive, each as an image track of one instant.

    A picture belongs to the camera whose name its ``file_name`` holds (to the only camera where there is one), and to
    the instant that the last number in the name tells: an index, or nanoseconds, microseconds or milliseconds. Boxes of
    other pictures and of categories that the ontology does not have are left out with a warning, those whose ``score``
    is below a half without one.

    Parameters
    ----------
    path : JSON with ``images``, ``annotations`` (``bbox`` is left, top, width, height) and ``categories``
    drive : whose pictures they are
    ontology : None for the default one

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When it is no COCO JSON, or an annotation has no four finite numbers, or names what is not in the file.
    """
    document = read_json(path)
    if not recognises(document):
        raise FormatError(path, "", expected="COCO: images, annotations, categories", found="other JSON")
    words = default_ontology() if ontology is None else ontology
    names = {entry["id"]: str(entry["name"]) for entry in _entries(path, document, "categories", ("id", "name"))}
    places = {
        entry["id"]: _place(str(entry["file_name"]), drive)
        for entry in _entries(path, document, "images", ("id", "file_name"))
    }
    pictures = {entry["id"]: str(entry["file_name"]) for entry in document["images"]}
    found: list[ImageTrack] = []
    other_pictures: list[str] = []
    other_categories: list[str] = []
    for row, entry in enumerate(_entries(path, document, "annotations", ("image_id", "category_id", "bbox"))):
        where = f"annotations[{row}]"
        for field, known in (("image_id", places), ("category_id", names)):
            if entry[field] not in known:
                raise FormatError(path, f"{where}, {field}", expected="an id of the file", found=repr(entry[field]))
        place, name = places[entry["image_id"]], names[entry["category_id"]]
        box, score = _box(path, where, entry["bbox"]), _score(path, where, entry)
        if place is None:
            other_pictures.append(pictures[entry["image_id"]])
        elif name not in words:
            other_categories.append(name)
        elif score >= _LEAST_SCORE:
            found.append(_image_track(str(row), place, words[name].name, box))
    _tell(path, "pictures that the drive", other_pictures)
    _tell(path, "categories that the ontology", other_categories)
    return tuple(found)


def _tell(path: Path | str, what: str, names: list[str]) -> None:
    if names:
        _log.warning("%s: %d boxes are left out, of %s does not have, such as %s", path, len(names), what, names[0])


def _entries(path: Path | str, document: dict[str, Any], key: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    entries = document[key]
    if not isinstance(entries, list):
        raise FormatError(path, key, expected="a list", found=type(entries).__name__)
    for row, entry in enumerate(entries):
        missing = [field for field in fields if not isinstance(entry, dict) or field not in entry]
        if missing:
            raise FormatError(path, f"{key}[{row}]", expected=f"a field {missing[0]}", found="none")
        for field in (field for field in fields if field.endswith("id")):
            if not isinstance(entry[field], int | str):
                where = f"{key}[{row}], {field}"
                raise FormatError(path, where, expected="a number or a name", found=repr(entry[field]))
    return entries


def _box(path: Path | str, where: str, box: object) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    numbers = box if isinstance(box, list) else []
    if len(numbers) != 4 or not all(isinstance(n, int | float) and np.isfinite(n) for n in numbers):
        raise FormatError(path, f"{where}, bbox", expected="four finite numbers", found=f"{box!r:.60}")
    left, top, width, height = (float(n) for n in numbers)
    if width < 0 or height < 0:
        raise FormatError(path, f"{where}, bbox", expected="left, top, width and height, >= 0", found=f"{box!r:.60}")
    return left, top, left + width, top + height


def _score(path: Path | str, where: str, entry: dict[str, Any]) -> float:
    """How sure a detector was; people, who do not say, are sure."""
    score = entry.get("score", 1.0)
    if not isinstance(score, int | float) or not 0 <= score <= 1:
        raise FormatError(path, f"{where}, score", expected="a number from 0 to 1", found=f"{score!r:.60}")
    return float(score)


def _place(file_name: str, drive: Drive) -> tuple[str, int] | None:
    """Camera and instant of a picture; None where the drive has none of that name."""
    cameras = [sensor.name for sensor in drive.rig.of_kind("camera") if len(drive.timestamps_ns(sensor.name))]
    named = [name for name in cameras if name in re.split(r"[/\\.]|__", file_name)]
    numbers = re.findall(r"\d+", Path(file_name).stem)
    if not numbers or not (named or len(cameras) == 1):
        return None
    camera, number = (named or cameras)[0], int(numbers[-1])
    times = drive.timestamps_ns(camera)
    if number < len(times):
        return camera, int(times[number])
    for unit in _UNITS_NS:
        instant = number * unit
        if instant < np.iinfo(np.int64).max:
            nearest = int(times[nearest_indices(times, [instant])[0]])
            if abs(nearest - instant) <= _SAME_INSTANT_NS:
                return camera, nearest
    return None


def _image_track(
    identity: str, place: tuple[str, int], category: str, box: tuple[float, float, float, float]
) -> ImageTrack:
    camera, instant = place
    return ImageTrack(
        id=identity,
        camera=camera,
        category=category,
        timestamps_ns=np.array([instant], np.int64),
        boxes=np.array([box]),
        sources=sources_of(1, Source.DETECTED),
    )
