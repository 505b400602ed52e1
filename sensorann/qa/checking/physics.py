"""Motion that no object of its kind is capable of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.spans import beyond, how_long
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
        yield from _beyond(path, np.abs(path.yaw_rates), np.maximum(possible, 0.3), "turns at {value:.2f} rad/s")


def slipping(evidence: Evidence) -> Iterator[Suspicion]:
    """Wheeled objects that go sideways."""
    for path in evidence.paths if evidence.in_world else ():
        if not path.is_wheeled:
            continue
        sideways = np.abs(path.speeds * np.sin(path.headings_off))
        limit = _SLIP_SHARE * path.speeds + _SLIP + _SLIP_PER_NOISE * path.noises
        yield from _beyond(path, sideways, limit, "slips sideways at {value:.1f} m/s")


def _beyond(path: Path, values: NDArray[np.float64], limits: NDArray[np.float64], text: str) -> Iterator[Suspicion]:
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
        )
