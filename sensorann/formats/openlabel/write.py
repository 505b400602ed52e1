"""Labels to an OpenLABEL document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.boxes import CUBOID, write_cuboids, write_image_boxes
from sensorann.formats.openlabel.elements import ONTOLOGY, write_events, write_ontology, write_relations, write_tags
from sensorann.formats.openlabel.node import SCHEMA_VERSION
from sensorann.formats.openlabel.rig import WORLD, write_ego_poses_at, write_rig
from sensorann.formats.openlabel.time import frame_numbers, intervals
from sensorann.formats.openlabel.values import MARK, keys_of, kind_of, typed_lists
from sensorann.scene import Attribute, Drive, ImageTrack, Labels, Rig, Track

FORMAT_VERSION = 1
# What a marked text of an object says about it, where the standard has no word.
IMAGE_TRACK, EMPTY_TRACK, UNSET_ATTRIBUTE = "image_track", "empty_track", "unset_attribute"


def document(labels: Labels, drive: Drive | None) -> dict[str, Any]:
    """Turn labels into the JSON of an OpenLABEL 1.0 file.

    Parameters
    ----------
    labels : labels
    drive : adds streams, intrinsics, ego poses and its own frame numbers

    Raises
    ------
    ArgumentError
        When the labels hold something that the format cannot say: a relation to an object that is not there, a 2D box
        that ends before it starts, a sensor named ``world``.
    """
    times = _instants(labels)
    numbers = frame_numbers(times, drive)
    frames: list[dict[str, Any]] = [{"frame_properties": {"timestamp": str(time)}} for time in times.tolist()]
    frame_of = dict(zip(times.tolist(), numbers, strict=True))
    objects, key_of = _objects(labels, frames, times, numbers)
    tags, contexts = write_tags(labels.tags, frame_of)
    sections = {
        "ontologies": write_ontology(labels.ontology),
        **_surroundings(labels, drive, frames, times),
        "objects": objects,
        "actions": write_events(labels.events, frame_of),
        "contexts": contexts,
        "relations": write_relations(labels.relations, key_of),
        "tags": tags,
        "frames": dict(zip(map(str, numbers), frames, strict=True)),
        "frame_intervals": intervals(numbers),
    }
    for name in ("actions", "contexts"):
        _mention(sections[name], name, frames, numbers)
    return {"openlabel": {"metadata": _metadata(labels), **{name: part for name, part in sections.items() if part}}}


def _metadata(labels: Labels) -> dict[str, Any]:
    own = {"format_version": FORMAT_VERSION, "drive_name": labels.drive_name, "frame": labels.frame}
    return {"schema_version": SCHEMA_VERSION, "name": labels.drive_name, MARK: own}


def _instants(labels: Labels) -> NDArray[np.int64]:
    """Every instant (N,) that the labels speak of, increasing."""
    single = [time for event in labels.events for time in (event.start_ns, event.end_ns)]
    single += [tag.timestamp_ns for tag in labels.tags if tag.timestamp_ns is not None]
    columns = [track.timestamps_ns for track in labels.tracks]
    columns += [image_track.timestamps_ns for image_track in labels.image_tracks]
    try:
        return np.unique(np.concatenate([np.array(single, np.int64), *columns]))
    except OverflowError as error:
        raise ArgumentError("an event or a tag is at an instant beyond int64 nanoseconds") from error


def _surroundings(
    labels: Labels, drive: Drive | None, frames: list[dict[str, Any]], times: NDArray[np.int64]
) -> dict[str, Any]:
    """Coordinate systems and streams; the ego poses go into the frames."""
    rig = drive.rig if drive is not None else Rig(())
    with_world = labels.frame == WORLD or (drive is not None and drive.trajectory is not None)
    systems, streams = write_rig(rig, with_world=with_world, cameras=(track.camera for track in labels.image_tracks))
    if drive is not None:
        for frame, pose in zip(frames, write_ego_poses_at(drive, times=times), strict=True):
            if pose is not None:
                frame["frame_properties"]["transforms"] = pose
    return {"coordinate_systems": systems, "streams": streams}


def _objects(
    labels: Labels, frames: list[dict[str, Any]], times: NDArray[np.int64], numbers: list[int]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Write objects by key, and their boxes into the frames; also the key of every object by its id."""
    tracks: dict[str, Track] = {track.id: track for track in labels.tracks}
    in_images: dict[str, list[tuple[int, ImageTrack]]] = defaultdict(list)
    for order, image_track in enumerate(labels.image_tracks):
        in_images[image_track.id].append((order, image_track))
    ids = [*tracks, *(own for own in in_images if own not in tracks)]
    key_of = dict(zip(ids, keys_of(ids), strict=True))
    objects: dict[str, Any] = {}
    for own, key in key_of.items():
        written = _ObjectWriter(key, frames, times, numbers)
        if own in tracks:
            written.add_track(tracks[own], marked=own in in_images)
        for order, image_track in in_images.get(own, ()):
            written.add_image_track(image_track, order)
        category = tracks[own].category if own in tracks else in_images[own][0][1].category
        objects[key] = {"name": own, "type": category, "ontology_uid": ONTOLOGY, **written.parts()}
    return objects, key_of


class _ObjectWriter:
    """One object: collects what is said of it as a whole, and puts its boxes into the frames."""

    def __init__(self, key: str, frames: list[dict[str, Any]], times: NDArray[np.int64], numbers: list[int]) -> None:
        self._key, self._frames, self._times, self._numbers = key, frames, times, numbers
        self._data: dict[str, list[dict[str, Any]]] = {}
        self._pointers: dict[str, Any] = {}
        self._covered: set[int] = set()

    def add_track(self, track: Track, *, marked: bool) -> None:
        self._data = typed_lists(track.attributes)
        for name, value in sorted(track.attributes.items()):
            self._pointers[name] = {"type": kind_of(value), "frame_intervals": []}
        kinds = {name: _kind_of_column(values) for name, values in sorted(track.box_attributes.items())}
        for name in (name for name, kind in kinds.items() if kind is None):
            self._mark(name, "", UNSET_ATTRIBUTE)
        if len(track) == 0 and marked:
            self._mark("cuboids", "none", EMPTY_TRACK)
        self._place("cuboid", CUBOID, track.timestamps_ns, write_cuboids(track))
        pointed = {name: kind for name, kind in kinds.items() if kind is not None}
        if pointed:
            self._pointers[CUBOID]["attribute_pointers"] = pointed

    def add_image_track(self, track: ImageTrack, order: int) -> None:
        name = track.camera
        while any(entry["name"] == name for entry in self._data.get("text", ()) if MARK in entry):
            name += "'"  # several image tracks of one object in one camera
        self._mark(name, track.category, IMAGE_TRACK, camera=track.camera, order=order)
        self._place("bbox", name, track.timestamps_ns, write_image_boxes(track, name=name))

    def _mark(self, name: str, value: str, meaning: str, **more: Any) -> None:
        self._data.setdefault("text", []).append({"name": name, "val": value, MARK: meaning, **more})

    def _place(self, kind: str, name: str, times: NDArray[np.int64], rows: list[dict[str, Any]]) -> None:
        places = np.searchsorted(self._times, times).tolist()
        for place, row in zip(places, rows, strict=True):
            own = self._frames[place].setdefault("objects", {}).setdefault(self._key, {"object_data": {}})
            own["object_data"].setdefault(kind, []).append(row)
        covered = {self._numbers[place] for place in places}
        self._covered |= covered
        self._pointers[name] = {"type": kind, "frame_intervals": intervals(covered)}

    def parts(self) -> dict[str, Any]:
        """Members of the object beside its name and type."""
        parts = {
            "frame_intervals": intervals(self._covered),
            "object_data": self._data,
            "object_data_pointers": self._pointers,
        }
        return {name: part for name, part in parts.items() if part}


def _kind_of_column(values: Iterable[Attribute | None]) -> str | None:
    """Kind of the values of a per-box attribute; None where no box has one."""
    return next((kind_of(value) for value in values if value is not None), None)


def _mention(
    elements: Mapping[str, dict[str, Any]], section: str, frames: list[dict[str, Any]], numbers: list[int]
) -> None:
    """Name actions and contexts in every frame of theirs, as the standard asks."""
    for key, element in elements.items():
        (span,) = element["frame_intervals"]
        first, last = np.searchsorted(numbers, [span["frame_start"], span["frame_end"]]).tolist()
        for frame in frames[first : last + 1]:
            frame.setdefault(section, {})[key] = {}
