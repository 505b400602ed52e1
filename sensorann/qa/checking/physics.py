"""Motion that no object of its kind is capable of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.spans import beyond, how_long, refilled, turned_back
from sensorann.scene import Motion


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What objects of one motion class are capable of, as engineers assume it.

    Attributes
    ----------
    speed : m/s
    acceleration : m/s^2, in any direction
    jerk : m/s^3, in any direction
    yaw_rate : rad/s
    """

    speed: float
    acceleration: float
    jerk: float
    yaw_rate: float


LIMITS: Mapping[Motion, Limits] = MappingProxyType(
    {
        Motion.VEHICLE: Limits(speed=70.0, acceleration=10.0, jerk=30.0, yaw_rate=1.0),
        Motion.TWO_WHEELER: Limits(speed=70.0, acceleration=10.0, jerk=30.0, yaw_rate=2.0),
        Motion.PEDESTRIAN: Limits(speed=10.0, acceleration=5.0, jerk=30.0, yaw_rate=np.inf),
        Motion.STATIC: Limits(speed=0.5, acceleration=1.0, jerk=30.0, yaw_rate=0.3),
    }
)
# Wheels roll along the heading: speed across it is at most this share of the speed, and so many m/s.
_SLIP_SHARE, _SLIP = 0.1, 0.3
# What the noise of boxes makes of a speed over a second, m/s per metre.
_SLIP_PER_NOISE = 5.0
# So many boxes have to say it: one alone is a box off its path, and other rules tell of it.
_FEWEST = 3
# So many boxes before and after a run show the motion there; they fit together when no more than this share of what
# the motion class is capable of lies between them. So many more boxes on either side may be off, too.
_ENDS, _CALM, _MOST_BESIDE = 4, 0.15, 5
# A parabola over a second knows an acceleration this well, in m/s^2 per metre of a box's noise.
_ACCELERATION_PER_NOISE = 12.0
# And a cubic curve knows a jerk, in m/s^3 per metre. Even steps of 0.1 s make 76 of the noise, but what is usual
# for a track holds the jerk itself, too.
_JERK_PER_NOISE = 40.0


def too_fast(evidence: Evidence) -> Iterator[Suspicion]:
    """Speeds beyond what the motion class is capable of."""
    for path in evidence.paths if evidence.in_world else ():
        limit = np.full(len(path.track), LIMITS[path.motion].speed)
        yield from _beyond(path, path.speeds, limit, "goes at {value:.1f} m/s")


def too_brisk(evidence: Evidence) -> Iterator[Suspicion]:
    """Accelerations beyond what the motion class is capable of, and what the noise of the boxes makes of it."""
    for path in evidence.paths if evidence.in_world else ():
        sizes = np.hypot(*path.accelerations.T)
        limit = LIMITS[path.motion].acceleration + _ACCELERATION_PER_NOISE * path.noises
        yield from _beyond(path, sizes, limit, "accelerates by {value:.1f} m/s2")


def too_jerky(evidence: Evidence) -> Iterator[Suspicion]:
    """Accelerations that change faster than the motion class is capable of, and than noise makes of them."""
    for path in evidence.paths if evidence.in_world else ():
        limit = LIMITS[path.motion].jerk + _JERK_PER_NOISE * path.noises
        yield from _beyond(path, path.jerks, limit, "changes its acceleration by {value:.0f} m/s3")


def turning_fast(evidence: Evidence) -> Iterator[Suspicion]:
    """Yaw rates beyond what wheels are capable of: as a class, and at their speed without sliding sideways."""
    for path in evidence.paths if evidence.in_world else ():
        if path.motion is Motion.PEDESTRIAN or len(path.track) < _FEWEST:
            continue
        limits = LIMITS[path.motion]
        possible = np.minimum(limits.yaw_rate, limits.acceleration / np.maximum(path.speeds, 0.5))
        limit = np.maximum(possible, 0.3)
        yield from _beyond(path, np.abs(path.yaw_rates), limit, "turns at {value:.2f} rad/s", mend=_calmed)


def slipping(evidence: Evidence) -> Iterator[Suspicion]:
    """Wheeled objects that go sideways."""
    for path in evidence.paths if evidence.in_world else ():
        if not path.is_wheeled:
            continue
        sideways = np.abs(path.speeds * np.sin(path.headings_off))
        limit = _SLIP_SHARE * path.speeds + _SLIP + _SLIP_PER_NOISE * path.noises
        yield from _beyond(path, sideways, limit, "slips sideways at {value:.1f} m/s", mend=_faced_ahead)


def _computed_anew(path: Path, rows: NDArray[np.int64]) -> tuple[Edit, ...]:
    """Compute boxes anew, and as many beside them as it takes until those before and after fit together.

    Where they never do, the object may be elsewhere from then on, and nobody can say which boxes are wrong.
    """
    calm = _CALM * LIMITS[path.motion].acceleration
    for more in range(_MOST_BESIDE + 1):
        first, last = int(rows[0]) - more, int(rows[-1]) + more
        if first < _ENDS or last >= len(path.track) - _ENDS:
            break
        if _needed(path, first, last) < calm:
            return refilled(np.arange(first, last + 1), path.track)
    return ()


def _needed(path: Path, first: int, last: int) -> float:
    """Acceleration, m/s^2, that takes an object from the boxes before a run to those after it."""
    seconds, places = path.seconds, path.track.cuboids.centers[:, :2]
    before = (places[first - 1] - places[first - _ENDS]) / (seconds[first - 1] - seconds[first - _ENDS])
    after = (places[last + _ENDS] - places[last + 1]) / (seconds[last + _ENDS] - seconds[last + 1])
    between = float(seconds[last + 1] - seconds[first - 1])
    beside = places[last + 1] - places[first - 1] - (before + after) / 2 * between
    # A cubic curve that makes good for a way beside in a time accelerates by six times one over the other squared.
    return max(6.0 * float(np.hypot(*beside)) / between**2, float(np.hypot(*(after - before))) / between)


def _calmed(path: Path, rows: NDArray[np.int64]) -> tuple[Edit, ...]:
    """Turn boxes from the heading before them steadily to that after them; nothing at the end of a track."""
    if rows[0] == 0 or rows[-1] == len(path.track) - 1:
        return ()
    yaws = np.unwrap(path.track.cuboids.yaws + path.turns * np.pi / 2)
    others = np.delete(np.arange(len(yaws)), rows)
    steady = np.interp(path.seconds[rows], path.seconds[others], yaws[others])
    return turned_back(rows, path.track, steady - yaws[rows])


def _faced_ahead(path: Path, rows: NDArray[np.int64]) -> tuple[Edit, ...]:
    return turned_back(rows, path.track, path.headings_off[rows])


def _beyond(
    path: Path,
    values: NDArray[np.float64],
    limits: NDArray[np.float64],
    text: str,
    *,
    mend: Callable[[Path, NDArray[np.int64]], tuple[Edit, ...]] = _computed_anew,
) -> Iterator[Suspicion]:
    """Tell of runs of boxes beyond the limits."""
    for rows, worst in beyond(values, limits):
        if len(rows) < _FEWEST:
            continue
        yield Suspicion(
            object=path.track.id,
            timestamp_ns=int(path.track.timestamps_ns[worst]),
            value=float(values[worst]),
            limit=float(limits[worst]),
            message=f"{text.format(value=values[worst])} {how_long(rows, path.track)}, "
            f"a {path.category.name} can do {limits[worst]:.2g}",
            repair=mend(path, rows),
        )
