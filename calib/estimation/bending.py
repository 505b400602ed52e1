"""How far the targets let a pose go along the weakest direction, when the way there is no straight line.

A radar without elevation tells pitch and height to degrees and decimetres. So far out the equations bend: the poses
that fit about equally well lie along an arc, and the ellipsoid of the linear equations, which is thin across it, leaves
them out. What the arc departs from its chord is added to the covariance, as a scatter of its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from calib.estimation.observability import glance
from calib.estimation.problem import Prior, Problem
from calib.estimation.solver import Solution, solve
from calib.estimation.tangent import difference, moved
from calib.targets.detections import Floats

# Standard deviations to either side at which the arc is looked at.
_REACH = 1.5
_NAILED, _FREE = 1e-2, 1e2


def widened_by_bending(covariance: Floats, problem: Problem, best: Solution) -> Floats:
    """Add to a covariance (6, 6) what it leaves out beside the weakest direction.

    With s standard deviations along the direction the pose is off the straight line by s^2 times the bend; s is normal,
    so the mean of its fourth power is 3.

    Parameters
    ----------
    covariance : (6, 6) over (roll, pitch, yaw, x, y, z), of the targets alone
    problem : the targets used, without a prior
    best : their solution
    """
    step = _weakest(covariance)
    # In units of the covariance itself: the sigmas of good targets are ten thousand times smaller than a glance.
    held = _FREE**2 * covariance - (_FREE**2 - _NAILED**2) * np.outer(step, step)
    departures = []
    for side in (_REACH, -_REACH):
        start = moved(best.target_from_source, side * step)
        there = solve(replace(problem, prior=Prior(start, (held + held.T) / 2)), start).target_from_source
        departures.append(difference(there, best.target_from_source) - side * step)
    bend = (departures[0] + departures[1]) / (2 * _REACH**2)
    return np.asarray(covariance + 3.0 * np.outer(bend, bend))


def _weakest(covariance: Floats) -> Floats:
    """One standard deviation (6,) along the direction that is told least, in units of a glance."""
    root = np.linalg.cholesky(glance())
    whitening = np.linalg.inv(root)
    variances, directions = np.linalg.eigh(whitening @ covariance @ whitening.T)
    return np.asarray(root @ directions[:, -1] * np.sqrt(variances[-1]))
