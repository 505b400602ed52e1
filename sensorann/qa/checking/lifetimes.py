"""Tracks that begin, pause or end where their object was plainly seen, and tracks that are pieces of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.plain_view import NEAR_M, plain_view
from sensorann.scene import Motion

# Frames that may be missing from a track without a word.
_SHORT_GAP = 2
# The end of one piece and the start of the next.
_BRIDGE_S, _BRIDGE_M, _SIZE_RATIO = 1.0, 2.0, 1.35
_OVERLAP_S = 0.15
_HIDDEN = ("occluded", "occlusion")


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Bridge:
    """Two tracks that are one object.

    Attributes
    ----------
    first, second : the earlier and the later one
    distance : metres between where one leads to and where the other comes from
    seconds : between them
    """

    first: Path
    second: Path
    distance: float
    seconds: float


def fragments(evidence: Evidence) -> Iterator[Suspicion]:
    """Tracks that end where and when another one begins."""
    labelled = _labelled_instants(evidence)
    for bridge in _bridges(evidence):
        first, second = bridge.first.track, bridge.second.track
        missing = labelled[(labelled > first.timestamps_ns[-1]) & (labelled < second.timestamps_ns[0])]
        yield Suspicion(
            object=second.id,
            timestamp_ns=int(second.timestamps_ns[0]),
            value=bridge.distance,
            limit=_BRIDGE_M,
            message=f"begins {bridge.seconds:.1f} s after track {first.id} ends, {bridge.distance:.1f} m from where "
            "that was going",
            repair=(
                Edit(
                    action="merge",
                    arguments={"track_id": first.id, "other_id": second.id, "category": first.category},
                ),
                *_filled(first.id, missing),
            ),
            excess=_BRIDGE_M / max(bridge.distance, 0.1),
        )


def gaps(evidence: Evidence) -> Iterator[Suspicion]:
    """Frames without a box in the middle of a track, though the object was plainly seen."""
    view, labelled = plain_view(evidence), _labelled_instants(evidence)
    for owner, path in enumerate(evidence.paths if view is not None else ()):
        frames = np.searchsorted(labelled, path.track.timestamps_ns)
        for row in np.flatnonzero(np.diff(frames) > _SHORT_GAP + 1):
            missing = labelled[frames[row] + 1 : frames[row + 1]]
            middle = int(missing[len(missing) // 2])
            share = (middle - int(path.track.timestamps_ns[row])) / int(np.diff(path.track.timestamps_ns)[row])
            centers = path.track.cuboids.centers
            place = centers[row] + share * (centers[row + 1] - centers[row])
            if view is None or not view.sees(place, middle, owner=owner) or _is_hidden(path, int(row)):
                continue
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=middle,
                value=float(len(missing)),
                limit=float(_SHORT_GAP),
                message=f"has no box for {len(missing)} frames, though it was in plain view",
                repair=_filled(path.track.id, missing),
                excess=2.0 * NEAR_M / max(_distance(evidence, place, middle), 5.0),
            )


def _filled(track_id: str, missing: NDArray[np.int64]) -> tuple[Edit, ...]:
    """Compute boxes at instants that have none."""
    at = tuple(int(instant) for instant in missing)
    return (Edit(action="fill", arguments={"track_id": track_id, "at": at}),) if at else ()


def births(evidence: Evidence) -> Iterator[Suspicion]:
    """Tracks that begin in plain view."""
    yield from _ends_in_view(evidence, "begins")


def deaths(evidence: Evidence) -> Iterator[Suspicion]:
    """Tracks that end in plain view."""
    yield from _ends_in_view(evidence, "ends")


def _ends_in_view(evidence: Evidence, end: Literal["begins", "ends"]) -> Iterator[Suspicion]:
    view, labelled = plain_view(evidence), _labelled_instants(evidence)
    if view is None or not evidence.in_world:
        return
    bridged = {(bridge.second if end == "begins" else bridge.first).track.id for bridge in _bridges(evidence)}
    row, beyond = (0, -1) if end == "begins" else (-1, 1)
    for owner, path in enumerate(evidence.paths):
        track = path.track
        frame = int(np.searchsorted(labelled, track.timestamps_ns[row])) + beyond
        if track.id in bridged or not 0 <= frame < len(labelled) or _is_hidden(path, row):
            continue
        seconds = int(labelled[frame] - track.timestamps_ns[row]) * 1e-9
        place = track.cuboids.centers[row] + np.append(path.velocities[row] * seconds, 0.0)
        last_ns = int(track.timestamps_ns[row])
        seen = view.sees(track.cuboids.centers[row], last_ns, owner=owner)
        if seconds > 1.0 or not seen or not view.sees(place, int(labelled[frame]), owner=owner):
            continue
        distance = _distance(evidence, place, int(labelled[frame]))
        yield Suspicion(
            object=track.id,
            timestamp_ns=last_ns,
            value=distance,
            limit=NEAR_M,
            message=f"{end} in plain view, {distance:.0f} m away",
            repair=_followed(evidence, track.id, end),
            excess=NEAR_M / max(distance, 2.0),
        )


def _followed(evidence: Evidence, track_id: str, end: Literal["begins", "ends"]) -> tuple[Edit, ...]:
    """Look for the object beyond its end; without points nobody could tell."""
    if not evidence.sightings:
        return ()
    beyond = "first" if end == "begins" else "last"
    return (Edit(action="extend", arguments={"track_id": track_id, "end": beyond}),)


def _bridges(evidence: Evidence) -> list[Bridge]:
    """Pairs of tracks of one object, the nearest first, each end and each start once."""
    found = []
    starts = np.array([path.track.timestamps_ns[0] for path in evidence.paths], np.int64)
    for first in evidence.paths:
        end_ns = first.track.timestamps_ns[-1]
        seconds = (starts - end_ns) * 1e-9
        for i in np.flatnonzero((seconds > -_OVERLAP_S) & (seconds <= _BRIDGE_S)):
            second = evidence.paths[i]
            if second is first or not _are_alike(first, second):
                continue
            distance = _distance_across(first, second, float(seconds[i]))
            if distance < _BRIDGE_M * (0.5 if first.motion is Motion.PEDESTRIAN else 1.0):
                found.append(Bridge(first=first, second=second, distance=distance, seconds=float(seconds[i])))
    chosen: list[Bridge] = []
    ended: set[str] = set()
    begun: set[str] = set()
    for bridge in sorted(found, key=lambda one: (one.distance, one.seconds)):
        if bridge.first.track.id not in ended and bridge.second.track.id not in begun:
            ended.add(bridge.first.track.id)
            begun.add(bridge.second.track.id)
            chosen.append(bridge)
    return chosen


def _are_alike(first: Path, second: Path) -> bool:
    ratios = second.track.cuboids.sizes[0] / first.track.cuboids.sizes[-1]
    return first.motion is second.motion and bool(np.abs(np.log(ratios)).max() < np.log(_SIZE_RATIO))


def _distance_across(first: Path, second: Path, seconds: float) -> float:
    """Metres between the end of one extrapolated to the start of the other, and the other way round; the mean."""
    end, start = first.track.cuboids.centers[-1], second.track.cuboids.centers[0]
    ahead = end[:2] + first.velocities[-1] * seconds
    back = start[:2] - second.velocities[0] * seconds
    return float((np.linalg.norm(ahead - start[:2]) + np.linalg.norm(back - end[:2])) / 2)


def _is_hidden(path: Path, row: int) -> bool:
    """Tell whether the labels themselves call the box hidden."""
    said = [path.track.box_attributes[name][row] for name in _HIDDEN if name in path.track.box_attributes]
    return any(isinstance(value, int | float) and value > 0 for value in said)


def _labelled_instants(evidence: Evidence) -> NDArray[np.int64]:
    """Instants (L,) at which anything is labelled: only there can a box be missing."""
    return np.unique(np.concatenate([np.zeros(0, np.int64), *(path.track.timestamps_ns for path in evidence.paths)]))


def _distance(evidence: Evidence, place: NDArray[np.float64], timestamp_ns: int) -> float:
    ego = evidence.egos[evidence.frame_of(timestamp_ns)]
    return float(np.hypot(*(place - ego)[:2]))
