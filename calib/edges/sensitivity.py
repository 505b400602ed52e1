"""How far a turn that edges tell depends on what was chosen: residuals say nothing of it.

Every edge of a thing is drawn a little aside by how strong an edge must be to count, and one wrong thing in one part of
all pictures pulls them all: repetitions on such a drive repeat that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from calib.edges.turning import GATES, turned_onto_edges
from calib.edges.views import View
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera

_STRIPS = 6
_CLOSE = GATES[-4:]
# Pixels within which an outline may be near an edge, instead of the last gate.
_OTHER_GATES = (6.0, 1.5)


def covariance_of_choices(views: Sequence[View], lens: Camera, turn: Floats) -> Floats:
    """Covariance (3, 3) of a turn over laxer and stricter edges, and over upright strips of the pictures.

    The strips are left out one at a time (J. Tukey's jackknife): what is in one strip of all pictures errs alike.
    """
    chosen = _turns([(_variants(views, number), _CLOSE) for number in range(len(views[0].variants))], lens, turn)
    chosen += _turns([(views, (gate,) * len(_CLOSE)) for gate in _OTHER_GATES], lens, turn)
    without = _turns([(strip, _CLOSE) for strip in _without_strips(views, lens)], lens, turn)
    return _scatter(chosen, 1.0) + _scatter(without, len(without) - 1.0)


def _turns(cases: Sequence[tuple[Sequence[View], Sequence[float]]], lens: Camera, turn: Floats) -> list[Floats]:
    """Differences (3,) from a turn; cases in which too little is left tell nothing."""
    found = []
    for views, gates in cases:
        try:
            found.append(turned_onto_edges(views, lens, turn, gates) - turn)
        except CalibrationError:
            continue
    return found


def _scatter(steps: Sequence[Floats], times: float) -> Floats:
    if not steps:
        return np.zeros((3, 3))
    return np.asarray(times * np.mean([np.outer(step, step) for step in steps], axis=0))


def _variants(views: Sequence[View], number: int) -> list[View]:
    return [view.variants[number] for view in views]


def _without_strips(views: Sequence[View], lens: Camera) -> Iterator[list[View]]:
    strips = [np.floor(_STRIPS * lens.project(view.points)[:, 0] / lens.size[0]) for view in views]
    for number in range(_STRIPS):
        yield [replace(view, points=view.points[strip != number]) for view, strip in zip(views, strips, strict=True)]
