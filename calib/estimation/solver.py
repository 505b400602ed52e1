"""The pose between two sensors: the solver applied to a problem, with the points as its blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calib.estimation.levenberg import TIRED, Equations, minimise, solvable
from calib.estimation.problem import Problem
from calib.estimation.tangent import moved
from calib.targets.detections import Floats
from sensorann.geometry import Transform

# A target of this chi-square pulls half as much as its residual asks for (Cauchy).
CAUCHY_CHI2 = 4.0


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
    model = _PoseModel(problem, cauchy)
    minimum = minimise(model, _State(start, points, problem.chi2(start, points)))
    pose, points, chi2 = minimum.state.pose, minimum.state.points, minimum.state.chi2
    data = _sum_of_information(target_equations(problem, pose, points)[0] * model.weights(chi2)[:, None, None])
    prior, _ = problem.prior_equations(pose)
    return Solution(
        target_from_source=pose,
        points=points,
        chi2=chi2,
        cost=minimum.cost,
        data_information=data,
        information=data + prior,
        iterations=minimum.iterations,
        reason=minimum.reason,
    )


def target_equations(problem: Problem, pose: Transform, points: Floats) -> tuple[Floats, Floats]:
    """What each physical target tells of the pose once its points have taken their share.

    Returns
    -------
    information (M, 6, 6) and gradient (M, 6) of half the chi-square, without the prior
    """
    residuals, by_pose, by_points = problem.compare(pose, points)
    across = by_points.transpose(0, 2, 1)
    answers = np.linalg.solve(solvable(across @ by_points), across @ np.dstack([by_pose, residuals[:, :, None]]))
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
    """A pose with its points, and the chi-square of each physical target there."""

    pose: Transform
    points: Floats
    chi2: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _PoseModel:
    """The pose is shared, the points are the blocks."""

    problem: Problem
    cauchy: bool

    def cost(self, state: _State) -> float:
        fit = CAUCHY_CHI2 * np.log1p(state.chi2 / CAUCHY_CHI2) if self.cauchy else state.chi2
        return float(fit.sum()) + self.problem.prior_cost(state.pose)

    def weights(self, chi2: Floats) -> Floats:
        """Weight of each physical target: the derivative of the loss at its chi-square."""
        return np.asarray(1.0 / (1.0 + chi2 / CAUCHY_CHI2)) if self.cauchy else np.ones(len(chi2))

    def equations(self, state: _State) -> Equations:
        residuals, by_pose, by_points = self.problem.compare(state.pose, state.points)
        prior, prior_gradient = self.problem.prior_equations(state.pose)
        weights = self.weights(state.chi2)[self.problem.groups][:, None, None]
        weighted = by_points.transpose(0, 2, 1) * weights
        rows = (by_pose * weights).reshape(-1, 6)
        return Equations(
            rows.T @ by_pose.reshape(-1, 6) + prior,
            rows.T @ residuals.reshape(-1) + prior_gradient,
            weighted @ by_points,
            (weighted @ residuals[:, :, None])[:, :, 0],
            weighted @ by_pose,
        )

    def moved(self, state: _State, shared: Floats, blocks: Floats) -> _State:
        pose, points = moved(state.pose, shared), state.points + blocks
        return _State(pose, points, self.problem.chi2(pose, points))
