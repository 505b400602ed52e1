"""From box to box: where a track leaves its path and comes back, and where it goes on as another object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A step beside the motion so far: metres, usual ones, and what an acceleration of so many m/s^2 makes of a long gap.
_AWAY_M, _LEAP_M, _USUAL_STEPS, _ACCELERATION = 0.25, 0.6, 6.0, 6.0
# Who is back within so many boxes has only been away; being back is lying this near to the old path.
_LONGEST_AWAY, _BACK = 12, 0.45
_LAST_STEPS = 4


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Leap:
    """A step that is no motion, and that no later box takes back.

    Attributes
    ----------
    row : of the first box after it
    expected : (2,) float64, where that box should have been, metres
    length, limit : metres
    """

    row: int
    expected: NDArray[np.float64]
    length: float
    limit: float


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Steps:
    """What the steps of a track tell.

    Attributes
    ----------
    away : (N,) float64, metres by which a box is off the path on which later ones are again; 0 for all others
    leaps : steps that stay, in time order
    """

    away: NDArray[np.float64]
    leaps: tuple[Leap, ...]

    @property
    def pieces(self) -> NDArray[np.int64]:
        """Number (N,) of the piece between two leaps that each box belongs to."""
        starts = np.zeros(len(self.away), np.int64)
        starts[[leap.row for leap in self.leaps]] = 1
        return np.cumsum(starts)


def look_at_steps(seconds: NDArray[np.float64], places: NDArray[np.float64], noises: NDArray[np.float64]) -> Steps:
    """Compare each step with the median of the steps before it.

    Parameters
    ----------
    seconds : (N,) float64, increasing
    places : (N, 2) float64, metres in the plane
    noises : (N,) float64, what people's placement and the poses may be off by, metres
    """
    away, leaps = np.zeros(len(places)), []
    if len(places) < 3:
        return Steps(away=away, leaps=())
    gaps = np.diff(seconds)
    velocities = _velocities_before(seconds, places)
    beside = places[1:] - places[:-1] - velocities[:-1] * gaps[:, None]
    lengths = np.hypot(*beside.T)
    usual = np.maximum(1.5 * float(np.median(lengths)), 1.2 * noises[1:])
    limits = np.maximum(_AWAY_M, _USUAL_STEPS * np.minimum(usual, 0.5)) + _ACCELERATION / 2 * gaps**2
    row = 0
    while row < len(lengths):
        if lengths[row] <= limits[row]:
            row += 1
            continue
        back = _comes_back(seconds, places, velocities[row], row, _BACK * lengths[row])
        if back:
            away[row + 1 : back] = lengths[row]
            row = back
            continue
        if lengths[row] > max(_LEAP_M, limits[row]):
            expected = places[row + 1] - beside[row]
            leaps.append(
                Leap(row=row + 1, expected=expected, length=float(lengths[row]), limit=float(max(_LEAP_M, limits[row])))
            )
            # The motion after it is another's: the next steps cannot be judged by the ones before.
            row += _LAST_STEPS
        row += 1
    return Steps(away=away, leaps=tuple(leaps))


def _comes_back(
    seconds: NDArray[np.float64], places: NDArray[np.float64], velocity: NDArray[np.float64], row: int, near: float
) -> int:
    """Row of the first box after the next one that lies near the path up to a row; 0 when none does."""
    later = np.arange(row + 2, min(row + 2 + _LONGEST_AWAY, len(places)))
    on = places[row] + velocity * (seconds[later] - seconds[row])[:, None]
    # Nobody's motion is foretold exactly for long: the path widens.
    reach = near + 0.5 * (seconds[later] - seconds[row]) ** 2
    back = np.flatnonzero((np.linalg.norm(places[later] - on, axis=1) < reach) & (reach < 2.2 * near))
    return int(later[back[0]]) if len(back) else 0


def _velocities_before(seconds: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Velocities (N, 2) at each box by the last steps up to it; at the first ones by those that follow."""
    steps = np.diff(places, axis=0) / np.diff(seconds)[:, None]
    windows = np.arange(len(places))[:, None] - np.arange(1, _LAST_STEPS + 1)
    known = np.where((windows >= 0)[..., None], steps[np.maximum(windows, 0)], np.nan)
    known[0] = steps[: min(_LAST_STEPS, len(steps))][np.arange(_LAST_STEPS) % min(_LAST_STEPS, len(steps))]
    return np.asarray(np.nanmedian(known, axis=1))
