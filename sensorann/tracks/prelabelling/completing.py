"""Every track of detections fitted again to its points of all frames, with what speaks for its being an object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import Category, Detections, Drive, Labels, Motion, Ontology, Source, Track
from sensorann.tracks.association.finishing import finished_tracks
from sensorann.tracks.association.tuning import TUNINGS
from sensorann.tracks.clouds import Clouds, Region, stream_clouds
from sensorann.tracks.prelabelling.believing import confidence
from sensorann.tracks.prelabelling.detecting import is_vehicle
from sensorann.tracks.prelabelling.evidence import evidence
from sensorann.tracks.prelabelling.refining import (
    Seen,
    is_moving,
    refine,
    rows_to_look_at,
    with_surroundings,
    witnessed,
)

# Of each object and sweep so many points tell its faces and what surrounds it; a near car has thousands.
_MOST_POINTS = 1000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Completed:
    """One proposed track.

    Attributes
    ----------
    track : smoothed, with the attributes ``confidence`` and ``moving``
    motion : of its category
    evidence : (F,) float64, what the confidence was read off
    """

    track: Track
    motion: Motion
    evidence: NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Subject:
    """One track of detections, whether it is a vehicle's, and at which of its detections its points are read."""

    detected: Track
    vehicle: bool
    looked: NDArray[np.int64]

    @property
    def seconds(self) -> NDArray[np.float64]:
        return _seconds(self.detected)

    def regions(self) -> Iterator[Region]:
        """What is to be read: the object and what surrounds it; where it was first and last, if it moves."""
        times, boxes = self.detected.timestamps_ns, self.detected.cuboids
        yield Region(timestamps_ns=times[self.looked], cuboids=with_surroundings(boxes[self.looked]))
        if is_moving(boxes, self.seconds, vehicle=self.vehicle):
            rows = witnessed(self.looked)
            for place in (rows[0], rows[-1]):
                yield Region(timestamps_ns=times[rows], cuboids=boxes[np.full(len(rows), place)])

    def seen(self, clouds: Clouds, places: Sequence[Clouds]) -> Seen:
        return Seen(
            boxes=self.detected.cuboids,
            seconds=self.seconds,
            looked=self.looked,
            clouds=clouds,
            places=tuple(places),
        )


def complete_tracks(
    raw: Labels,
    drive: Drive,
    *,
    categories: Sequence[Category],
    frames_ns: NDArray[np.int64],
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Completed]:
    """Fit every track again as soon as all its sweeps are read.

    Parameters
    ----------
    raw : tracks of detections, vehicles and others under the name of one category each
    drive : Drive
    categories : what was looked for
    frames_ns : (F,) int64, the instants that were looked at
    progress : called with the number of sweeps read and of all sweeps
    """
    subjects = [_subject(item, raw.ontology) for item in raw.tracks]
    parts = [list(subject.regions()) for subject in subjects]
    owners = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    read: dict[int, Clouds] = {}
    for complete in stream_clouds(
        drive, [region for part in parts for region in part], most_points=_MOST_POINTS, progress=progress
    ):
        read |= complete
        for i in np.unique(owners[list(complete)]):
            own = np.flatnonzero(owners == i).tolist()
            if all(number in read for number in own):
                clouds, *places = (read.pop(number) for number in own)
                yield _completed(subjects[i], subjects[i].seen(clouds, places), categories, frames_ns, raw.ontology)


def _subject(item: Track, ontology: Ontology) -> _Subject:
    detected = item[item.sources == Source.DETECTED]
    vehicle = is_vehicle(ontology[item.category])
    looked = rows_to_look_at(detected.cuboids, _seconds(detected), vehicle=vehicle)
    return _Subject(detected=detected, vehicle=vehicle, looked=looked)


def _seconds(item: Track) -> NDArray[np.float64]:
    return np.asarray((item.timestamps_ns - item.timestamps_ns[0]) * 1e-9)


def _completed(
    subject: _Subject, seen: Seen, categories: Sequence[Category], frames_ns: NDArray[np.int64], ontology: Ontology
) -> Completed:
    item = subject.detected
    refined = refine(seen, [category for category in categories if is_vehicle(category) == subject.vehicle])
    motion, found = refined.category.motion, evidence(seen, refined)
    believed = confidence(found, motion)
    [smooth] = finished_tracks(
        Detections(
            timestamps_ns=item.timestamps_ns,
            cuboids=refined.boxes,
            categories=(refined.category.name,) * len(item),
            scores=np.full(len(item), believed),
            ontology=ontology,
        ),
        [np.arange(len(item))],
        frames_ns=frames_ns,
        motion=motion,
        tuning=TUNINGS[motion],
        step_ns=1 if len(frames_ns) < 2 else int(np.median(np.diff(frames_ns))),
        first_id=int(item.id),
    )
    attributes = {"confidence": round(believed, 3), "moving": refined.moving}
    return Completed(track=replace(smooth, attributes=attributes), motion=motion, evidence=found)
