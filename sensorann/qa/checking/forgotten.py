"""Objects that nobody labelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Suspicion
from sensorann.qa.checking.plain_view import NEAR_M, plain_view
from sensorann.qa.checking.strangers import FEWEST, Stranger

# So many points at best say that it is an object; of people, half as many.
_POINTS = 50.0
# Further away nobody misses it, metres; what stands there may be a bush.
_FARTHEST = {True: 60.0, False: NEAR_M}
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
        )


_VEHICLE, _END, _SIDE = "a vehicle", "the end of a vehicle", "the side of a vehicle"
_PLAIN = (
    # Two sides of a car show its size, whether it moves or not; larger things are hedges too, unless they look the
    # same every time, or move and have edges.
    _Appearance(text=_VEHICLE, length=(1.9, 6.6), width=(1.1, 2.4), height=(1.2, 2.4)),
    _Appearance(text=_VEHICLE, length=(4.0, 9.0), width=(1.6, 2.8), height=(1.8, 3.6), fewest=5, spread=0.6),
    _Appearance(text=_VEHICLE, length=(1.9, 14), width=(1.1, 3.2), height=(1.2, 3.9), moves=True, fewest=5, spread=0.6),
    _Appearance(text=_VEHICLE, length=(1.6, 14), width=(1.1, 3.2), height=(1.2, 3.9), moves=True, fewest=8, edged=0.7),
    # One side or one end is as flat as a wall.
    _Appearance(text=_END, length=(1.2, 2.7), width=_ANY, height=(1.2, 3.6), moves=True, fewest=5, spread=0.4),
    _Appearance(text=_END, length=(1.6, 2.7), width=(0, 1.1), height=(1.2, 3.6), moves=True, fewest=10, edged=0.7),
    _Appearance(text=_END, length=(1.6, 2.1), width=(0, 0.9), height=(1.3, 2.4), fewest=5, spread=0.1),
    _Appearance(text=_SIDE, length=(3.3, 14), width=(0, 1.1), height=(1.3, 3.2), moves=True, fewest=5, spread=0.4),
    _Appearance(text=_SIDE, length=(3.3, 5.3), width=(0, 1.1), height=(1.3, 2.0), fewest=5, spread=0.6),
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
    view = plain_view(evidence)
    for stranger in evidence.strangers if view is not None else ():
        kind = next((one.text for one in appearances if one.fits(stranger)), "")
        best = stranger.best
        if (
            view is None
            or not kind
            or not view.looks_at(best.center, best.timestamp_ns, reach=_FARTHEST[stranger.moves])
        ):
            continue
        shown = " x ".join(f"{edge:.1f}" for edge in stranger.size)
        motion = "moves" if stranger.moves else "stands"
        seen = min(len(stranger.sights), 20) / FEWEST
        yield Suspicion(
            object="",
            timestamp_ns=best.timestamp_ns,
            value=float(best.n_points),
            limit=_POINTS,
            message=f"{kind} of {shown} m {motion} unlabelled at ({best.center[0]:.1f}, {best.center[1]:.1f}), "
            f"{best.distance:.0f} m away, in {len(stranger.sights)} frames",
            excess=seen * (10.0 if stranger.moves else 1.0),
            place=(float(best.center[0]), float(best.center[1]), float(best.center[2])),
        )
