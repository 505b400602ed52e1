"""How much the answer depends on single targets: small residuals alone do not prove a pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calib.estimation.problem import Problem
from calib.estimation.solver import Solution, solve, target_equations
from calib.estimation.tangent import difference
from calib.targets.detections import Floats


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Stability:
    """Answers of parts of the targets, compared with the answer of all.

    Attributes
    ----------
    most_influential : name of the target without which the pose moves most, in units of its sigma
    leave_one_out : (6,) how the pose moves without it, radians and metres
    split_half : (6,) how two halves of the targets differ; None where a half does not fix a pose
    """

    most_influential: str
    leave_one_out: Floats
    split_half: Floats | None


def try_parts(problem: Problem, solution: Solution) -> Stability:
    """Leave out each target in turn, by one step of the solver, and solve for two halves (every other target)."""
    steps = steps_without_one(problem, solution)
    most = int(np.argmax(np.einsum("ni,ij,nj->n", steps, solution.information, steps)))
    even = np.arange(len(problem)) % 2 == 0
    halves = [problem.keep(half) for half in (even, ~even)]
    split = None
    if all(half.n_equations >= 6 or half.prior is not None for half in halves):
        first, second = (solve(half, solution.target_from_source).target_from_source for half in halves)
        split = difference(first, second)
    return Stability(most_influential=problem.names[most], leave_one_out=steps[most], split_half=split)


def steps_without_one(problem: Problem, solution: Solution) -> Floats:
    """How the pose moves (M, 6) without each of the targets, by one step of the solver."""
    information, gradients = target_equations(problem, solution.target_from_source, solution.points)
    # At the minimum the gradients cancel: without one target its own gradient is what the others and the prior feel.
    others = solution.information - information + 1e-9 * np.trace(solution.information) * np.eye(6)
    return np.asarray(np.linalg.solve(others, gradients[:, :, None])[:, :, 0])
