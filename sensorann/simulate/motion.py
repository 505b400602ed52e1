"""How something moves along its path: speeds that brake for bends and stops, exact at any instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.simulate.paths import STEP, Path

STEP_S = 0.05  # acceleration is constant over this long
_SPEEDING_UP, _SIDEWAYS = 1.8, 2.2  # bounds of everyday driving, m/s^2


@dataclass(frozen=True, eq=False, slots=True)
class Motion:
    """Distance along a path over time, with piecewise constant acceleration.

    Attributes
    ----------
    path : the curve
    times_s : (K,) float64, seconds since the start of the simulated world, `STEP_S` apart
    distances : (K,) float64, metres along the path
    speeds : (K,) float64, m/s, never negative
    """

    path: Path
    times_s: NDArray[np.float64]
    distances: NDArray[np.float64]
    speeds: NDArray[np.float64]

    def at(self, times_s: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Places (N, 2), headings (N,) and speeds (N,) at instants (N,) in seconds."""
        times = np.asarray(times_s, np.float64)
        left = np.clip(((times - self.times_s[0]) / STEP_S).astype(np.int64), 0, len(self.times_s) - 2)
        elapsed = times - self.times_s[left]
        acceleration = (self.speeds[left + 1] - self.speeds[left]) / STEP_S
        distances = self.distances[left] + elapsed * (self.speeds[left] + 0.5 * elapsed * acceleration)
        places, headings = self.path.at(distances)
        return places, headings, self.speeds[left] + elapsed * acceleration


def plan_motion(
    path: Path,
    *,
    start: float,
    start_s: float,
    end_s: float,
    cruise: float,
    stops: Sequence[tuple[float, float]] = (),
    braking: float = 2.5,
) -> Motion:
    """Drive along a path: at cruise speed where it is straight, slower in bends, standing still at stops.

    Parameters
    ----------
    path : the curve; whoever reaches its end stops there
    start : where it is at `start_s`, metres along the path
    start_s, end_s : the span of time, seconds
    cruise : m/s
    stops : where it stops (metres along the path) and how long it waits (seconds), in order
    braking : how hard it brakes at most, m/s^2, > 0
    """
    allowed = _allowed_speeds(path, cruise, braking)
    waiting = [*((where, wait) for where, wait in stops if where > start), (path.length - 1.0, np.inf)]
    n_steps = int(np.ceil((end_s - start_s) / STEP_S)) + 2
    times = np.asarray(start_s + STEP_S * np.arange(n_steps), np.float64)
    distances, speeds = np.empty(len(times)), np.empty(len(times))
    distance = start
    speed = min(_speed_here(allowed, start), _speed_before(waiting[0][0] - start, braking))
    wait = 0.0
    for k in range(len(times)):
        distances[k], speeds[k] = distance, speed
        gap = waiting[0][0] - distance
        if speed == 0.0 and gap < 0.5:
            wait += STEP_S
            if wait < waiting[0][1]:
                continue
            waiting.pop(0)
            wait, gap = 0.0, waiting[0][0] - distance
        wanted = min(_speed_here(allowed, distance), _speed_before(gap, braking))
        new_speed = float(np.clip(wanted, speed - 1.5 * braking * STEP_S, speed + _SPEEDING_UP * STEP_S))
        new_speed = max(new_speed, 0.0)
        distance += 0.5 * (speed + new_speed) * STEP_S
        speed = new_speed
    return Motion(path, times, distances, speeds)


def stand_still(place: ArrayLike, heading: float) -> Motion:
    """Return the motion of what never moves."""
    ahead = STEP * np.array([np.cos(heading), np.sin(heading)])
    points = np.asarray(place, np.float64) + np.array([[0.0], [1.0]]) * ahead
    return Motion(Path(points, np.full(2, float(heading))), np.array([0.0, STEP_S]), np.zeros(2), np.zeros(2))


def _allowed_speeds(path: Path, cruise: float, braking: float) -> NDArray[np.float64]:
    """Speeds (N,) along the path from which it can still brake for every bend ahead."""
    squares = np.minimum(cruise**2, _SIDEWAYS / np.maximum(np.abs(path.curvatures), 1e-6))
    # v^2 falls at most by 2 b per metre: the lower envelope of all cones, from the end to the start.
    slack = 2 * braking * STEP * np.arange(len(squares))
    return np.asarray(np.sqrt(np.minimum.accumulate((squares + slack)[::-1])[::-1] - slack))


def _speed_here(allowed: NDArray[np.float64], distance: float) -> float:
    return float(allowed[min(max(int(distance / STEP), 0), len(allowed) - 1)])


def _speed_before(gap: float, braking: float) -> float:
    """Speed from which it stops within the gap; zero on the last hand's breadth, so that it comes to rest."""
    return float(np.sqrt(2 * braking * (gap - 0.1))) if gap > 0.12 else 0.0
