"""How much the answer depends on single targets: small residuals alone do not prove a pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.detections import Floats
from calib.problem import Problem
from calib.solver import Solution, solve
from calib.tangent import difference
from sensorann.geometry import Transform


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
    """Solve without each target in turn, and with each of two halves (every other target)."""
    pose = solution.target_from_source
    numbers = np.arange(len(problem))
    steps = [difference(_pose(problem, numbers != left_out, solution), pose) for left_out in numbers]
    influence = [step @ solution.information @ step for step in steps]
    most = int(np.argmax(influence))
    even = numbers % 2 == 0
    halves = [problem.keep(half) for half in (even, ~even)]
    split = None
    if all(half.n_equations >= 6 or half.prior is not None for half in halves):
        split = difference(_pose(problem, even, solution), _pose(problem, ~even, solution))
    return Stability(most_influential=problem.names[most], leave_one_out=steps[most], split_half=split)


def _pose(problem: Problem, kept: NDArray[np.bool_], solution: Solution) -> Transform:
    points = solution.points[kept[problem.groups]]
    return solve(problem.keep(kept), solution.target_from_source, points=points).target_from_source
