"""Where to put the next target: the place that tells most about the pose (D-optimal design)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from calib.estimation.problem import Problem
from calib.estimation.solver import Solution, target_equations
from calib.estimation.tangent import AXES
from calib.targets.detections import Floats
from sensorann.geometry import Transform

_RANGES = (3.0, 5.0, 8.0, 12.0, 20.0)
_AZIMUTHS = np.deg2rad([-45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0])
_HEIGHTS = (-0.5, 0.0, 0.5, 1.0, 2.0)


@dataclass(frozen=True, eq=False, slots=True)
class Placement:
    """The most informative place of a grid.

    Attributes
    ----------
    point_target : (3,) metres, frame of the target sensor
    axis : name of the axis whose sigma shrinks most
    sigma_share : its sigma afterwards over before
    """

    point_target: Floats
    axis: str
    sigma_share: float


def next_placement(problem: Problem, solution: Solution, *, before: Floats) -> Placement:
    """Choose the place that shrinks the volume of the 95 % ellipsoid most.

    Parameters
    ----------
    problem, solution : the targets so far, and the pose they give
    before : (6, 6) covariance of what was known without targets; keeps unseen directions finite
    """
    points = _places(problem, solution)
    told = information_of_places(problem, solution.target_from_source, points)
    now = solution.data_information + np.linalg.inv(before)
    # All places go through one product, in units of the present ellipsoid.
    determinants = np.linalg.slogdet(now + told)[1]
    best = int(determinants.argmax())
    sigmas = np.sqrt(np.diag(np.linalg.inv(now)))
    after = np.sqrt(np.diag(np.linalg.inv(now + told[best])))
    axis = int((after / sigmas).argmin())
    return Placement(points[best], AXES[axis], float(after[axis] / sigmas[axis]))


def _places(problem: Problem, solution: Solution) -> Floats:
    """Points (M, 3) of a grid that both sensors see, and the places of the targets so far."""
    pose = solution.target_from_source
    taken = pose.apply(solution.points)
    grid = _grid()
    # Farther out than any target so far nobody knows the sensors' noise.
    near = np.linalg.norm(grid, axis=1) <= max(np.linalg.norm(taken, axis=1).max(), _RANGES[1])
    seen = problem.target.sees(grid) & problem.source.sees(pose.inverse().apply(grid))
    again = problem.target.sees(taken) & problem.source.sees(solution.points)
    return np.concatenate([grid[near & seen], taken[again]])


def information_of_places(problem: Problem, target_from_source: Transform, points_target: Floats) -> Floats:
    """Information (M, 6, 6) of the pose in a target at each of points (M, 3), seen without noise by both sensors."""
    points = target_from_source.inverse().apply(points_target)
    return target_equations(problem.imagined(points, points_target), target_from_source, points)[0]


def _grid() -> Floats:
    rows = [
        (distance * np.cos(azimuth), distance * np.sin(azimuth), height)
        for distance, azimuth, height in product(_RANGES, _AZIMUTHS, _HEIGHTS)
    ]
    return np.array(rows)
