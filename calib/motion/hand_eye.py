"""Where a sensor sits on another that moves with it, from the motions of both: odometry against ego poses.

If X carries the frame of the first sensor into that of the second, and A and B are their motions over the same time,
then B X = X A (Y. Shiu and S. Ahmad, 1989). Turns about two axes tell X whole; a vehicle on a plane turns about one,
and the place along it leaves no trace. The delay of the clock is an unknown of the same fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.estimation.levenberg import Equations, minimise
from calib.estimation.observability import Observability, listed, observe, posterior_covariance
from calib.estimation.problem import Prior
from calib.estimation.scatter import positive, sandwich
from calib.estimation.start import rigid_fit
from calib.estimation.tangent import cross_matrices, difference, moved, vector_from_rotation
from calib.motion.clocks import block_numbers, find_delay
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Trajectory, Transform, Transforms

_WINDOW_NS, _STEP_NS = 1_000_000_000, 200_000_000
_DELAY_STEP = 0.005
# The speeds of turning tell the delay before; the fit moves it by less, and the poses reach that far.
_DELAY_REACH = 0.1
_CAUCHY_CHI2 = 4.0
_LEAST_WINDOWS = 20
# A turn of less over a second tells nothing of the rotation between the sensors.
_LEAST_TURN = np.deg2rad(1.0)
_ROUNDS = 4


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class HandEye:
    """Where the first sensor sits in the frame of the second, and how late its clock is.

    Attributes
    ----------
    first, second : names of the frames
    second_from_first : Transform
    covariance : (6, 6) of it, as in `Estimate`, over blocks of four seconds
    delay, delay_sigma : seconds by which the stamps of the first are later, for the same instant
    turns : (3,) root mean square of the turns about the three principal axes of all turns, radians, largest first
    sigmas_of_motion : noise of a motion over one second: radians and metres
    seen : Observability
    times_ns, residuals : (N,) starts of the motions compared, and (N, 6) what is left of their turns and places
    warnings : sentences, empty when nothing is in doubt
    """

    first: str
    second: str
    second_from_first: Transform
    covariance: Floats
    delay: float
    delay_sigma: float
    turns: Floats
    sigmas_of_motion: tuple[float, float]
    seen: Observability
    times_ns: NDArray[np.int64]
    residuals: Floats
    warnings: tuple[str, ...]

    @property
    def n_windows(self) -> int:
        """Count the motions compared."""
        return len(self.times_ns)


def calibrate_hand_eye(
    first: Trajectory,
    second: Trajectory,
    *,
    prior: Prior | None = None,
    frames: tuple[str, str] = ("first", "second"),
    largest_delay_s: float = 1.0,
) -> HandEye:
    """Estimate the pose between two sensors and the delay of their clocks, jointly.

    Parameters
    ----------
    first, second : poses over time, each in a world of its own
    prior : second_from_first and its covariance
    frames : names of the two frames
    largest_delay_s : the delay is looked for within that

    Raises
    ------
    CalibrationError
        When both are not seen together long enough, or do not turn.
    """
    start = find_delay(first, second, largest_s=largest_delay_s)
    times = _window_starts(first, second, start.seconds)
    motions = _motions(second, times)
    largest = np.array([np.linalg.norm(vector_from_rotation(turn)) for turn in motions.rotations])
    if np.count_nonzero(largest > _LEAST_TURN) < _LEAST_WINDOWS:
        raise CalibrationError(
            f"{np.count_nonzero(largest > _LEAST_TURN)} of {len(times)} seconds hold a turn of a degree or more, "
            f"{_LEAST_WINDOWS} are needed: drive bends, or turn the rig by hand"
        )
    own = _motions(first, _late(times, start.seconds))
    pose = prior.target_from_source if prior is not None else _first_pose(own, motions)
    known = prior or Prior(pose, observe(np.zeros((6, 6)), None).before)
    state, sigmas = _State(pose, start.seconds), (0.01, 0.05)
    for _ in range(_ROUNDS):
        model = _MotionModel(first, motions, times, known, sigmas, start.seconds)
        state = minimise(model, state).state
        sigmas = model.noise(state)
    covariance = _covariance(model, state)
    data = np.linalg.inv(covariance[:6, :6]) - np.linalg.inv(known.covariance)
    seen = observe(positive(data), prior)
    turns = _principal_turns(motions)
    return HandEye(
        first=frames[0],
        second=frames[1],
        second_from_first=state.pose,
        covariance=posterior_covariance(positive(data), known.covariance),
        delay=state.delay,
        delay_sigma=float(np.sqrt(covariance[6, 6])),
        turns=turns,
        sigmas_of_motion=sigmas,
        seen=seen,
        times_ns=times,
        residuals=model.residuals(state),
        warnings=(*start.warnings, *_doubts(seen, turns)),
    )


def _window_starts(first: Trajectory, second: Trajectory, delay: float) -> NDArray[np.int64]:
    margin = round((abs(delay) + _DELAY_REACH + _DELAY_STEP) * 1e9)
    begin = max(first.start_ns, second.start_ns) + margin
    end = min(first.end_ns, second.end_ns) - margin - _WINDOW_NS
    return np.arange(begin, end, _STEP_NS, dtype=np.int64)


def _late(times: np.ndarray, delay: float) -> np.ndarray:
    return np.asarray(times + round(delay * 1e9))


def _motions(trajectory: Trajectory, times: np.ndarray) -> Transforms:
    """Motions over a second from each instant: the frame at the instant from the frame a second later."""
    return trajectory.sample(times).inverse() @ trajectory.sample(times + _WINDOW_NS)


def _first_pose(first: Transforms, second: Transforms) -> Transform:
    """Turn the rotation vectors of one onto those of the other, then solve the linear equations of the place."""
    vectors = [np.stack([vector_from_rotation(one) for one in side.rotations]) for side in (first, second)]
    # Both vectors start at zero: with their mirror images the middle of each set is zero too.
    rotation = rigid_fit(*(np.concatenate([side, -side]) for side in vectors)).rotation
    matrices = np.eye(3) - second.rotations
    aims = first.translations @ rotation.T - second.translations
    rows, wanted = matrices.reshape(-1, 3), -aims.reshape(-1)
    held = rows.T @ rows + 1e-3 * np.eye(3)
    return Transform(rotation, np.asarray(np.linalg.solve(held, rows.T @ wanted), np.float64))


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    pose: Transform
    delay: float


@dataclass(frozen=True, eq=False, slots=True)
class _MotionModel:
    """Pose and delay are shared, and there are no blocks."""

    first: Trajectory
    motions: Transforms
    times: np.ndarray
    known: Prior
    sigmas: tuple[float, float]
    first_delay: float

    def residuals(self, state: _State) -> Floats:
        """Differences (N, 6) of turns (radians) and places (metres)."""
        turned, carried, _ = self._carried(state.pose, state.delay)
        return self._off(turned, carried)

    def cost(self, state: _State) -> float:
        if abs(state.delay - self.first_delay) > _DELAY_REACH:
            return np.inf
        chi2 = self._chi2(self.residuals(state))
        off = difference(state.pose, self.known.target_from_source)
        held = float(off @ np.linalg.solve(self.known.covariance, off))
        return float((_CAUCHY_CHI2 * np.log1p(chi2 / _CAUCHY_CHI2)).sum()) + held

    def rows(self, state: _State) -> tuple[Floats, Floats]:
        """Whitened and weighted residuals (N, 6) and derivatives (N, 6, 7) by pose and delay."""
        turned, carried, moved_first = self._carried(state.pose, state.delay)
        off = self._off(turned, carried)
        slopes = np.zeros((len(off), 6, 7))
        still = np.eye(3) - turned
        # X -> Exp(w) X turns R' into Exp((1 - R') w) R', so the turn that is left moves by R'^T (1 - R') w.
        slopes[:, :3, :3] = turned.transpose(0, 2, 1) - np.eye(3)
        slopes[:, 3:, :3] = cross_matrices(turned @ state.pose.translation) @ still - cross_matrices(moved_first)
        slopes[:, 3:, 3:6] = still
        sides = [self._off(*self._carried(state.pose, state.delay + side * _DELAY_STEP)[:2]) for side in (-1, 1)]
        slopes[:, :, 6] = (sides[1] - sides[0]) / (2 * _DELAY_STEP)
        scale = np.repeat(self.sigmas, 3)
        weights = np.sqrt(1.0 / (1.0 + self._chi2(off) / _CAUCHY_CHI2))[:, None] / scale
        return off * weights, slopes * weights[:, :, None]

    def equations(self, state: _State) -> Equations:
        off, slopes = self.rows(state)
        information = np.einsum("nri,nrj->ij", slopes, slopes)
        gradient = np.einsum("nri,nr->i", slopes, off)
        held = np.linalg.inv(self.known.covariance)
        information[:6, :6] += held
        gradient[:6] += held @ difference(state.pose, self.known.target_from_source)
        return Equations(information, gradient, np.zeros((0, 1, 1)), np.zeros((0, 1)), np.zeros((0, 1, 7)))

    def moved(self, state: _State, shared: Floats, _blocks: Floats) -> _State:
        return _State(moved(state.pose, shared[:6]), state.delay + float(shared[6]))

    def noise(self, state: _State) -> tuple[float, float]:
        """Standard deviations of turns and of places, by the median: bends of the interpolation do not raise it."""
        off = np.abs(self.residuals(state))
        turn, place = (max(float(np.median(part)) / 0.6745, 1e-9) for part in (off[:, :3], off[:, 3:]))
        return turn, place

    def _chi2(self, off: Floats) -> Floats:
        return np.asarray(((off / np.repeat(self.sigmas, 3)) ** 2).sum(axis=1))

    def _carried(self, pose: Transform, delay: float) -> tuple[Floats, Floats, Floats]:
        """Motions of the first seen from the second: turns (N, 3, 3), places (N, 3), and R t of the first (N, 3)."""
        own = _motions(self.first, _late(self.times, delay))
        turned = pose.rotation @ own.rotations @ pose.rotation.T
        moved_first = own.translations @ pose.rotation.T
        return turned, moved_first + pose.translation - turned @ pose.translation, moved_first

    def _off(self, turned: Floats, carried: Floats) -> Floats:
        left = self.motions.rotations.transpose(0, 2, 1) @ turned
        # Half of R - R^T is the vector of a small turn to third order.
        skew = (left - left.transpose(0, 2, 1)) / 2
        vectors = np.stack([skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]], axis=1)
        return np.concatenate([vectors, carried - self.motions.translations], axis=1)


def _covariance(model: _MotionModel, state: _State) -> Floats:
    """Covariance (7, 7): motions of neighbouring seconds err alike."""
    off, slopes = model.rows(state)
    held = np.zeros((7, 7))
    held[:6, :6] = np.linalg.inv(model.known.covariance)
    return sandwich(
        model.equations(state).shared,
        np.einsum("nri,nr->ni", slopes, off),
        block_numbers(model.times),
        known=held,
        alone=_WINDOW_NS / _STEP_NS,
    )


def _principal_turns(motions: Transforms) -> Floats:
    vectors = np.stack([vector_from_rotation(one) for one in motions.rotations])
    return np.asarray(np.linalg.svd(vectors, compute_uv=False) / np.sqrt(len(vectors)))


def _doubts(seen: Observability, turns: Floats) -> list[str]:
    if not seen.weak_axes:
        return []
    one_axis = turns[1] < 0.2 * turns[0]
    why = (
        f"nearly all turns are about one axis ({np.rad2deg(turns[0]):.1f} degrees a second against "
        f"{np.rad2deg(turns[1]):.1f} about others); tilt the rig too, or give a prior from a drawing"
        if one_axis
        else "the motions are too few or too noisy; drive more bends, or give a prior from a drawing"
    )
    return [f"{listed(seen.weak_axes)} {'is' if len(seen.weak_axes) == 1 else 'are'} not observable: {why}"]
