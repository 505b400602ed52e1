"""Objects that nobody labelled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sensorann.qa.checking.clusters import Cluster
from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.plain_view import NEAR_M, PlainView, plain_view
from sensorann.qa.checking.strangers import FEWEST, Stranger

# So many points at best say that it is an object; of people, half as many.
_POINTS = 50.0
# What moves is missed from further away than what stands, metres: that may be a bush, unless it always looks the same.
_FAR_M = 60.0
# A shorter way than this says nothing of where a thing faces, metres.
_STROKE_M = 0.5
Range = tuple[float, float]
_ANY = (0.0, np.inf)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Appearance:
    """What an object looks like where nobody labelled it.

    Attributes
    ----------
    text : what it may be
    length, width, height : metres that show
    moves : True of things that move alone, False of those that stand, None of both
    fewest : sights that are needed
    spread : most that its length may vary between sights, metres: pieces of a wall that come into sight do
    edged : least share of its points that lie on the edges of its box, usually: those of a hedge do not
    points : that it must show at best
    slowest : m/s from its first sight to its last
    far : missed far away, too, though it stands
    """

    text: str
    length: Range
    width: Range
    height: Range
    moves: bool | None = None
    fewest: int = FEWEST
    spread: float = np.inf
    edged: float = 0.0
    points: float = _POINTS
    slowest: float = 0.0
    far: bool = False

    def fits(self, stranger: Stranger) -> bool:
        """Tell whether a thing looks like this."""
        edges = zip(stranger.size, (self.length, self.width, self.height), strict=True)
        return (
            stranger.best.n_points >= self.points
            and all(low <= edge <= high for edge, (low, high) in edges)
            and self.moves in (None, stranger.moves)
            and len(stranger.sights) >= self.fewest
            and stranger.spread <= self.spread
            and stranger.edged >= self.edged
            and stranger.speed >= self.slowest
        )


_VEHICLE, _END, _SIDE, _PART = "a vehicle", "the end of a vehicle", "the side of a vehicle", "a part of a vehicle"
_PLAIN = (
    # Two sides of a car show its size, whether it moves or not; larger things are hedges too, unless they look the
    # same every time, or have edges.
    _Appearance(text=_VEHICLE, length=(1.75, 6.6), width=(1.1, 2.4), height=(1.2, 2.4), fewest=5, spread=0.6, far=True),
    _Appearance(text=_VEHICLE, length=(1.75, 6.6), width=(1.1, 2.4), height=(1.2, 2.4)),
    _Appearance(text=_VEHICLE, length=(4.0, 9.0), width=(1.6, 2.8), height=(1.8, 3.6), fewest=5, spread=0.6),
    _Appearance(text=_VEHICLE, length=(4.0, 9.0), width=(1.6, 2.8), height=(1.8, 3.6), fewest=8, edged=0.8),
    _Appearance(text=_VEHICLE, length=(1.9, 14), width=(1.1, 3.2), height=(1.2, 3.9), moves=True, fewest=5, spread=0.6),
    _Appearance(text=_VEHICLE, length=(1.6, 14), width=(1.1, 3.2), height=(1.2, 3.9), moves=True, fewest=8, edged=0.7),
    # One side or one end is as flat as a wall.
    _Appearance(text=_END, length=(1.2, 2.7), width=_ANY, height=(1.2, 3.6), moves=True, fewest=5, spread=0.4),
    _Appearance(text=_END, length=(1.6, 2.7), width=(0, 1.1), height=(1.2, 3.6), moves=True, fewest=10, edged=0.7),
    _Appearance(text=_END, length=(1.6, 2.1), width=(0, 0.9), height=(1.2, 2.4), fewest=5, spread=0.1),
    _Appearance(text=_SIDE, length=(3.3, 14), width=(0, 1.1), height=(1.3, 3.2), moves=True, fewest=5, spread=0.4),
    _Appearance(text=_SIDE, length=(3.3, 5.3), width=(0, 1.1), height=(1.3, 2.0), moves=True, fewest=8, edged=0.7),
    _Appearance(text=_SIDE, length=(3.3, 5.3), width=(0, 1.1), height=(1.3, 2.0), fewest=5, spread=0.6),
    _Appearance(text=_SIDE, length=(3.3, 5.3), width=(0.3, 1.1), height=(1.3, 2.0), fewest=8, edged=0.8),
    # Nothing else in a street goes as fast, however little of it shows beside what stands before it.
    _Appearance(
        text=_PART, length=(0.5, 6.6), width=_ANY, height=(1, 3.6), moves=True, fewest=8, spread=0.25, slowest=5.0
    ),
    _Appearance(
        text="a person", length=(0.3, 2.1), width=(0.2, 1.1), height=(1.3, 2.1), moves=True, points=_POINTS / 2
    ),
)
# A person who stands is as tall as many posts and bins, and thicker than a pole.
_DOUBTFUL = (
    _Appearance(text="a person", length=(0.4, 1.1), width=(0.35, 0.9), height=(1.35, 2.05), moves=False, spread=0.25),
)


def forgotten(evidence: Evidence) -> Iterator[Suspicion]:
    """Things that look like an object, seen at least three times where the labels look, that no box holds."""
    yield from _unlabelled(evidence, _PLAIN)


def doubtful(evidence: Evidence) -> Iterator[Suspicion]:
    """Things that stand, as large as a person, that no box holds."""
    for suspicion in _unlabelled(evidence, _DOUBTFUL):
        # A post that is seen for long is no likelier to be a person.
        yield replace(suspicion, excess=1.0)


def _unlabelled(evidence: Evidence, appearances: tuple[_Appearance, ...]) -> Iterator[Suspicion]:
    view, wanted = plain_view(evidence), _wanted(evidence)
    for stranger in evidence.strangers if view is not None else ():
        looks_like = next((one for one in appearances if one.fits(stranger)), None)
        if view is None or looks_like is None:
            continue
        reach = min(_FAR_M if looks_like.far or looks_like.moves else NEAR_M, wanted)
        # Sights where nobody looked say what it is, and not that anybody forgot it.
        missed = _looked_at(stranger, view, reach=reach)
        if len(missed) < FEWEST:
            continue
        best = max(missed, key=lambda one: one.n_points)
        shown = " x ".join(f"{edge:.1f}" for edge in stranger.size)
        motion = "moves" if stranger.moves else "stands"
        seen = min(len(stranger.sights), 20) / FEWEST
        yield Suspicion(
            object="",
            timestamp_ns=best.timestamp_ns,
            value=float(stranger.best.n_points),
            limit=looks_like.points,
            message=f"{looks_like.text} of {shown} m {motion} unlabelled at ({best.center[0]:.1f}, "
            f"{best.center[1]:.1f}), {best.distance:.0f} m away, in {len(missed)} frames",
            excess=seen * (10.0 if stranger.moves else 1.0),
            repair=(_clicked(stranger, best),),
            place=(float(best.center[0]), float(best.center[1]), float(best.center[2])),
        )


def _wanted(evidence: Evidence) -> float:
    """How far away, metres, the guideline wants any of the categories labelled; infinite where it is silent."""
    ends = [path.category.guideline.max_range_m for path in evidence.paths]
    return max((math.inf if end is None else end for end in ends), default=math.inf)


def _clicked(stranger: Stranger, sight: Cluster) -> Edit:
    """Label a thing as if it were clicked at a sight, with a stroke along its way where it moves."""
    x, y, z = sight.point.tolist()
    way = stranger.way_at(sight)
    stroke = {}
    if stranger.moves and float(np.hypot(*way)) > _STROKE_M:
        stroke = {"toward": (x + float(way[0]), y + float(way[1]), z)}
    return Edit(action="label", arguments={"place": (x, y, z), "at_ns": sight.timestamp_ns, **stroke})


def _looked_at(stranger: Stranger, view: PlainView, *, reach: float) -> list[Cluster]:
    """Sights of a thing where the labels look."""
    places = np.array([one.center for one in stranger.sights])
    times = np.array([one.timestamp_ns for one in stranger.sights], np.int64)
    seen = view.looks_at(places, times, reach=reach)
    return [one for one, looked_at in zip(stranger.sights, seen, strict=True) if looked_at]
