"""The objects of an OpenLABEL document: walks through its frames and gathers what belongs to each one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sensorann.formats.openlabel.boxes import CuboidRow, read_cuboid, read_image_box
from sensorann.formats.openlabel.node import Losses, Node
from sensorann.formats.openlabel.placing import PlacedCuboid, moved_into
from sensorann.formats.openlabel.rig import EGO
from sensorann.formats.openlabel.systems import CoordinateSystems
from sensorann.formats.openlabel.time import FrameClock
from sensorann.formats.openlabel.values import MARK, VALUE_KINDS, keys_of, read_values
from sensorann.formats.openlabel.write import EMPTY_TRACK, IMAGE_TRACK, UNSET_ATTRIBUTE
from sensorann.scene import Attribute, ImageTrack, Track

_UNKNOWN_CATEGORY = "unknown"
_UNKNOWN_CAMERA = "camera"
_UNNUMBERED = 1 << 62  # after all image tracks that have a number


@dataclass(slots=True)
class _Boxes2D:
    """2D boxes of one object in one camera under one name."""

    camera: str
    category: str
    order: int = _UNNUMBERED
    timestamps_ns: list[int] = field(default_factory=list)
    edges: list[list[float]] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """One object while the frames are walked through."""

    id: str
    category: str
    node: Node
    attributes: dict[str, Attribute]
    unset: list[str] = field(default_factory=list)
    empty_track: bool = False
    cuboids: list[PlacedCuboid] = field(default_factory=list)
    boxes_2d: dict[tuple[str, str], _Boxes2D] = field(default_factory=dict)

    @property
    def is_track(self) -> bool:
        """An object without any geometry is a track too: relations may speak of it."""
        return bool(self.cuboids) or self.empty_track or not self.boxes_2d


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of a document.

    Attributes
    ----------
    id_of : id of every object by its key
    cuboids : all cuboids, in the coordinate systems that they name
    image_tracks : image tracks
    """

    id_of: dict[str, str]
    cuboids: list[PlacedCuboid]
    image_tracks: tuple[ImageTrack, ...]
    _found: list[_Found]
    _systems: CoordinateSystems
    _losses: Losses

    def tracks(self, frame: str) -> tuple[Track, ...]:
        """Build the tracks, with all boxes moved into the world or the ego frame."""
        return tuple(self._track(found, frame) for found in self._found if found.is_track)

    def _track(self, found: _Found, frame: str) -> Track:
        rows = [placed.row for placed in found.cuboids]
        names = dict.fromkeys(name for row in rows for name in row.attributes)
        with found.node.explaining("one box per instant, in time order"):
            return Track(
                id=found.id,
                category=found.category,
                timestamps_ns=np.array([placed.timestamp_ns for placed in found.cuboids], np.int64),
                cuboids=moved_into(frame, found.cuboids, self._systems, self._losses),
                sources=np.array([row.source for row in rows], np.uint8),
                sigmas=np.array([row.sigma for row in rows], np.float64).reshape(-1, 7),
                attributes=found.attributes,
                box_attributes={
                    name: tuple(row.attributes.get(name) for row in rows) for name in [*names, *found.unset]
                },
            )


class ObjectReader:
    """Reads the objects of one document.

    Parameters
    ----------
    root, clock, systems, losses : the document, its instants, its coordinate systems, and what is left out
    ours : whether sensorann wrote it
    """

    def __init__(
        self, root: Node, clock: FrameClock, systems: CoordinateSystems, losses: Losses, *, ours: bool
    ) -> None:
        self._root, self._clock, self._systems, self._losses, self._ours = root, clock, systems, losses, ours

    def read(self) -> Objects:
        """Walk through the document.

        Raises
        ------
        FormatError
            When something in it is damaged; the message names the place.
        """
        found = {key: self._declared(node, key) for key, node in self._root.section("objects")}
        seen: set[str] = set()
        for own in found.values():
            if own.id in seen:
                raise own.node.refused("objects with ids of their own", found=f"a second {own.id!r}")
            seen.add(own.id)
        for own in found.values():
            self._read_static(own)
        frames = dict(self._root.section("frames"))
        for number in self._clock.numbers:
            for key, mention in frames[str(number)].section("objects"):
                data = mention.get("object_data")
                if data is not None:
                    self._read_data(found[key], data, number, self._values(data))
        for own in found.values():
            own.cuboids.sort(key=lambda placed: placed.number)  # static boxes came first
            self._count_unplaced(own)
        return Objects(
            {key: own.id for key, own in found.items()},
            [placed for own in found.values() for placed in own.cuboids],
            tuple(self._image_tracks(found.values())),
            list(found.values()),
            self._systems,
            self._losses,
        )

    def _declared(self, node: Node, key: str) -> _Found:
        name, category = node.require("name").text(), node.require("type").text()
        data = node.get("object_data")
        # Our keys are made from the ids. An object that another program added has its key for an id, as elsewhere.
        named_by_us = self._ours and keys_of([name]) == [key]
        found = _Found(
            id=name if named_by_us else key,
            category=category or _UNKNOWN_CATEGORY,
            node=node,
            attributes=self._values(data) if data is not None else {},
        )
        if not named_by_us and name not in ("", key):
            found.attributes.setdefault("name", name)
        if self._ours and data is not None:
            self._read_marks(found, data)
        return found

    def _values(self, data: Node) -> dict[str, Attribute]:
        return read_values(data, self._losses) if data.mapping().keys() & VALUE_KINDS else {}

    def _read_marks(self, found: _Found, data: Node) -> None:
        texts = data.get("text")
        for text in texts.elements() if texts is not None else ():
            meaning, name = text.value.get(MARK), text.value.get("name", "")
            if meaning == EMPTY_TRACK:
                found.empty_track = True
            elif meaning == UNSET_ATTRIBUTE:
                found.unset.append(name)
            elif meaning == IMAGE_TRACK:
                camera, order = text.require("camera").text(), text.require("order").integer()
                found.boxes_2d[camera, name] = _Boxes2D(camera, text.require("val").text(), order)

    def _read_static(self, found: _Found) -> None:
        """Read geometry that an object holds outside of frames: it stands in each of the object's frames."""
        data = found.node.get("object_data")
        n_boxes = sum(_size(data.value.get(kind)) for kind in ("cuboid", "bbox")) if data is not None else 0
        if data is None or not n_boxes:
            if data is not None:
                self._count_others(data)
            return
        covered = self._clock.numbers_within(found.node)
        numbers = self._clock.numbers if covered is None else covered
        if not numbers and self._clock.single_drive_frame:
            numbers = [0]
        if not numbers:
            self._losses.count("boxes without a frame, so without an instant", n_boxes)
        for number in numbers:
            self._read_data(found, data, number, {})

    def _read_data(self, found: _Found, data: Node, number: int, values: dict[str, Attribute]) -> None:
        """Read the geometry of one object in one frame."""
        row = None
        for cuboid in _elements(data, "cuboid"):
            if row is not None:
                self._losses.count("further cuboids of an object in a frame")
                continue
            row = read_cuboid(cuboid, self._losses, ours=self._ours)
            if row is not None:
                row.attributes.update({name: value for name, value in values.items() if name not in row.attributes})
                self._place(found, row, number)
        if row is None and values:
            self._losses.count("values of single frames, of objects without a cuboid there", len(values))
        for box in _elements(data, "bbox"):
            self._read_2d(found, box, number)
        self._count_others(data)

    def _count_others(self, data: Node) -> None:
        for kind, items in data.members():
            if kind not in VALUE_KINDS and kind not in ("cuboid", "bbox"):
                self._losses.count(f"shapes of the kind {kind}", _size(items.value))

    def _place(self, found: _Found, row: CuboidRow, number: int) -> None:
        node = row.node
        system = self._system(node, found)
        if system is None and self._systems.declared:
            raise node.refused("a member 'coordinate_system', as the document declares several", found="none")
        if system is None:
            self._losses.assume("cuboids without a coordinate system were taken to be in the ego frame")
        found.cuboids.append(PlacedCuboid(row, system or EGO, number, self._clock.timestamp_ns(number, node)))

    def _system(self, node: Node, found: _Found) -> str | None:
        stated = node.get("coordinate_system") or found.node.get("coordinate_system")
        if stated is None:
            return self._systems.default
        self._systems.check(stated.text(), stated)
        return stated.text()

    def _read_2d(self, found: _Found, box: Node, number: int) -> None:
        edges, source = read_image_box(box, self._losses, ours=self._ours)
        name, camera = box.require("name").text(), self._camera(box, found)
        boxes = found.boxes_2d.setdefault((camera, name), _Boxes2D(camera, found.category))
        boxes.timestamps_ns.append(self._clock.timestamp_ns(number, box))
        boxes.edges.append(edges)
        boxes.sources.append(source)

    def _camera(self, box: Node, found: _Found) -> str:
        stated = box.get("coordinate_system") or found.node.get("coordinate_system")
        if stated is not None:
            self._systems.check(stated.text(), stated)
            return stated.text()
        if len(self._systems.cameras) == 1:
            return next(iter(self._systems.cameras))
        self._losses.assume(f"2D boxes that name no camera were put into one called {_UNKNOWN_CAMERA!r}")
        return _UNKNOWN_CAMERA

    def _count_unplaced(self, found: _Found) -> None:
        if not found.is_track and found.attributes:
            self._losses.count("values of objects that have 2D boxes only", len(found.attributes))

    def _image_tracks(self, objects: Any) -> Iterator[ImageTrack]:
        entries = [(boxes, found) for found in objects for boxes in found.boxes_2d.values()]
        for boxes, found in sorted(entries, key=lambda entry: entry[0].order):
            order = np.argsort(boxes.timestamps_ns, kind="stable")
            with found.node.explaining(f"one 2D box of a name per instant in {boxes.camera}"):
                yield ImageTrack(
                    id=found.id,
                    camera=boxes.camera,
                    category=boxes.category,
                    timestamps_ns=np.array(boxes.timestamps_ns, np.int64)[order],
                    boxes=np.array(boxes.edges, np.float64).reshape(-1, 4)[order],
                    sources=np.array(boxes.sources, np.uint8)[order],
                )


def _elements(data: Node, kind: str) -> Iterator[Node]:
    items = data.get(kind)
    return items.elements() if items is not None else iter(())


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list | dict) else int(value is not None)
