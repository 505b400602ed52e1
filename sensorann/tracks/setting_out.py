"""An object with one box sets out at every speed it may have; the sweeps beside the keyframe tell which is its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels.nearest import NearestGrid
from sensorann.scene import Motion
from sensorann.tracks.following import EXACT
from sensorann.tracks.outward import TRIALS, End

# Fastest along the heading, either way: a box drawn the wrong way round drives backward. m/s. People turn on the spot,
# and step so little between two sweeps that one search finds them wherever they go.
_FASTEST: Mapping[Motion, float] = MappingProxyType(
    {Motion.VEHICLE: 40.0, Motion.TWO_WHEELER: 16.0, Motion.PEDESTRIAN: 0.0}
)
# Speeds are tried so far apart that the places in the next sweep are this far apart, metres: registration finds what
# is half as far away.
_APART = 0.5
# What is not along the heading, and what people do: m/s and rad/s.
_ASIDE, _ANY_WAY, _TURN = 0.7, 1.2, 0.3
# Cars parked in a row look like one car that drives on by a place each sweep: of two that are as good, the slow one.
_SLOWNESS = 0.5


def rivals(end: End, *, step_s: float) -> list[End]:
    """Start an end with one box at every speed it may have.

    Parameters
    ----------
    end : an end whose track says nothing of its speed
    step_s : time to the next sweep

    Returns
    -------
    One `End` per speed, slowest first; each learns by itself what the object looks like.
    """
    fastest = _FASTEST[end.motion]
    n = int(np.ceil(fastest * step_s / _APART))
    speeds = np.array(sorted(np.linspace(-fastest, fastest, 2 * n + 1), key=abs))
    along = _ANY_WAY if n == 0 else fastest / max(n, 1) / 2
    yaw = float(end.state[2])
    forward = np.array([np.cos(yaw), np.sin(yaw)])  # or backward: speeds are tried both ways
    return [_setting_out(end, speed * forward, along) for speed in speeds]


def _setting_out(end: End, velocity: NDArray[np.float64], along: float) -> End:
    state = end.state.copy()
    state[3:] = [*velocity, 0.0]
    axes = np.array([[np.cos(state[2]), -np.sin(state[2])], [np.sin(state[2]), np.cos(state[2])]])
    across = _ANY_WAY if end.motion is Motion.PEDESTRIAN else _ASIDE
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = EXACT
    covariance[3:5, 3:5] = axes @ np.diag([along**2, across**2]) @ axes.T
    covariance[5, 5] = _TURN**2
    slowness = _SLOWNESS * float(np.hypot(*velocity)) / max(_FASTEST[end.motion], 1.0)
    return replace(
        end, state=state, covariance=covariance, template=_copied(end.template), found=[], explained=-slowness
    )


def _copied(template: NearestGrid) -> NearestGrid:
    """Template that learns by itself: what `grow` changes is its own."""
    return template._replace(
        points=template.points.copy(),
        n_points=template.n_points.copy(),
        across=template.across.copy(),
        outward=template.outward.copy(),
        cells=template.cells.copy(),
    )


def fittest(ends: Sequence[End]) -> list[End]:
    """Keep of each track the end whose points were explained best."""
    best: dict[int, End] = {}
    for end in ends:
        if end.track not in best or end.explained > best[end.track].explained:
            best[end.track] = end
    return list(best.values())


def still_in_question(active: Sequence[End], ends: Sequence[End]) -> list[End]:
    """Leave of the ends on their way those that are the best of their track, and those not yet tried often enough."""
    best = {id(end) for end in fittest(ends)}
    return [end for end in active if end.n_tried < TRIALS or id(end) in best]
