"""Boxes beside the points that were measured: nothing in them, cut, loose, off the ground."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.faces import FACES
from sensorann.qa.checking.finding import Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.sightings import Sightings
from sensorann.qa.checking.spans import deleted, how_long, spans_of
from sensorann.scene import Motion

# So many rays through an empty box say that nothing is there.
_RAYS = 5
# Faces may be off by this much, metres; people's limbs come and go.
_CUT, _ROOM = 0.25, 0.25
_LIMBS = 0.15
_HALF_TURN_S, _CLOCK_S = 0.05, 0.01
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
                repair=deleted(rows, path.track),
                excess=1.0 + float(seen.n_through[worst]) / _RAYS * min(len(rows), 10),
            )


def cut(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes beyond whose faces their object goes on."""
    for path, seen in _seen(evidence):
        cuts = np.where((seen.n_inside >= _FEWEST)[:, None], seen.cuts, 0.0)
        for rows, worst, face, limit in _beyond(path, seen, cuts, _CUT):
            far = float(cuts[worst, face])
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=far,
                limit=limit,
                message=f"points go on {100 * far:.0f} cm beyond its {FACES[face]} {how_long(rows, path.track)}",
            )


def loose(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes that leave room between a face that the sensor sees and the points inside."""
    for path, seen in _seen(evidence):
        rooms = np.where((seen.n_inside >= _FEWEST)[:, None], np.nan_to_num(seen.rooms), 0.0)
        for rows, worst, face, limit in _beyond(path, seen, rooms, _ROOM):
            room = float(rooms[worst, face])
            where = f"between its {FACES[face]} and the points"
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=room,
                limit=limit,
                message=f"leaves {100 * room:.0f} cm {where} {how_long(rows, path.track)}",
            )


def _beyond(
    path: Path, seen: Sightings, values: NDArray[np.float64], base: float
) -> Iterator[tuple[NDArray[np.int64], int, int, float]]:
    """Runs of boxes with a face beyond its limit: their rows, the worst row, its face, and the limit there."""
    limits = np.full(values.shape, base + (0.0 if path.motion is Motion.VEHICLE else _LIMBS))
    # Points may be up to half a turn older or younger than the box, unless they say when they were measured: along its
    # motion it may seem off.
    limits[:, :2] += (np.where(seen.timed, _CLOCK_S, _HALF_TURN_S) * path.speeds)[:, None]
    excess = values / limits
    for rows in spans_of(excess.max(axis=1) > 1.0):
        worst = int(rows[np.argmax(excess[rows].max(axis=1))])
        face = int(np.argmax(excess[worst]))
        yield rows, worst, face, float(limits[worst, face])


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
            )


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
            )


def _seen(evidence: Evidence) -> Iterator[tuple[Path, Sightings]]:
    # Without sweeps there are no sightings, and nothing to tell.
    yield from zip(evidence.paths, evidence.sightings, strict=False)
