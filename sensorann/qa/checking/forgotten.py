"""Objects that nobody labelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Suspicion
from sensorann.qa.checking.plain_view import plain_view
from sensorann.qa.checking.strangers import FEWEST, Stranger

# What vehicles measure where two sides of them show: length, width, height; and people, whose width is a stride too.
_VEHICLE = ((1.9, 6.6), (1.1, 2.4), (1.2, 2.4))
_PERSON = ((0.3, 2.1), (0.2, 1.1), (1.3, 2.1))
# So many points at best say that it is an object.
_POINTS = 50.0


def forgotten(evidence: Evidence) -> Iterator[Suspicion]:
    """Things of the size of an object, seen at least three times where the labels look, that no box holds."""
    view = plain_view(evidence)
    for stranger in evidence.strangers if view is not None else ():
        kind = _kind(stranger)
        best = stranger.best
        if view is None or not kind or not view.looks_at(best.center, best.timestamp_ns):
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


def _kind(stranger: Stranger) -> str:
    """What it may be; empty when it is nothing that is labelled."""
    size, points = stranger.size, stranger.best.n_points
    if points >= _POINTS and _within(size, _VEHICLE):
        return "a vehicle"
    if points >= _POINTS / 2 and stranger.moves and _within(size, _PERSON):
        return "a person"
    return ""


def _within(size: NDArray[np.float64], ranges: Sequence[tuple[float, float]]) -> bool:
    return all(low <= edge <= high for edge, (low, high) in zip(size, ranges, strict=True))
