"""What a detector on the pictures says about proposed tracks: the category, and that there is something at all."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import outlines, rectangle_overlaps
from sensorann.scene import Drive, ImageTrack, Labels, Motion, Ontology, Track, into_sensor

_log = logging.getLogger(__name__)
# Outlines and 2D boxes that overlap so much are one object's.
_LEAST_OVERLAP = 0.4
# A sweep tells what stands in a picture that was taken so much earlier or later.
_LONGEST_OFFSET_NS = 60_000_000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Glance:
    """2D boxes in one picture: camera, instant, boxes (M, 4) and their M categories."""

    camera: str
    timestamp_ns: int
    boxes: NDArray[np.float64]
    categories: tuple[str, ...]


def confirmed_by_pictures(labels: Labels, drive: Drive, boxes: Sequence[ImageTrack]) -> Labels:
    """Give tracks the category that most 2D boxes around them name, and the confidence of being seen twice.

    Parameters
    ----------
    labels : proposed tracks with the attribute ``confidence``
    drive : with the cameras of the boxes
    boxes : 2D boxes; each may hold one object at most. Where they never name a cyclist, as COCO's do not, people and
        bicycles around one confirm it, and name nothing else
    """
    boxes = _known(boxes, labels.ontology)
    votes: list[Counter[str]] = [Counter() for _ in labels.tracks]
    n_in_view = np.zeros(len(labels.tracks), np.int64)
    for glance in _glances(boxes):
        if drive.trajectory is not None and not drive.trajectory.covers(glance.timestamp_ns):
            continue
        numbers, drawn = _outlines(labels, drive, glance)
        n_in_view[numbers] += 1
        overlaps = rectangle_overlaps(drawn[:, None], glance.boxes[None])
        while overlaps.size and overlaps.max() >= _LEAST_OVERLAP:
            i, j = np.unravel_index(int(overlaps.argmax()), overlaps.shape)
            votes[numbers[i]][glance.categories[j]] += 1
            overlaps[i, :], overlaps[:, j] = 0.0, 0.0
    told_apart = {track.category for track in boxes}
    tracks = tuple(
        _renamed(track, _category(track, vote, told_apart, labels.ontology), vote.total() / int(n)) if vote else track
        for track, vote, n in zip(labels.tracks, votes, n_in_view, strict=True)
    )
    return replace(labels, tracks=tracks)


def _known(boxes: Sequence[ImageTrack], ontology: Ontology) -> list[ImageTrack]:
    """Call categories by their names, and leave out with a warning those that the ontology does not have."""
    others = [track for track in boxes if track.category not in ontology]
    if others:
        n, name = sum(map(len, (track.boxes for track in others))), others[0].category
        _log.warning("%d boxes on pictures are left out, of categories that the ontology does not have: %s", n, name)
    return [replace(track, category=ontology[track.category].name) for track in boxes if track.category in ontology]


def _category(track: Track, votes: Counter[str], told_apart: Collection[str], ontology: Ontology) -> str:
    """Name that most votes give; a rider keeps its own where detectors see a person and a bicycle instead."""
    [(category, _)] = votes.most_common(1)
    parts = (Motion.PEDESTRIAN, Motion.TWO_WHEELER)
    ridden = ontology[track.category].motion is Motion.TWO_WHEELER and track.category not in told_apart
    return track.category if ridden and ontology[category].motion in parts else category


def _renamed(track: Track, category: str, share: float) -> Track:
    """Give a track a category, and the confidence of being seen in a share of the pictures as well."""
    doubt = (1.0 - float(track.attributes["confidence"])) * (1.0 - share)
    return replace(track, category=category, attributes={**track.attributes, "confidence": round(1.0 - doubt, 3)})


def _glances(boxes: Sequence[ImageTrack]) -> list[Glance]:
    """2D boxes picture by picture."""
    parts: dict[tuple[str, int], list[tuple[NDArray[np.float64], str]]] = {}
    for track in boxes:
        for instant, box in zip(track.timestamps_ns.tolist(), track.boxes, strict=True):
            parts.setdefault((track.camera, instant), []).append((box, track.category))
    return [
        Glance(
            camera=camera,
            timestamp_ns=instant,
            boxes=np.array([box for box, _ in found]),
            categories=tuple(name for _, name in found),
        )
        for (camera, instant), found in sorted(parts.items())
    ]


def _outlines(labels: Labels, drive: Drive, glance: Glance) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers (K,) of the tracks that a picture shows, and the 2D boxes (K, 4) around them."""
    sensor, camera = drive.rig[glance.camera], drive.rig.camera(glance.camera)
    numbers, drawn = [], []
    for number, track in enumerate(labels.tracks):
        row = int(np.abs(track.timestamps_ns - glance.timestamp_ns).argmin())
        if abs(int(track.timestamps_ns[row]) - glance.timestamp_ns) > _LONGEST_OFFSET_NS:
            continue
        seen = into_sensor(
            track.cuboids[row : row + 1],
            sensor,
            drive.trajectory,
            timestamps_ns=np.array([glance.timestamp_ns]),
        )
        [box] = outlines(seen, camera)
        if np.isfinite(box).all():
            numbers.append(number)
            drawn.append(box)
    return np.array(numbers, np.int64), np.array(drawn).reshape(-1, 4)
