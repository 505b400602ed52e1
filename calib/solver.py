"""The one solver: Levenberg-Marquardt over a pose and the points behind the detections, one small block per point.

The points are nuisances: each is eliminated from its own 3 x 3 block (the Schur complement of bundle adjustment), so a
step costs what a 6 x 6 system costs, however many targets there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.detections import Floats
from calib.problem import Problem
from calib.tangent import moved
from sensorann.geometry import Transform

MAX_ITERATIONS = 100
# A target of this chi-square pulls half as much as its residual asks for (Cauchy).
CAUCHY_CHI2 = 4.0
_SMALL_STEP = 1e-9
_SMALL_GAIN = 1e-9
_LARGEST_DAMPING = 1e12
TIRED = "too many iterations"


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Solution:
    """Where the solver stopped.

    Attributes
    ----------
    target_from_source : Transform
    points : (N, 3) float64, metres, source frame
    chi2 : (M,) float64, squared whitened residuals of each physical target
    cost : what was minimised, the prior included
    data_information : (6, 6) float64, what the targets tell of the pose: the Schur complement, without the prior
    information : (6, 6) float64, the prior included
    iterations : int
    reason : why it stopped
    """

    target_from_source: Transform
    points: Floats
    chi2: Floats
    cost: float
    data_information: Floats
    information: Floats
    iterations: int
    reason: str

    @property
    def converged(self) -> bool:
        """Tell whether a minimum was reached."""
        return self.reason != TIRED


def solve(
    problem: Problem,
    start: Transform,
    *,
    cauchy: bool = False,
    points: Floats | None = None,
) -> Solution:
    """Minimise the whitened residuals, each physical target weighed as a whole.

    Parameters
    ----------
    problem : Problem
    start : Transform
    cauchy : bound the pull of targets that fit badly, instead of least squares
    points : (N, 3), metres, source frame: where the points start
    """
    points = problem.first_points(start) if points is None else points
    state = _State.at(problem, start, points, cauchy)
    damping, iterations, reason = 1e-3, 0, ""
    while not reason:
        new, step, damping = _descend(problem, state, damping, cauchy)
        iterations += 1
        reason = _reason_to_stop(state, new, step, damping, iterations)
        state = new if new.cost <= state.cost else state
    pose, points, chi2, cost = state.pose, state.points, state.chi2, state.cost
    data = _sum_of_information(target_equations(problem, pose, points)[0] * _weights(chi2, cauchy)[:, None, None])
    prior, _ = problem.prior_equations(pose)
    return Solution(
        target_from_source=pose,
        points=points,
        chi2=chi2,
        cost=cost,
        data_information=data,
        information=data + prior,
        iterations=iterations,
        reason=reason,
    )


def target_equations(problem: Problem, pose: Transform, points: Floats) -> tuple[Floats, Floats]:
    """What each physical target tells of the pose once its points have taken their share.

    Returns
    -------
    information (M, 6, 6) and gradient (M, 6) of half the chi-square, without the prior
    """
    residuals, by_pose, by_points = problem.compare(pose, points)
    across = by_points.transpose(0, 2, 1)
    answers = np.linalg.solve(_solvable(across @ by_points), across @ np.dstack([by_pose, residuals[:, :, None]]))
    left = (by_pose - by_points @ answers[:, :, :6]).transpose(0, 2, 1)
    information, gradient = np.zeros((len(problem), 6, 6)), np.zeros((len(problem), 6))
    np.add.at(information, problem.groups, left @ by_pose)
    np.add.at(gradient, problem.groups, (left @ residuals[:, :, None])[:, :, 0])
    return information, gradient


def _sum_of_information(parts: Floats) -> Floats:
    total = parts.sum(axis=0)
    # A direction that no target sees comes out as a difference of large numbers, at times below zero.
    values, vectors = np.linalg.eigh((total + total.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    """A pose with its points and what they cost."""

    pose: Transform
    points: Floats
    chi2: Floats
    cost: float

    @classmethod
    def at(cls, problem: Problem, pose: Transform, points: Floats, cauchy: bool) -> _State:
        chi2 = problem.chi2(pose, points)
        fit = CAUCHY_CHI2 * np.log1p(chi2 / CAUCHY_CHI2) if cauchy else chi2
        return cls(pose, points, chi2, float(fit.sum()) + problem.prior_cost(pose))


def _descend(problem: Problem, state: _State, damping: float, cauchy: bool) -> tuple[_State, float, float]:
    """Try steps of growing damping until one lowers the cost: the new state, its largest step, the next damping."""
    weights = _weights(state.chi2, cauchy)[problem.groups]
    blocks = _Blocks.around(problem, state.pose, state.points, weights)
    while True:
        step, shifts = blocks.step(damping)
        new = _State.at(problem, moved(state.pose, step), state.points + shifts, cauchy)
        if new.cost <= state.cost or damping > _LARGEST_DAMPING:
            largest = max(float(np.abs(step).max()), float(np.abs(shifts).max(initial=0.0)))
            return new, largest, max(damping / 10, 1e-12)
        damping *= 10


def _reason_to_stop(old: _State, new: _State, step: float, damping: float, iterations: int) -> str:
    if not new.cost <= old.cost:
        return "no step lowers the cost"
    if step < _SMALL_STEP:
        return "the step is small"
    if (old.cost - new.cost) < _SMALL_GAIN * old.cost and damping < 1:
        return "the gain is small"
    return TIRED if iterations >= MAX_ITERATIONS else ""


def _weights(chi2: Floats, cauchy: bool) -> Floats:
    """Weight of each physical target: the derivative of the loss at its chi-square."""
    return np.asarray(1.0 / (1.0 + chi2 / CAUCHY_CHI2)) if cauchy else np.ones(len(chi2))


@dataclass(frozen=True, eq=False, slots=True)
class _Blocks:
    """Normal equations around a pose: the pose's block, each point's block, and what joins them."""

    pose: Floats
    pose_gradient: Floats
    points: Floats
    points_gradient: Floats
    joint: Floats

    @classmethod
    def around(cls, problem: Problem, pose: Transform, points: Floats, weights: Floats) -> _Blocks:
        residuals, by_pose, by_points = problem.compare(pose, points)
        prior, prior_gradient = problem.prior_equations(pose)
        weighted = by_points.transpose(0, 2, 1) * weights[:, None, None]
        rows = (by_pose * weights[:, None, None]).reshape(-1, 6)
        return cls(
            rows.T @ by_pose.reshape(-1, 6) + prior,
            rows.T @ residuals.reshape(-1) + prior_gradient,
            weighted @ by_points,
            (weighted @ residuals[:, :, None])[:, :, 0],
            weighted @ by_pose,
        )

    def reduced(self, damping: float) -> tuple[Floats, Floats, Floats]:
        """Equations (6, 6) and (6,) of the pose alone, and each point's answer (N, 3, 7) to the pose."""
        points = _solvable(_damped(self.points, damping))
        answers = np.linalg.solve(points, np.dstack([self.joint, self.points_gradient]))
        joined = np.einsum("nki,nkj->ij", self.joint, answers)
        pose = _damped(self.pose[None], damping)[0]
        return pose - joined[:, :6], self.pose_gradient - joined[:, 6], np.asarray(answers, np.float64)

    def step(self, damping: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Damped step of the pose (6,) and of the points (N, 3)."""
        matrix, gradient, answers = self.reduced(damping)
        # A direction that no target sees has no curvature: the pseudo-inverse leaves it where it is.
        step = np.asarray(-np.linalg.lstsq(matrix, gradient, rcond=1e-14)[0], np.float64)
        return step, -(answers[:, :, 6] + answers[:, :, :6] @ step)


def _damped(matrices: Floats, damping: float) -> Floats:
    """Add to the diagonals of (N, k, k) a share of themselves, as Marquardt does."""
    diagonal = np.arange(matrices.shape[-1])
    damped = matrices.copy()
    damped[:, diagonal, diagonal] *= 1.0 + damping
    return damped


def _solvable(points: Floats) -> Floats:
    """Add to blocks (N, 3, 3) a trace of their own: a pixel and a range along one line see nothing across it."""
    return np.asarray(points + 1e-12 * np.trace(points, axis1=1, axis2=2)[:, None, None] * np.eye(3))
