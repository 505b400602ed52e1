"""Where an object faces, as a belief: everything that speaks of its heading is one factor over the circle."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.geometry.rotations import wrap_angle
from sensorann.kernels import circle
from sensorann.scene import Motion

# Half a degree apart: finer than any single factor is sharp.
ANGLES = np.linspace(-math.pi, math.pi, 720, endpoint=False)
# Edges of vehicles, from the tuning half of `python -m benchmarks.click_fit`: standard deviation at best and of one
# point, falling with the root of their number; share of headings that are off altogether, at best and of one point.
_EDGE_AT_BEST, _EDGE_OF_ONE_POINT = math.radians(1.5), math.radians(25.0)
_EDGE_ASTRAY_AT_BEST, _EDGE_ASTRAY_OF_ONE_POINT = 0.03, 5.0
# People and riders have no edges to speak of.
_EDGES_MISLEAD: Mapping[Motion, float] = MappingProxyType(
    {Motion.VEHICLE: 0.0, Motion.STATIC: 0.0, Motion.TWO_WHEELER: 0.5, Motion.PEDESTRIAN: 0.95}
)
# How often something that moves does so backwards.
_BACKWARDS: Mapping[Motion, float] = MappingProxyType(
    {Motion.VEHICLE: 0.03, Motion.STATIC: 0.5, Motion.TWO_WHEELER: 0.01, Motion.PEDESTRIAN: 0.05}
)
# Headings change with time, in radians per root of a second (people turn on the spot), and hands err, up to this.
_TURNING: Mapping[Motion, float] = MappingProxyType(
    {Motion.VEHICLE: 0.15, Motion.STATIC: 0.01, Motion.TWO_WHEELER: 0.3, Motion.PEDESTRIAN: 0.8}
)
_HAND, _HAND_ASTRAY = math.radians(2.0), 0.02
_STROKE, _STROKE_ASTRAY = math.radians(15.0), 0.03
_PLACEMENT, _SLOWEST = 0.15, 0.5  # metres of a centre, metres per second that count as moving
_DOPPLER_NOISE, _FASTEST = 0.5, 60.0
_LOWEST, _PEAK = 1e-9, math.radians(5.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadingBelief:
    """A heading and how wrong it may be.

    Attributes
    ----------
    yaw : the likeliest, radians in [-pi, pi)
    sigma : standard deviation about it where it is not off by more than an eighth of a turn, radians
    half_turn_probability : that it is off by 135 to 180 degrees, 0 to 1
    quarter_turn_probability : that it is off by 45 to 135 degrees to either side, 0 to 1
    """

    yaw: float
    sigma: float
    half_turn_probability: float
    quarter_turn_probability: float


def believe(*factors: NDArray[np.float64]) -> HeadingBelief:
    """Multiply factors: log densities (720,) over `ANGLES`, such as the functions below return."""
    total = np.sum(factors, axis=0)
    return believe_of(float(ANGLES[np.argmax(total)]), *factors)


def believe_of(yaw: float, *factors: NDArray[np.float64]) -> HeadingBelief:
    """Judge one heading, radians, by all factors (720,): where it really is nearby, and how wrong it may be."""
    total = np.sum(factors, axis=0)
    mass = np.exp(total - total.max())
    mass /= mass.sum()
    offsets = wrap_angle(ANGLES - yaw)
    right = np.abs(offsets) < math.pi / 4
    share = float(mass[right].sum())
    # The top of a peak is finer than the grid, and not drawn aside by the next peak.
    top = np.abs(offsets) < _PEAK
    mean = float((mass * offsets)[top].sum()) / float(mass[top].sum())
    variance = float((mass * (offsets - mean) ** 2)[right].sum()) / share
    return HeadingBelief(
        yaw=float(wrap_angle(yaw + mean)),
        sigma=math.sqrt(variance),
        half_turn_probability=float(mass[np.abs(offsets) > 3 * math.pi / 4].sum()),
        quarter_turn_probability=float(
            mass[(np.abs(offsets) >= math.pi / 4) & (np.abs(offsets) <= 3 * math.pi / 4)].sum()
        ),
    )


def factor_at(factor: NDArray[np.float64], yaw: float) -> float:
    """Value of a factor (720,) at a heading."""
    step = 2 * math.pi / len(ANGLES)
    return float(factor[round((yaw + math.pi) / step) % len(ANGLES)])


def nothing_known() -> NDArray[np.float64]:
    """Factor (720,) of nothing."""
    return np.zeros(len(ANGLES))


def from_edges(
    yaw: float, *, n_points: int, motion: Motion = Motion.VEHICLE, quarter_turn_probability: float = 0.5
) -> NDArray[np.float64]:
    """Factor (720,) of a rectangle's edges: length and width may be swapped, and front and back look alike.

    Parameters
    ----------
    yaw : heading of the rectangle, radians
    n_points : number of points that it was laid around
    motion : what it is; people have no edges
    quarter_turn_probability : that length and width are swapped
    """
    sigma = math.hypot(_EDGE_AT_BEST, _EDGE_OF_ONE_POINT / math.sqrt(max(n_points, 1)))
    astray = min(_EDGE_ASTRAY_AT_BEST + _EDGE_ASTRAY_OF_ONE_POINT / max(n_points, 1), 1.0)
    astray = max(astray, _EDGES_MISLEAD[motion])
    along, across = (1.0 - quarter_turn_probability) / 2, quarter_turn_probability / 2
    peaks = [(share, yaw + k * math.pi / 2) for k, share in enumerate((along, across, along, across))]
    return _mixture(peaks, sigma=sigma, astray=astray)


def from_keyframes(timestamps_ns: ArrayLike, yaws: ArrayLike, *, at_ns: int, motion: Motion) -> NDArray[np.float64]:
    """Factor (720,) of headings that people gave the object at other instants, in the same frame.

    Parameters
    ----------
    timestamps_ns, yaws : (K,) int64 and radians; the nearest one before and the nearest one after count
    at_ns : the instant in question
    motion : how it moves
    """
    times = as_array(timestamps_ns, (None,), np.int64, name="timestamps_ns")
    headings = as_array(yaws, (len(times),), np.float64, name="yaws", finite=True)
    total = nothing_known()
    for rows in (np.flatnonzero(times <= at_ns)[-1:], np.flatnonzero(times > at_ns)[:1]):
        for row in rows:
            seconds = abs(int(times[row]) - at_ns) * 1e-9
            sigma = math.hypot(_HAND, _TURNING[motion] * math.sqrt(seconds))
            total += _mixture([(1.0, float(headings[row]))], sigma=sigma, astray=_HAND_ASTRAY)
    return total


def from_motion(step: ArrayLike, seconds: float, *, motion: Motion) -> NDArray[np.float64]:
    """Factor (720,) of a way in plan: objects face where they go, mostly.

    Parameters
    ----------
    step : (2,) metres, from where it was to where it is, in a frame that stands still
    seconds : duration of the step, above 0
    motion : how it moves
    """
    way = as_array(step, (2,), np.float64, name="step", finite=True)
    if not seconds > 0:
        raise ArgumentError(f"a step takes some time, got {seconds} s")
    distance = float(np.hypot(*way))
    if distance / seconds < _SLOWEST or distance < 3 * _PLACEMENT:
        return nothing_known()
    back, along = _BACKWARDS[motion], math.atan2(way[1], way[0])
    sigma = math.hypot(math.sqrt(2) * _PLACEMENT / distance, _TURNING[motion] * math.sqrt(seconds))
    return _mixture([(1.0 - back, along), (back, along + math.pi)], sigma=sigma, astray=_HAND_ASTRAY)


def from_doppler(directions: ArrayLike, speeds: ArrayLike, *, motion: Motion) -> NDArray[np.float64]:
    """Factor (720,) of radar returns: which way along its heading an object has to move to show these speeds.

    Parameters
    ----------
    directions : (N,) from the radar to the returns, radians, in the frame of the heading
    speeds : (N,) m/s away from the radar, over ground (the vehicle's own motion taken out)
    motion : how it moves
    """
    toward = as_array(directions, (None,), np.float64, name="directions", finite=True)
    measured = as_array(speeds, (len(toward),), np.float64, name="speeds", finite=True)
    if not len(toward) or np.abs(np.median(measured)) < _SLOWEST:
        return nothing_known()
    shown = np.cos(ANGLES[:, None] - toward)
    speed = (shown * measured).sum(axis=1) / np.maximum((shown**2).sum(axis=1), _LOWEST)
    speed = np.clip(speed, -_FASTEST, _FASTEST)
    # The median, not the sum: returns of one object share their errors.
    misfit = np.median(np.abs(measured - speed[:, None] * shown), axis=1) / _DOPPLER_NOISE
    back = _BACKWARDS[motion]
    likelihood = np.exp(-0.5 * misfit**2) * np.where(speed > 0, 1.0 - back, back)
    return np.asarray(np.log((1.0 - _HAND_ASTRAY) * likelihood + _HAND_ASTRAY / 2))


def from_front(yaw: float, log_odds: float) -> NDArray[np.float64]:
    """Factor (720,) of a front that lies at one heading, radians, rather than at the opposite one, with log odds."""
    return np.asarray(-np.logaddexp(0.0, -log_odds * np.cos(ANGLES - yaw)) - math.log(math.pi))


def from_stroke(direction: float) -> NDArray[np.float64]:
    """Factor (720,) of the direction in which a person drew, from the rear to the front, radians."""
    return _mixture([(1.0, direction)], sigma=_STROKE, astray=_STROKE_ASTRAY)


def _mixture(peaks: list[tuple[float, float]], *, sigma: float, astray: float) -> NDArray[np.float64]:
    """Log density (720,) of normal peaks (share, heading) on the circle, and of a share that may be anywhere."""
    shares, headings = np.array(peaks).T.copy()
    even = astray / (2 * math.pi) + _LOWEST
    belief: NDArray[np.float64] = circle.log_mixture(ANGLES, headings, (1.0 - astray) * shares, sigma, even)
    return belief
