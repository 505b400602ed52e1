"""Boxes that face the wrong way: backwards, across their own path, or askew for a moment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.quarter_turns import MOVING, SHARP_TURN
from sensorann.qa.checking.spans import beyond, how_long, span_ns, spans_of, turned_back
from sensorann.scene import Motion

# A yaw this far from what its neighbours foretell, radians and in usual misses.
_OFF, _USUAL_MISSES = np.radians(6.0), 5.0
# Edges of points are off by a few degrees; so many boxes in a row have to show the same.
_OFF_EDGES, _FEWEST_EDGES = np.radians(8.0), 4


def flipped(evidence: Evidence) -> Iterator[Suspicion]:
    """Headings a half or quarter turn away from where the object goes, or from the rest of the track."""
    for path in evidence.paths:
        if path.motion is Motion.STATIC:
            continue
        for quarters in (1, 2, 3):
            for rows in spans_of(path.turns == quarters):
                yield _flip(path, rows, quarters)


def _flip(path: Path, rows: NDArray[np.int64], quarters: int) -> Suspicion:
    track = path.track
    moving = rows[path.speeds[rows] > MOVING]
    # While it stands the rest of the track is all that contradicts: the box next to it shows that. Where most of the
    # boxes are wrong, the few right ones look wrong, and this is still the place to look at.
    edge = rows[0] if rows[0] > 0 else rows[-1]
    worst = int(moving[np.argmax(path.speeds[moving])] if len(moving) else edge)
    degrees = 180.0 if quarters == 2 else 90.0
    seen = "its motion" if len(moving) else "the rest of its track"
    where = {"track_id": track.id, "span": span_ns(rows, track)}
    half = Edit(action="reverse", arguments=where)
    repair = half if quarters == 2 else Edit(action="turn", arguments={**where, "yaw": quarters * np.pi / 2})
    speed = float(np.median(path.speeds[moving])) if len(moving) else 0.0
    # A whole track that only creeps is less sure than one box among many, or one that drives.
    others = 1.0 - len(rows) / len(track)
    return Suspicion(
        object=track.id,
        timestamp_ns=int(track.timestamps_ns[worst]),
        value=degrees,
        limit=float(np.degrees(SHARP_TURN)),
        message=f"heading is {degrees:.0f} degrees away from {seen} {how_long(rows, track)}",
        repair=(repair,),
        excess=1.0 + 3.0 * others + min(speed, 10.0) / 2.0,
    )


def askew(evidence: Evidence) -> Iterator[Suspicion]:
    """Headings that leave those of their neighbours, by less than a quarter turn."""
    for path in evidence.paths:
        if not path.is_wheeled:
            continue
        off = np.degrees(np.abs(path.yaw_misses))
        limit = np.degrees(np.maximum(_OFF, _USUAL_MISSES * path.yaw_noises))
        for rows, worst in beyond(off, limit):
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(off[worst]),
                limit=float(limit[worst]),
                message=f"heading leaves that of its neighbours by {off[worst]:.0f} degrees "
                f"{how_long(rows, path.track)}",
                repair=turned_back(rows, path.track, -path.yaw_misses[rows]),
            )


def off_edges(evidence: Evidence) -> Iterator[Suspicion]:
    """Vehicles whose points have edges askew to their boxes, always to the same side."""
    # Without sweeps there are no sightings, and nothing to tell.
    for path, seen in zip(evidence.paths, evidence.sightings, strict=False):
        if path.motion is not Motion.VEHICLE:
            continue
        rows = np.flatnonzero(np.isfinite(seen.edges))
        if len(rows) < _FEWEST_EDGES:
            continue
        low, middle, high = np.percentile(seen.edges[rows], [25, 50, 75])
        if min(abs(low), abs(high)) < _OFF_EDGES or low * high < 0:
            continue
        worst = int(rows[np.argmin(np.abs(seen.edges[rows] - middle))])
        off, limit = float(np.degrees(abs(middle))), float(np.degrees(_OFF_EDGES))
        yield Suspicion(
            object=path.track.id,
            timestamp_ns=int(path.track.timestamps_ns[worst]),
            value=off,
            limit=limit,
            message=f"its points have edges {off:.0f} degrees askew to it, in {len(rows)} boxes",
            repair=(Edit(action="turn", arguments={"track_id": path.track.id, "yaw": float(middle)}),),
            excess=off / limit * min(len(rows), 20) / _FEWEST_EDGES,
        )
