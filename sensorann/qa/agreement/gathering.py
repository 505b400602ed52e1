"""The boxes of several labellings of one drive as one table, and which of them are of one object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.qa.agreement.clustering import clusters_of, least_overlap, overlaps
from sensorann.qa.pairing import category_name, labelled_instants_ns
from sensorann.qa.ranges import RANGES, ranges_of
from sensorann.scene import Drive, Labels, Source, Track


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Gathered:
    """N boxes of several labellings of one drive, in order of their instant.

    Attributes
    ----------
    names : whose labellings they are
    tracks : T tracks of all of them, cut to the instants that count
    owners : (T,) int64, labelling of each track
    clusters : (T,) int64, object of each track, counted from 0
    categories : (T,) str, in the first labelling's words
    least_overlaps : (T,) float64, how much a box at least overlaps another one of its object
    frames : (N,) int64, rising, among the instants that count
    rows : (N,) int64, track of each box
    places : (N,) int64, number of each box in its track
    cuboids : N boxes
    ranges : (N,) int64 among `RANGES`; empty where no ego poses tell
    spoken : (R, F) bool, whether a labelling says anything at an instant
    instants_ns : (F,) int64, rising
    n_left_out : boxes at instants at which nobody else says anything
    """

    names: tuple[str, ...]
    tracks: tuple[Track, ...]
    owners: NDArray[np.int64]
    clusters: NDArray[np.int64]
    categories: NDArray[np.str_]
    least_overlaps: NDArray[np.float64]
    frames: NDArray[np.int64]
    rows: NDArray[np.int64]
    places: NDArray[np.int64]
    cuboids: Cuboids
    ranges: NDArray[np.int64]
    spoken: NDArray[np.bool_]
    instants_ns: NDArray[np.int64]
    n_left_out: int

    @property
    def people(self) -> NDArray[np.int64]:
        """Labelling (N,) of each box."""
        return self.owners[self.rows]

    @property
    def objects(self) -> NDArray[np.int64]:
        """Object (N,) of each box."""
        return self.clusters[self.rows]

    @property
    def n_objects(self) -> int:
        """Number of objects."""
        return int(self.clusters.max(initial=-1)) + 1

    @property
    def sources(self) -> NDArray[np.int64]:
        """Source (N,) of each box."""
        values = [np.asarray(track.sources, np.int64) for track in self.tracks]
        return _at_boxes(values, self.rows, self.places)


def gather(labellings: Mapping[str, Labels], *, drive: Drive | None = None, min_iou: float | None = None) -> Gathered:
    """Put the boxes of several labellings into one table, and find the objects that they share.

    An instant counts where at least two labellings have a box; who has none there says nothing about it.

    Parameters
    ----------
    labellings : by the name of whoever made them, all in one frame
    drive : its ego poses say how far boxes in the world frame are from the vehicle
    min_iou : least overlap of boxes of one object, and half of it of tracks on average; when not given, 0.5 for
        vehicles and 0.3 for others

    Raises
    ------
    ArgumentError
        When there are fewer than two labellings, their frames differ, or no instant is labelled by two of them.
    """
    _check(labellings)
    everyone = tuple(labellings.values())
    instants_ns, spoken = _shared_instants(everyone)
    tracks = [
        (owner, track[np.isin(track.timestamps_ns, instants_ns)])
        for owner, labels in enumerate(everyone)
        for track in labels.tracks
    ]
    kept = tuple(track for _, track in tracks if len(track))
    owners = np.array([owner for owner, track in tracks if len(track)], np.int64)
    rows = np.repeat(np.arange(len(kept)), [len(track) for track in kept])
    places = np.concatenate([np.zeros(0, np.int64), *(np.arange(len(track)) for track in kept)])
    frames = np.searchsorted(instants_ns, np.concatenate([track.timestamps_ns for track in kept]))
    order = np.argsort(frames, kind="stable")
    rows, places, frames = rows[order], places[order], frames[order]
    cuboids = Cuboids.concatenate([track.cuboids for track in kept])[order]
    names = [category_name(everyone[0], track.category) for track in kept]
    least = least_overlap(names, everyone[0].ontology) if min_iou is None else np.full(len(kept), min_iou)
    return Gathered(
        names=tuple(labellings),
        tracks=kept,
        owners=owners,
        clusters=clusters_of(overlaps(rows, frames, cuboids, owners), least),
        categories=np.array(names, np.str_),
        least_overlaps=least,
        frames=frames,
        rows=rows,
        places=places,
        cuboids=cuboids,
        ranges=_ranges(kept, drive, rows, places),
        spoken=spoken,
        instants_ns=instants_ns,
        n_left_out=sum(labels.n_boxes for labels in everyone) - len(rows),
    )


def group_names(gathered: Gathered, by: str) -> NDArray[np.str_]:
    """Name the group (N,) of each box: its class, range or source.

    Raises
    ------
    ArgumentError
        When ranges are asked for and no ego poses tell them.
    """
    if by == "class":
        return gathered.categories[gathered.rows]
    if by == "source":
        return np.array([source.label for source in sorted(Source)], np.str_)[gathered.sources]
    if len(gathered.ranges) != len(gathered.rows):
        raise ArgumentError("ranges of labels in the world frame need a drive with ego poses")
    return np.array(RANGES, np.str_)[gathered.ranges]


def check_people(labellings: Mapping[str, Labels]) -> None:
    """Refuse fewer than two labellings.

    Raises
    ------
    ArgumentError
    """
    if len(labellings) < 2:
        raise ArgumentError(f"agreement takes at least two labellings, got {len(labellings)}")


def _check(labellings: Mapping[str, Labels]) -> None:
    check_people(labellings)
    frames = {name: labels.frame for name, labels in labellings.items()}
    if len(set(frames.values())) > 1:
        told = ", ".join(f"{name} in the {frame} frame" for name, frame in frames.items())
        raise ArgumentError(f"labellings must be in one frame to agree, got {told}")
    for name, labels in labellings.items():
        if not labels.n_boxes:
            raise ArgumentError(
                f"{name} holds no boxes of drive {labels.drive_name!r}: it neither agrees nor disagrees, leave it out"
            )


def _shared_instants(everyone: tuple[Labels, ...]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Instants (F,) at which at least two say something, and who does (R, F)."""
    each = [labelled_instants_ns(labels) for labels in everyone]
    times, counts = np.unique(np.concatenate(each), return_counts=True)
    shared = times[counts > 1]
    if not len(shared):
        drives = ", ".join(dict.fromkeys(repr(labels.drive_name) for labels in everyone))
        raise ArgumentError(f"no instant is labelled by two people: are these labels of one drive? They name {drives}")
    return shared, np.array([np.isin(shared, own) for own in each])


def _ranges(
    tracks: tuple[Track, ...], drive: Drive | None, rows: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.int64]:
    known = tracks[0].cuboids.frame == "ego" or (drive is not None and drive.trajectory is not None)
    if not known:
        return np.zeros(0, np.int64)
    return _at_boxes([ranges_of(track, drive) for track in tracks], rows, places)


def _at_boxes(values: list[NDArray[np.int64]], rows: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bring values of the boxes of each track into the order (N,) of the table."""
    starts = np.cumsum([0, *(len(own) for own in values)])
    return np.concatenate([np.zeros(0, np.int64), *values])[starts[rows] + places]
