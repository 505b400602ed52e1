"""Attributes that contradict each other, or what their object does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.spans import beyond, cleared, how_long, spans_of
from sensorann.scene import Attribute, Motion, Track

# Words for the same in the data sets, the last part of a name such as `vehicle.parked`, or a value of `state`.
_STANDING = frozenset({"parked", "stopped", "standing", "stationary", "static", "sitting", "sitting_lying_down"})
_MOVING = frozenset({"moving", "driving", "walking", "running"})
# What something that stands may seem to do, m/s, and what the noise of boxes makes of it, m/s per metre.
_CREEP, _CREEP_PER_NOISE = 1.0, 5.0
# Who moves comes this far in so many seconds, metres.
_WAY_M, _LONG_S = 0.5, 2.0
# First parts of names, and who they are for.
_KINDS = {
    "vehicle": {Motion.VEHICLE},
    "cycle": {Motion.TWO_WHEELER},
    "pedestrian": {Motion.PEDESTRIAN},
}


def moving_though_standing(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes that are called parked or stopped while they move."""
    for path in evidence.paths if evidence.in_world else ():
        said = _says(path.track, _STANDING)
        limits = np.maximum(_CREEP, _CREEP_PER_NOISE * path.noises)
        for rows, worst in beyond(path.speeds, limits, among=said):
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(path.speeds[worst]),
                limit=float(limits[worst]),
                message=f"is said to stand while it goes at {path.speeds[worst]:.1f} m/s {how_long(rows, path.track)}",
                excess=float(path.speeds[worst] / limits[worst]) * min(len(rows), 10),
                repair=cleared(_names_of(path.track, rows, _STANDING), rows, path.track),
            )


def standing_though_moving(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes that are called moving while they stay where they are."""
    for path in evidence.paths if evidence.in_world else ():
        for rows in spans_of(_says(path.track, _MOVING)):
            seconds = float(path.seconds[rows[-1]] - path.seconds[rows[0]])
            way = _way(path, rows)
            if seconds >= _LONG_S and way < _WAY_M:
                yield Suspicion(
                    object=path.track.id,
                    timestamp_ns=int(path.track.timestamps_ns[rows[len(rows) // 2]]),
                    value=way,
                    limit=_WAY_M,
                    message=f"is said to move, and comes {way:.2f} m far in {seconds:.1f} s",
                    excess=seconds / _LONG_S,
                    repair=cleared(_names_of(path.track, rows, _MOVING), rows, path.track),
                )


def contradicting(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes said to stand and to move at once, and attributes of another kind of object."""
    for path in evidence.paths:
        track = path.track
        for rows in spans_of(_says(track, _STANDING) & _says(track, _MOVING)):
            told = _told(path, rows, f"is said both to stand and to move {how_long(rows, track)}")
            yield replace(told, repair=_as_it_moves(path, rows) if evidence.in_world else ())
        for name, values in track.box_attributes.items():
            kind, dot, _ = name.partition(".")
            if dot and path.motion not in _KINDS.get(kind, {path.motion}):
                for rows in spans_of(np.array([value is True for value in values], np.bool_)):
                    text = f"a {path.category.name} is said to be {name} {how_long(rows, track)}"
                    yield replace(_told(path, rows, text), repair=cleared([name], rows, track))


def _as_it_moves(path: Path, rows: NDArray[np.int64]) -> tuple[Edit, ...]:
    """Take away what the motion of some boxes contradicts."""
    wrong = _STANDING if float(np.median(path.speeds[rows])) > _CREEP else _MOVING
    return cleared(_names_of(path.track, rows, wrong), rows, path.track)


def _told(path: Path, rows: NDArray[np.int64], text: str) -> Suspicion:
    time_ns = int(path.track.timestamps_ns[rows[0]])
    return Suspicion(object=path.track.id, timestamp_ns=time_ns, value=float(len(rows)), limit=1.0, message=text)


def _names_of(track: Track, rows: NDArray[np.int64], words: frozenset[str]) -> list[str]:
    """Attributes that say one of the words of any of some boxes."""
    names = [name for name, value in track.attributes.items() if _means(name, value, words)]
    for name, values in track.box_attributes.items():
        if name not in names and any(_means(name, values[row], words) for row in rows):
            names.append(name)
    return names


def _says(track: Track, words: frozenset[str]) -> NDArray[np.bool_]:
    """Tell of which boxes (N,) an attribute says one of the words."""
    said = np.zeros(len(track), np.bool_)
    for name, value in track.attributes.items():
        said |= _means(name, value, words)
    for name, values in track.box_attributes.items():
        said |= np.array([_means(name, value, words) for value in values], np.bool_)
    return said


def _means(name: str, value: Attribute | None, words: frozenset[str]) -> bool:
    """Tell whether an attribute that is true bears such a name, or one that is a text has such a value."""
    word = name if value is True else value if isinstance(value, str) else ""
    return word.rpartition(".")[2].lower() in words


def _way(path: Path, rows: NDArray[np.int64]) -> float:
    """Greatest distance in plan from the first of some boxes, metres."""
    places = path.track.cuboids.centers[rows, :2]
    return float(np.linalg.norm(places - places[0], axis=1).max())
