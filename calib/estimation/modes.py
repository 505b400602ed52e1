"""All poses that the targets allow: a radar without elevation often cannot tell above from below.

The solver is started from poses that the estimate could be mistaken for, and every minimum within the 95 % limit of
the best one is listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calib.estimation.robust import RobustFit
from calib.estimation.solver import Solution, solve
from calib.estimation.start import rigid_fit
from calib.estimation.tangent import difference, moved
from sensorann.geometry import Transform

# 95 % of chi-square with one degree of freedom: what separates two modes along the line that joins them.
MODE_LIMIT = 3.841
# Two minima are one when this many standard deviations apart or less.
_SAME_SIGMAS = 2.0
_TILT = np.deg2rad(12.0)
_HEIGHT = 0.6


@dataclass(frozen=True, eq=False, slots=True)
class Mode:
    """A minimum within the limit.

    Attributes
    ----------
    solution : Solution
    excess : chi-square above the best mode, in units of the residuals' own noise
    """

    solution: Solution
    excess: float


def find_modes(fit: RobustFit) -> tuple[Mode, ...]:
    """List the minima within the 95 % limit, the best first."""
    solutions = [fit.solution]
    for start in _starts(fit.solution):
        solution = solve(fit.problem, start)
        if solution.converged and not any(_same(solution, known) for known in solutions):
            solutions.append(solution)
    solutions.sort(key=lambda solution: solution.cost)
    # Stated noise that is too large would let in modes that the residuals exclude, too small would hide them.
    unit = fit.noise_scale**2 if fit.problem.n_equations > 12 else 1.0
    modes = [Mode(solution, (solution.cost - solutions[0].cost) / max(unit, 1e-12)) for solution in solutions]
    return tuple(mode for mode in modes if mode.excess < MODE_LIMIT)


def _starts(solution: Solution) -> list[Transform]:
    pose = solution.target_from_source
    tilts = [(_TILT, 0, 0, 0, 0, 0), (0, _TILT, 0, 0, 0, 0), (0, 0, 0, 0, 0, _HEIGHT)]
    starts = [moved(pose, sign * np.array(tilt)) for tilt in tilts for sign in (1.0, -1.0)]
    # Range and azimuth are blind to the sign of the height: the mirrored points are what it could be mistaken for.
    at_target = pose.apply(solution.points)
    mirrored = rigid_fit(solution.points, at_target * [1.0, 1.0, -1.0])
    return [mirrored, *starts]


def _same(a: Solution, b: Solution) -> bool:
    """Tell whether two minima are one by the more certain of both."""
    off = difference(a.target_from_source, b.target_from_source)
    return bool(max(off @ a.information @ off, off @ b.information @ off) < _SAME_SIGMAS**2)
