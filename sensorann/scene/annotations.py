"""What labels hold beside tracks: boxes in pictures, events, relations and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen
from sensorann.scene.track import Attribute


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class ImageTrack:
    """One object in one camera through time, as 2D boxes.

    Attributes
    ----------
    id : the id of the `Track` it belongs to, or its own where the object has no cuboid
    camera : name of the camera in the rig
    category : name or alias of a category of the ontology
    timestamps_ns : (N,) int64, strictly increasing
    boxes : (N, 4) float64, pixels: left, top, right, bottom
    sources : (N,) uint8, values of `Source`
    """

    id: str
    camera: str
    category: str
    timestamps_ns: NDArray[np.int64]
    boxes: NDArray[np.float64]
    sources: NDArray[np.uint8]

    def __post_init__(self) -> None:
        name = f"image track {self.id} in {self.camera}"
        times = as_array(self.timestamps_ns, (None,), np.int64, name=f"{name}: timestamps_ns")
        if (np.diff(times) <= 0).any():
            raise ArgumentError(f"{name}: timestamps must increase strictly")
        boxes = as_array(self.boxes, (len(times), 4), np.float64, name=f"{name}: boxes", finite=True)
        sources = as_array(self.sources, (len(times),), np.uint8, name=f"{name}: sources")
        object.__setattr__(self, "timestamps_ns", frozen(times))
        object.__setattr__(self, "boxes", frozen(boxes))
        object.__setattr__(self, "sources", frozen(sources))


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something with a start and an end (equal for an instant), such as a lane change.

    Attributes
    ----------
    id, category : names
    start_ns, end_ns : int64 instants, both included
    attributes : what holds for the event
    """

    id: str
    category: str
    start_ns: int
    end_ns: int
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.end_ns < self.start_ns:
            raise ArgumentError(f"event {self.id}: ends at {self.end_ns} ns, before it starts at {self.start_ns} ns")
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """Subject, predicate, object: track ``7`` ``isRidingOn`` track ``8``.

    Attributes
    ----------
    id, predicate : names
    subject_id, object_id : ids of tracks
    """

    id: str
    predicate: str
    subject_id: str
    object_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """A label of the whole drive, or of one instant of it.

    Attributes
    ----------
    name : such as ``weather``
    value : such as ``rain``
    timestamp_ns : int64 instant; None for the whole drive
    """

    name: str
    value: Attribute
    timestamp_ns: int | None = None
