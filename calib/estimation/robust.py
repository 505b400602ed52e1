"""An estimate that wrong detections do not pull: consensus, then a bounded loss, then least squares on what fits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calib.estimation.noises import Noises, times
from calib.estimation.problem import Prior, Problem
from calib.estimation.solver import Solution, solve
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

# A right target fails this bound once in a thousand.
_INLIER_QUANTILE = 0.999
_TRUSTED_SHARE = 0.6
NOISE_ROUNDS = 4
# Once in a thousand a right prior is that far off: six degrees of freedom.
PRIOR_LIMIT = float(stats.chi2.ppf(0.999, 6))
# Above this ratio of residuals to stated noise no target can be told from a wrong one.
LARGEST_NOISE_SCALE = 5.0


@dataclass(frozen=True, slots=True)
class Rejection:
    """A target that was left out.

    Attributes
    ----------
    name : of the target
    reason : which coordinate is off, by how many of its standard deviations
    """

    name: str
    reason: str


@dataclass(frozen=True, eq=False, slots=True)
class RobustFit:
    """Least squares on the targets that fit.

    Attributes
    ----------
    problem : the problem with these targets only, as noisy as their residuals say
    solution : Solution
    inliers : (M,) bool over the targets given
    noise_scale : how much larger the residuals are than the noise of the problem; 1 is as it says
    noisier : by what factor kinds of numbers are noisier than stated
    stated_scale : how much larger the residuals are than the stated noise
    """

    problem: Problem
    solution: Solution
    inliers: NDArray[np.bool_]
    noise_scale: float
    noisier: Noises
    stated_scale: float


def fit_robustly(problem: Problem, start: Transform) -> RobustFit:
    """Estimate the pose although some targets are wrong, and some numbers noisier than stated.

    Raises
    ------
    CalibrationError
        When no pose fits most of the targets.
    """
    noises: Noises = {}
    inliers, solution = _fit_inliers(problem, start)
    for _ in range(NOISE_ROUNDS):
        kept = problem.noisier(noises).keep(inliers)
        # Residuals of targets that contradict a prior tell that, and no noise.
        if contradicts_prior(problem, solution):
            break
        larger = kept.larger_noises(solution.target_from_source, solution.points, solution.information)
        if not larger:
            break
        noises = times(noises, larger)
        inliers, solution = _fit_inliers(problem.noisier(noises), solution.target_from_source)
    kept, stated = problem.noisier(noises).keep(inliers), problem.keep(inliers)
    cost = stated.chi2(solution.target_from_source, solution.points).sum() + stated.prior_cost(
        solution.target_from_source
    )
    return RobustFit(
        problem=kept,
        solution=solution,
        inliers=inliers,
        noise_scale=noise_scale(kept, solution.cost),
        noisier=noises,
        stated_scale=noise_scale(stated, float(cost)),
    )


def contradicts_prior(problem: Problem, solution: Solution) -> bool:
    """Tell whether the targets draw the pose farther from the prior than a right one lets them."""
    return problem.prior_cost(solution.target_from_source) > PRIOR_LIMIT


def _fit_inliers(problem: Problem, start: Transform) -> tuple[NDArray[np.bool_], Solution]:
    """Find the targets that fit (M,), and their least squares.

    The pose comes from Cauchy's loss on each target's chi-square, begun on the 60 % of targets that fit the start
    best; targets within the 99.9 % bound then give the least-squares answer.
    """
    at_start = solve(_held_at(problem, start), start).chi2
    trusted = at_start <= np.quantile(at_start, _TRUSTED_SHARE)
    begun = solve(problem.keep(trusted), start).target_from_source if _determined(problem.keep(trusted)) else start
    # The points begin where the held pose puts them: a point started on a wrong detection would not come back.
    solution = solve(problem, begun, cauchy=True, points=solve(_held_at(problem, begun), begun).points)
    inliers = np.ones(len(problem), np.bool_)
    for _ in range(3):
        chi2 = solve(_held_at(problem, solution.target_from_source), solution.target_from_source).chi2
        scale = _median_scale(problem, chi2)
        fitting = chi2 <= max(scale, 1.0) ** 2 * _bounds(problem)
        _refuse_misfit(problem, fitting, scale)
        if np.array_equal(fitting, inliers):
            break
        inliers = fitting
        solution = solve(problem.keep(inliers), solution.target_from_source)
    return inliers, solve(problem.keep(inliers), solution.target_from_source)


def noise_scale(problem: Problem, cost: float) -> float:
    """Root of chi-square over degrees of freedom; 1 where no equation is left over."""
    freedom = problem.n_equations - (6 if problem.prior is None else 0)
    return float(np.sqrt(cost / freedom)) if freedom > 0 else 1.0


def rejections(problem: Problem, fit: RobustFit) -> tuple[Rejection, ...]:
    """Say of each target left out which coordinate is off."""
    pose = fit.solution.target_from_source
    held = solve(_held_at(problem, pose), pose)
    # What a wrong detection claims is seen best from where the other sensor puts the point.
    source = problem.source.positions()
    points = held.points if source is None else source
    residuals, _ = problem.target.compare(pose.apply(points))
    found = []
    for number in np.flatnonzero(~fit.inliers):
        off = np.abs(residuals[problem.groups == number])
        _, coordinate = np.unravel_index(int(off.argmax()), off.shape)
        name = problem.target.coordinates[coordinate]
        text = f"{problem.target_name} {name} and {problem.source_name} disagree by {off.max():.1f} standard deviations"
        found.append(Rejection(problem.names[number], text))
    return tuple(found)


def _held_at(problem: Problem, pose: Transform) -> Problem:
    """The same problem with the pose nailed down, so that only the points move."""
    return replace(problem, prior=Prior.from_sigmas(pose, rotation=1e-9, translation=1e-9))


def _determined(problem: Problem) -> bool:
    return problem.prior is not None or problem.n_equations >= 6


def _equations(problem: Problem) -> Floats:
    """Equations (M,) that each target leaves for the pose."""
    per_point = len(problem.source.coordinates) + len(problem.target.coordinates) - 3
    return per_point * np.bincount(problem.groups).astype(np.float64)


def _bounds(problem: Problem) -> Floats:
    return np.asarray(stats.chi2.ppf(_INLIER_QUANTILE, _equations(problem)))


def _median_scale(problem: Problem, chi2: Floats) -> float:
    """Ratio of residuals to stated noise, by the median target: wrong targets do not raise it."""
    expected = stats.chi2.median(_equations(problem))
    return float(np.sqrt(np.median(chi2 / expected)))


def _refuse_misfit(problem: Problem, fitting: NDArray[np.bool_], scale: float) -> None:
    if scale > LARGEST_NOISE_SCALE:
        raise CalibrationError(
            f"no pose fits most of the {len(problem)} targets: half of them miss by more than {scale:.0f} times the "
            f"stated noise. Are {problem.source_name} and {problem.target_name} swapped, degrees taken for radians, "
            "left for right, or targets paired wrongly?"
        )
    if 2 * np.count_nonzero(fitting) <= len(problem):
        raise CalibrationError(
            f"only {np.count_nonzero(fitting)} of {len(problem)} targets agree on a pose: a majority is needed"
        )
