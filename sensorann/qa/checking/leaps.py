"""Boxes that leave the path of their object: for a moment, or for good, as another object."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.putting_back import PLAN, back_on_path
from sensorann.qa.checking.spans import beyond, how_long
from sensorann.qa.checking.steps import Leap

# Usual misses, and metres, from which on a box is off its path.
_USUAL_MISSES, _LEAST_M, _LEAST_HEIGHT_M = 4.0, 0.2, 0.2
# Along the motion the box of another instant is off by speed times time; slower objects show no time.
_FAST, _ALONG = 4.0, 0.35
# The other object of a switch is where this one should have been, give or take so much of the leap.
_SAME_PLACE = 0.35
_HEIGHT = (0.0, 0.0, 1.0)


def off_path(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes away from where their neighbours put them, in plan."""
    for path in evidence.paths:
        off, limits = _off(path), _limits(path)
        for rows, worst in beyond(off, limits, among=~_is_late(path)):
            text = f"lies {off[worst]:.2f} m off the path of its neighbours"
            yield _told(path, rows, worst, float(off[worst]), float(limits[worst]), text, axes=PLAN)


def late(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes of fast objects that lie where the object was at another instant."""
    for path in evidence.paths:
        along, limits = _along(path), _limits(path)
        for rows, worst in beyond(np.abs(along), limits, among=_is_late(path)):
            milliseconds = 1e3 * abs(along[worst]) / path.speeds[worst]
            side = "later" if along[worst] > 0 else "earlier"
            text = f"lies where the object is {milliseconds:.0f} ms {side}, {abs(along[worst]):.2f} m along its motion,"
            yield _told(path, rows, worst, float(along[worst]), float(limits[worst]), text, axes=PLAN)


def off_height(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes above or below where their neighbours put them."""
    for path in evidence.paths:
        off = path.misses[:, 2]
        limits = np.maximum(_LEAST_HEIGHT_M, _USUAL_MISSES * path.height_noises)
        for rows, worst in beyond(np.abs(off), limits):
            text = f"lies {abs(off[worst]):.2f} m {'above' if off[worst] > 0 else 'below'} its neighbours"
            yield _told(path, rows, worst, float(off[worst]), float(limits[worst]), text, axes=_HEIGHT)


def _told(
    path: Path,
    rows: NDArray[np.int64],
    worst: int,
    value: float,
    limit: float,
    text: str,
    *,
    axes: tuple[float, float, float],
) -> Suspicion:
    """Tell of a run of boxes that belong where their neighbours put them, along some of the axes."""
    return Suspicion(
        object=path.track.id,
        timestamp_ns=int(path.track.timestamps_ns[worst]),
        value=value,
        limit=limit,
        message=f"{text} {how_long(rows, path.track)}",
        repair=back_on_path(path, rows, axes=axes),
    )


def is_off_path(path: Path) -> NDArray[np.bool_]:
    """Tell which boxes (N,) lie away from where their neighbours put them, in plan."""
    return np.asarray(_off(path) > _limits(path))


def _off(path: Path) -> NDArray[np.float64]:
    """How far each box (N,) is off its path, metres."""
    return np.asarray(np.maximum(np.nan_to_num(np.hypot(*path.misses[:, :2].T)), path.steps.away))


def _limits(path: Path) -> NDArray[np.float64]:
    return np.maximum(_LEAST_M, _USUAL_MISSES * path.noises)


def _along(path: Path) -> NDArray[np.float64]:
    """How far (N,) each box is ahead of where its neighbours put it, metres."""
    speeds = np.maximum(path.speeds, 1e-9)
    return np.asarray((path.misses[:, :2] * path.velocities).sum(axis=1) / speeds)


def _is_late(path: Path) -> NDArray[np.bool_]:
    along = np.abs(_along(path))
    off = np.linalg.norm(path.misses, axis=1)
    across = np.sqrt(np.maximum(off**2 - along**2, 0.0))
    return np.asarray((path.speeds > _FAST) & (across < _ALONG * along))


def switched(evidence: Evidence) -> Iterator[Suspicion]:
    """Two tracks that exchange their objects, or one that goes on as another."""
    told = set()
    for path, leap in _leaps(evidence):
        other = _who_is_there(evidence, path, leap)
        time_ns = int(path.track.timestamps_ns[leap.row])
        if other is None or (other.track.id, path.track.id, time_ns) in told:
            continue
        told.add((path.track.id, other.track.id, time_ns))
        yield Suspicion(
            object=path.track.id,
            timestamp_ns=time_ns,
            value=leap.length,
            limit=leap.limit,
            message=f"leaps by {leap.length:.1f} m, and track {other.track.id} goes on where it was going",
            repair=_exchange(path, other, time_ns),
            excess=1.0 + 2.0 * leap.length / leap.limit,
        )


def leaping(evidence: Evidence) -> Iterator[Suspicion]:
    """Tracks that go on elsewhere, with nobody where they should have been."""
    for path, leap in _leaps(evidence):
        if _who_is_there(evidence, path, leap) is None:
            time_ns = int(path.track.timestamps_ns[leap.row])
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=time_ns,
                value=leap.length,
                limit=leap.limit,
                message=f"leaps by {leap.length:.1f} m and stays there: another object from here on?",
                repair=(Edit(action="split", arguments={"track_id": path.track.id, "at_ns": time_ns}),),
            )


def _leaps(evidence: Evidence) -> Iterator[tuple[Path, Leap]]:
    for path in evidence.paths:
        for leap in path.steps.leaps:
            yield path, leap


def _who_is_there(evidence: Evidence, own_path: Path, leap: Leap) -> Path | None:
    """Find the track that has a box where this one should have been, and had none near there before."""
    own = own_path.track
    now, before = own.timestamps_ns[leap.row], own.timestamps_ns[leap.row - 1]
    reach = max(_SAME_PLACE * leap.length, 0.3)
    best: tuple[float, Path] | None = None
    for path in evidence.paths:
        track = path.track
        row = int(np.searchsorted(track.timestamps_ns, now))
        if track is own or row == len(track) or track.timestamps_ns[row] != now:
            continue
        distance = float(np.linalg.norm(track.cuboids.centers[row, :2] - leap.expected))
        was = row > 0 and track.timestamps_ns[row - 1] >= before
        if was and np.linalg.norm(track.cuboids.centers[row - 1, :2] - own.cuboids.centers[leap.row - 1, :2]) < reach:
            continue
        if distance < reach and (best is None or distance < best[0]):
            best = distance, path
    return None if best is None else best[1]


def _exchange(path: Path, other: Path, time_ns: int) -> tuple[Edit, ...]:
    """Cut both tracks and put the ends on each other; an other that only begins here is taken over whole."""
    own_id, other_id = path.track.id, other.track.id
    tail = f"{own_id}-{other_id}-{time_ns}"
    steps = [Edit(action="split", arguments={"track_id": own_id, "at_ns": time_ns, "new_id": tail})]
    keep = {"category": path.track.category}
    if int(other.track.timestamps_ns[0]) >= time_ns:
        steps.append(Edit(action="merge", arguments={"track_id": own_id, "other_id": other_id, **keep}))
        return tuple(steps)
    other_tail = f"{other_id}-{own_id}-{time_ns}"
    steps.append(Edit(action="split", arguments={"track_id": other_id, "at_ns": time_ns, "new_id": other_tail}))
    steps.append(Edit(action="merge", arguments={"track_id": own_id, "other_id": other_tail, **keep}))
    steps.append(
        Edit(action="merge", arguments={"track_id": other_id, "other_id": tail, "category": other.track.category})
    )
    return tuple(steps)
