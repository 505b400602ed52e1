"""By how much one sensor's clock is late, from how fast both turn: the speed of turning is the same in every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Trajectory

_STEP_NS = 20_000_000
_SPAN_NS = 100_000_000
_LEAST_OVERLAP_S = 5.0
# Errors of neighbouring instants are alike: blocks of four seconds are taken as one.
_BLOCK_NS = 4_000_000_000
_LEAST_LIKENESS = 0.5
_ROUNDS = 20


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Delay:
    """A clock beside another.

    Attributes
    ----------
    seconds : by which the stamps of the first are later than those of the second, for the same instant
    sigma : of it, over blocks of four seconds
    likeness : correlation of both speeds of turning at that delay, 1 is the same
    times_ns : (N,) instants at which both were compared, by the clock of the second
    speeds : (2, N) angular speeds of the first, its delay taken away, and of the second, radians per second
    tried, likenesses : (D,) delays that were tried, seconds, and the correlation at each
    warnings : sentences, empty when nothing is in doubt
    """

    seconds: float
    sigma: float
    likeness: float
    times_ns: NDArray[np.int64]
    speeds: Floats
    tried: Floats
    likenesses: Floats
    warnings: tuple[str, ...]


def find_delay(first: Trajectory, second: Trajectory, *, largest_s: float = 1.0) -> Delay:
    """Find the delay at which the speeds of turning of two sensors are most alike, to a fraction of a sample.

    Parameters
    ----------
    first, second : poses over time, each in a world of its own
    largest_s : the delay is looked for within that, seconds, to both sides

    Raises
    ------
    CalibrationError
        When both do not overlap by five seconds, nothing turns, or the largest delay is no length of time.
    """
    if not 0 <= largest_s < np.inf:
        raise CalibrationError(f"the largest delay must be 0 s or more, got {largest_s:g} s")
    largest_ns = round(largest_s * 1e9)
    start = max(second.start_ns, first.start_ns + largest_ns) + _SPAN_NS
    end = min(second.end_ns, first.end_ns - largest_ns) - _SPAN_NS
    times = np.arange(start, end, _STEP_NS, dtype=np.int64)
    if len(times) * _STEP_NS * 1e-9 < _LEAST_OVERLAP_S:
        raise CalibrationError(
            f"both sensors are seen together for {max(end - start, 0) * 1e-9:.1f} s, {_LEAST_OVERLAP_S:g} s and twice "
            f"the largest delay ({largest_s:g} s) are needed"
        )
    speeds = turning_speeds(second, times)
    shifts = np.arange(-largest_ns, largest_ns + 1, _STEP_NS, dtype=np.int64)
    every = turning_speeds(first, np.arange(start - largest_ns, end + largest_ns, _STEP_NS, dtype=np.int64))
    windows = np.lib.stride_tricks.sliding_window_view(every, len(times))[: len(shifts)]
    likeness = np.array([_likeness(window, speeds) for window in windows])
    if not likeness.max() > 0:
        raise CalibrationError(
            "the sensors do not turn, or not alike: a clock shows only where the speed of turning changes"
        )
    best_shift = int(likeness.argmax())
    delay, sigma = _refined(first, times, speeds, float(shifts[best_shift]) * 1e-9)
    own = turning_speeds(first, times + round(delay * 1e9))
    best = _likeness(own, speeds)
    at_end = len(shifts) > 1 and best_shift in (0, len(shifts) - 1)
    return Delay(
        seconds=delay,
        sigma=sigma,
        likeness=best,
        times_ns=times,
        speeds=np.stack([own, speeds]),
        tried=np.asarray(1e-9 * shifts, np.float64),
        likenesses=likeness,
        warnings=tuple(_doubts(best, largest_s if at_end else None)),
    )


def turning_speeds(trajectory: Trajectory, times_ns: np.ndarray) -> Floats:
    """Angular speeds (N,) about whatever axis, radians per second, over a tenth of a second around each instant."""
    before, after = (trajectory.sample(times_ns + side * _SPAN_NS // 2).rotations for side in (-1, 1))
    turns = np.einsum("nji,njk->nik", before, after)
    cosines = np.clip((np.trace(turns, axis1=1, axis2=2) - 1) / 2, -1.0, 1.0)
    sines = np.linalg.norm(turns - turns.transpose(0, 2, 1), axis=(1, 2)) / np.sqrt(8.0)
    return np.asarray(np.arctan2(sines, cosines) / (_SPAN_NS * 1e-9))


def block_numbers(times_ns: np.ndarray) -> np.ndarray:
    """Number the blocks of four seconds that instants (N,) lie in."""
    return np.unique((times_ns - times_ns[0]) // _BLOCK_NS, return_inverse=True)[1]


def _likeness(one: Floats, other: Floats) -> float:
    spread = one.std() * other.std()
    return float(((one - one.mean()) * (other - other.mean())).mean() / spread) if spread > 1e-12 else 0.0


def _doubts(likeness: float, end_s: float | None) -> Iterator[str]:
    if likeness < _LEAST_LIKENESS:
        yield f"the speeds of turning are alike by {likeness:.2f} only: are these the same drive?"
    if end_s is not None:
        yield f"the delay lies at the end of what was tried, {end_s:g} s: it may be larger, try a larger one"


def _refined(first: Trajectory, times: np.ndarray, speeds: Floats, start: float) -> tuple[float, float]:
    """Least squares over the delay, and its sigma by the scatter of the blocks' gradients (sandwich)."""
    delay = start
    for _ in range(_ROUNDS):
        shifted = times + round(delay * 1e9)
        half = _STEP_NS // 2
        slopes = (turning_speeds(first, shifted + half) - turning_speeds(first, shifted - half)) / (2e-9 * half)
        off = turning_speeds(first, shifted) - speeds
        step = float((slopes * off).sum() / max((slopes**2).sum(), 1e-12))
        # The likeness has found the sample; a fit to speeds that are not alike must not run away from it.
        delay = float(np.clip(delay - step, start - _STEP_NS * 1e-9, start + _STEP_NS * 1e-9))
        if abs(step) < 1e-6:
            break
    pulls = np.bincount(block_numbers(times), slopes * (off - off.mean()))
    return delay, float(np.sqrt((pulls**2).sum()) / max((slopes**2).sum(), 1e-12))
