"""Boxes beside the points that were measured: nothing in them, cut, loose, off the ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.faces import FACES
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.sightings import Sightings
from sensorann.qa.checking.snapping import snapped
from sensorann.qa.checking.spans import deleted, how_long, span_ns, spans_of
from sensorann.scene import Motion, Track

# So many rays through an empty box say that nothing is there.
_RAYS = 5
# Faces may be off by this much, metres; people's limbs come and go.
_CUT, _ROOM = 0.25, 0.25
# By so much a face may be off in all of so many boxes that show it, metres: people leave 5 to 15 cm.
_ROOM_ALWAYS, _FEWEST_BOXES = 0.17, 4
_LIMBS = 0.15
_HALF_TURN_S, _CLOCK_S = 0.05, 0.005
# Only boxes with so many points are judged by their faces.
_FEWEST = 25
_LIFT = 0.35


def empty(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes without a point, through which rays passed to what lies behind."""
    for path, seen in _seen(evidence):
        for rows in spans_of(seen.n_through >= _RAYS):
            worst = int(rows[np.argmax(seen.n_through[rows])])
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(seen.n_through[worst]),
                limit=float(_RAYS),
                message=f"holds no point {how_long(rows, path.track)}, and {seen.n_through[worst]} rays passed through",
                repair=deleted(_all_empty(seen, rows), path.track),
                excess=1.0 + float(seen.n_through[worst]) / _RAYS * min(len(rows), 10),
            )


def _all_empty(seen: Sightings, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A run of boxes, and those beside it that hold no point either."""
    return next(run for run in spans_of((seen.n_inside == 0) & seen.seen) if rows[0] in run)


def cut(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes beyond whose faces their object goes on."""
    for path, seen in _seen(evidence):
        cuts = np.where((seen.n_own >= _FEWEST)[:, None], seen.cuts, 0.0)
        for rows, worst, face, limit in _beyond(path, seen, cuts, _CUT):
            far = float(cuts[worst, face])
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=far,
                limit=limit,
                message=f"points go on {100 * far:.0f} cm beyond its {FACES[face]} {how_long(rows, path.track)}",
                repair=snapped(path, seen, rows),
            )


def loose(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes that leave room between a face that the sensor sees and the points inside."""
    for path, seen in _seen(evidence):
        rooms = np.where((seen.n_inside >= _FEWEST)[:, None], seen.rooms, np.nan)
        always = _always_loose(path, seen, rooms)
        yield from always
        if always:
            continue
        for rows, worst, face, limit in _beyond(path, seen, np.nan_to_num(rooms), _ROOM):
            told = _roomy(path, worst, face, float(rooms[worst, face]), limit, how_long(rows, path.track))
            yield replace(told, repair=snapped(path, seen, rows))


def _always_loose(path: Path, seen: Sightings, rooms: NDArray[np.float64]) -> tuple[Suspicion, ...]:
    """Tell of the face that leaves most room in nearly all boxes that show it: less than counts of a single one."""
    limits = _limits(path, seen, _ROOM_ALWAYS)
    best: tuple[float, int] | None = None
    for face in range(len(FACES)):
        rows = np.flatnonzero(np.isfinite(rooms[:, face]))
        if len(rows) < _FEWEST_BOXES:
            continue
        excess = float(np.percentile(rooms[rows, face] / limits[rows, face], 25))
        if excess > 1.0 and (best is None or excess > best[0]):
            best = excess, face
    if best is None:
        return ()
    face = best[1]
    rows = np.flatnonzero(np.isfinite(rooms[:, face]))
    middle = int(rows[np.argsort(rooms[rows, face])[len(rows) // 2]])
    told = _roomy(
        path, middle, face, float(rooms[middle, face]), float(limits[middle, face]), f"in all {len(rows)} that show it"
    )
    everywhere = snapped(path, seen, np.arange(len(path.track)))
    return (replace(told, excess=best[0] * min(len(rows), 20) / _FEWEST_BOXES, repair=everywhere),)


def _roomy(path: Path, row: int, face: int, room: float, limit: float, where: str) -> Suspicion:
    return Suspicion(
        object=path.track.id,
        timestamp_ns=int(path.track.timestamps_ns[row]),
        value=room,
        limit=limit,
        message=f"leaves {100 * room:.0f} cm between its {FACES[face]} and the points {where}",
    )


def _beyond(
    path: Path, seen: Sightings, values: NDArray[np.float64], base: float
) -> Iterator[tuple[NDArray[np.int64], int, int, float]]:
    """Runs of boxes with a face beyond its limit: their rows, the worst row, its face, and the limit there."""
    limits = _limits(path, seen, base)
    excess = values / limits
    for rows in spans_of(excess.max(axis=1) > 1.0):
        worst = int(rows[np.argmax(excess[rows].max(axis=1))])
        face = int(np.argmax(excess[worst]))
        yield rows, worst, face, float(limits[worst, face])


def _limits(path: Path, seen: Sightings, base: float) -> NDArray[np.float64]:
    """By how much each face (N, 4) may be off, metres."""
    limits = np.full((len(path.track), len(FACES)), base + (0.0 if path.motion is Motion.VEHICLE else _LIMBS))
    # Points may be up to half a turn older or younger than the box, unless they say when they were measured: along its
    # motion it may seem off.
    limits[:, :2] += (np.where(seen.timed, _CLOCK_S, _HALF_TURN_S) * path.speeds)[:, None]
    return limits


def floating(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes that hover above the ground, or reach into it."""
    for path, seen in _seen(evidence):
        lifts = np.where(seen.n_inside >= _FEWEST, np.nan_to_num(seen.lifts), 0.0)
        for rows in spans_of(np.abs(lifts) > _LIFT):
            worst = int(rows[np.argmax(np.abs(lifts[rows]))])
            side = "above" if lifts[worst] > 0 else "below"
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(lifts[worst]),
                limit=_LIFT,
                message=f"its bottom is {abs(lifts[worst]):.2f} m {side} the ground {how_long(rows, path.track)}",
                repair=(_put_down(path.track, rows, float(np.median(lifts[rows]))),),
            )


def _put_down(track: Track, rows: NDArray[np.int64], lift: float) -> Edit:
    way = (0.0, 0.0, -lift)
    return Edit(action="move", arguments={"track_id": track.id, "by": way, "span": span_ns(rows, track)})


def unfaced(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes in directions in which no LiDAR measured anything at all: nobody could have seen their object there."""
    for path, seen in _seen(evidence):
        for rows in spans_of(seen.missed):
            worst = int(rows[np.argmin(path.distances[rows])])
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(len(rows)),
                limit=1.0,
                message=f"stands where no LiDAR looks {how_long(rows, path.track)}",
                repair=deleted(rows, path.track),
            )


def _seen(evidence: Evidence) -> Iterator[tuple[Path, Sightings]]:
    # Without sweeps there are no sightings, and nothing to tell.
    yield from zip(evidence.paths, evidence.sightings, strict=False)
