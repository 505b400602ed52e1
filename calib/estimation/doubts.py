"""What puts an estimate in doubt, in words: small residuals alone do not prove a pose.

Every function returns one sentence, empty when there is nothing to doubt.
"""

from __future__ import annotations

import numpy as np

from calib.estimation.leveling import is_flat_radar
from calib.estimation.modes import Mode
from calib.estimation.noises import Noises, noises_text
from calib.estimation.observability import one_place
from calib.estimation.problem import Problem
from calib.estimation.robust import PRIOR_LIMIT, RobustFit, contradicts_prior
from calib.estimation.solver import Solution
from calib.estimation.tangent import AXES, difference
from sensorann.geometry import Transform

_LOUD = 1.5
_UPRIGHT_DEG = 45.0
# With fewer targets none can be outvoted.
_LEAST_VOTES = 3


def doubt_modes(modes: tuple[Mode, ...]) -> str:
    """Doubt a pose that is one of several."""
    if len(modes) == 1:
        return ""
    off = np.abs([difference(mode.solution.target_from_source, modes[0].solution.target_from_source) for mode in modes])
    reach = off.max(axis=0)
    shown = [f"{AXES[i]} by {np.rad2deg(reach[i]):.1f} degrees" for i in range(3) if reach[i] > np.deg2rad(1.0)]
    shown += [f"{AXES[i]} by {reach[i]:.2f} m" for i in range(3, 6) if reach[i] > 0.05]
    return (
        f"{len(modes)} poses fit about equally well; they differ in {', '.join(shown) or 'little'}: "
        "measure heights, or give a prior, to choose between them"
    )


def doubt_noises(scale: float, noisier: Noises) -> str:
    """Doubt residuals that the stated noise does not explain: all of them, or kinds of numbers."""
    if max([scale, *noisier.values()]) <= _LOUD:
        return ""
    whose = f" ({noises_text(noisier)})" if noisier else ""
    return (
        f"residuals are {scale:.1f} times the stated noise{whose}; the sigmas are widened by that, "
        "but look for a systematic cause"
    )


def doubt_prior(problem: Problem, best: Solution) -> str:
    """Doubt a prior, or targets, that contradict each other."""
    if not contradicts_prior(problem, best):
        return ""
    distance = problem.prior_cost(best.target_from_source)
    return f"the targets contradict the prior (chi-square {distance:.0f}, expected below {PRIOR_LIMIT:.0f})"


def doubt_upright(problem: Problem, best: Solution, mounting: Transform) -> str:
    """Doubt a sensor that comes out tilted: swapped sensors do, and a radar with left for right."""
    turn = best.target_from_source.rotation @ mounting.rotation.T
    tilt = float(np.rad2deg(np.arccos(np.clip(turn[2, 2], -1.0, 1.0))))
    if problem.prior is not None or tilt < _UPRIGHT_DEG:
        return ""
    mirrored = f", or is left taken for right in {problem.target_name}" if is_flat_radar(problem) else ""
    return (
        f"{problem.source_name} comes out tilted by {tilt:.0f} degrees from how it is usually mounted: do the axes of "
        f"both point as stated, are {problem.source_name} and {problem.target_name} swapped{mirrored}? "
        "A prior that agrees settles it"
    )


def doubt_number(fit: RobustFit, kind: str) -> str:
    """Doubt a pose of so few targets that a wrong one would not be seen."""
    used = len(fit.problem)
    if used >= _LEAST_VOTES:
        return ""
    return f"{used} {kind}{'s' if used > 1 else ''} cannot outvote a wrong one: record 10 or more"


def doubt_place(fit: RobustFit, kind: str) -> str:
    """Doubt a pose told from one place: what a lens or a board is off by there looks like a part of it."""
    extent = one_place(fit.solution.target_from_source.apply(fit.problem.middles(fit.solution.points)))
    if extent is None or len(fit.problem) == 1:
        return ""
    return (
        f"all {kind}s lie within {extent:.1f} m of one place: what a sensor is off by there looks like a part of the "
        "pose, and no residual shows it; spread them over the field of view"
    )
