"""Whether the detections exclude that all targets lie in the radar plane.

Range and azimuth feel a height only by its square, so in a flat scene the best fit invents heights that fit the noise,
and the curvature around it claims to know roll, pitch and z. The honest curvature is the one at the flat arrangement.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats

from calib.estimation.problem import Prior, Problem
from calib.estimation.robust import RobustFit
from calib.estimation.solver import Solution, solve
from calib.estimation.start import planar_fit
from calib.estimation.tangent import cross_matrices
from calib.targets.detections import Floats
from sensorann.geometry import Transform

# A flat scene exceeds this once in ten thousand: 3 degrees of freedom, for roll, pitch and z.
_LIMIT = float(stats.chi2.ppf(0.9999, 3))
_NAILED = 1e-6
_FREE = 1e3


def leveled_solution(fit: RobustFit) -> Solution | None:
    """Solve for yaw, x and y with the targets as near to the radar plane as a rigid motion brings them.

    Returns
    -------
    Solution, with the information that the targets give there; None where the detections exclude it
    """
    problem, best = fit.problem, fit.solution
    mounting = _level(best.target_from_source, best.target_from_source.apply(best.points))
    positions = problem.target.positions()
    if positions is None:
        return None
    start = planar_fit(best.points, positions, mounting)
    nailed = Prior(start, np.diag([_NAILED**2, _NAILED**2, _FREE**2, _FREE**2, _FREE**2, _NAILED**2]))
    solution = solve(replace(problem, prior=nailed), start)
    pose = solution.target_from_source
    excess = solution.chi2.sum() + problem.prior_cost(pose) - best.cost
    return solution if excess < _LIMIT * max(fit.noise_scale, 1.0) ** 2 else None


def is_flat_radar(problem: Problem) -> bool:
    """Tell whether the target sensor is a radar without elevation, heights measured by hand or not."""
    return "range" in problem.target.coordinates and "elevation" not in problem.target.coordinates


def _level(pose: Transform, points_target: Floats) -> Transform:
    """Move a pose so that the plane through points (N, 3) becomes z = 0."""
    center = points_target.mean(axis=0)
    normal = np.linalg.svd(points_target - center)[2][2]
    normal = normal * (1.0 if normal[2] >= 0 else -1.0)
    # The smallest rotation that raises the normal to z.
    cross = cross_matrices(np.cross(normal, [0.0, 0.0, 1.0]))
    rotation = np.eye(3) + cross + cross @ cross / (1.0 + normal[2])
    return Transform(rotation, np.array([0.0, 0.0, -(rotation @ center)[2]])) @ pose
