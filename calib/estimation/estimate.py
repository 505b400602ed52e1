"""From detections to a pose with everything a user must know to trust it, or not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calib.estimation.bending import widened_by_bending
from calib.estimation.doubts import (
    doubt_modes,
    doubt_noises,
    doubt_number,
    doubt_place,
    doubt_prior,
    doubt_upright,
)
from calib.estimation.leveling import is_flat_radar, leveled_solution
from calib.estimation.modes import Mode, find_modes
from calib.estimation.noises import Noises
from calib.estimation.observability import Observability, explain, observe, stated_covariance
from calib.estimation.placement import Placement, next_placement
from calib.estimation.problem import Problem
from calib.estimation.robust import Rejection, RobustFit, fit_robustly, rejections
from calib.estimation.scatter import widened_by_blocks
from calib.estimation.solver import Solution
from calib.estimation.stability import Stability, steps_without_one, try_parts
from calib.estimation.start import consensus_start
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Estimate:
    """Where the source sensor sits in the frame of the target sensor.

    Attributes
    ----------
    source, target : names of the frames
    target_from_source : Transform
    covariance : (6, 6) float64 over (roll, pitch, yaw, x, y, z) in the target frame, radians and metres: rotation
        vector from the left, then the shift of the source's origin; the prior included, else a glance (10 degrees, 1 m)
        where the targets say nothing
    mounting : roughly how the source sits, which angles are shown against
    problem : all targets given, and the prior
    inliers : (M,) bool, targets used
    solution : the best mode
    noise_scale : root mean square of the residuals over the stated noise
    noisier : by what factor kinds of numbers are noisier than stated, beyond chance; the covariance is widened by them
    seen : Observability
    modes : poses within the 95 % limit, the best first
    rejected : targets left out, with the reason
    stability : Stability
    next_target : Placement
    warnings : sentences, empty when nothing is in doubt
    lens_covariance : (6, 6), the part of the covariance that comes from that of the camera's lens; None where the lens
        is taken to be exact
    """

    source: str
    target: str
    target_from_source: Transform
    covariance: Floats
    mounting: Transform
    problem: Problem
    inliers: NDArray[np.bool_]
    solution: Solution
    noise_scale: float
    noisier: Noises
    seen: Observability
    modes: tuple[Mode, ...]
    rejected: tuple[Rejection, ...]
    stability: Stability
    next_target: Placement
    warnings: tuple[str, ...]
    lens_covariance: Floats | None = None

    @property
    def sigmas(self) -> Floats:
        """Standard deviations (6,) over (roll, pitch, yaw, x, y, z)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def trustworthy(self) -> bool:
        """Tell whether nothing is in doubt."""
        return not self.warnings


def estimate(problem: Problem, mounting: Transform, *, kind: str = "target") -> Estimate:
    """Estimate the pose of the source sensor in the frame of the target sensor.

    Parameters
    ----------
    problem : Problem
    mounting : Transform
        Roughly how the source sits in the target frame; the search starts from the prior where there is one.
    kind : what a target is called in the warnings

    Raises
    ------
    CalibrationError
        When the targets are too few for any pose, or no pose fits most of them.
    """
    _refuse_too_few(problem, kind)
    fit = _fit(problem, mounting if problem.prior is None else problem.prior.target_from_source)
    modes = find_modes(fit)
    best = modes[0].solution
    honest = _least_knowing(fit, best)
    data = honest.data_information / max(fit.noise_scale, 1.0) ** 2
    seen = observe(data, problem.prior)
    doubts = [
        explain(seen, honest.target_from_source.apply(honest.points), flat_radar=is_flat_radar(problem), kind=kind),
        doubt_modes(modes),
        doubt_noises(fit.stated_scale, fit.noisier),
        doubt_prior(problem, best),
        doubt_upright(problem, best, mounting),
        doubt_number(fit, kind),
        "" if seen.weak_axes else doubt_place(fit, kind),
    ]
    return Estimate(
        source=problem.source_name,
        target=problem.target_name,
        target_from_source=best.target_from_source,
        covariance=_covariance(data, fit, best, seen),
        mounting=mounting,
        problem=problem,
        inliers=fit.inliers,
        solution=best,
        noise_scale=fit.stated_scale,
        noisier=fit.noisier,
        seen=seen,
        modes=modes,
        rejected=rejections(problem, fit),
        stability=try_parts(fit.problem, best),
        next_target=next_placement(fit.problem, honest, before=seen.before),
        warnings=tuple(doubt for doubt in doubts if doubt),
    )


def _fit(problem: Problem, mounting: Transform) -> RobustFit:
    try:
        return fit_robustly(problem, consensus_start(problem, mounting, height_known=problem.prior is not None))
    except CalibrationError as error:
        if problem.prior is None:
            raise
        reversed_prior = replace(problem.prior, target_from_source=problem.prior.target_from_source.inverse())
        try:
            fit_robustly(replace(problem, prior=reversed_prior), reversed_prior.target_from_source)
        except CalibrationError:
            raise error from None
        raise CalibrationError(
            f"the targets fit the inverse of the prior: it must map {problem.source_name} to {problem.target_name}"
        ) from error


def _covariance(data: Floats, fit: RobustFit, best: Solution, seen: Observability) -> Floats:
    covariance = stated_covariance(data, fit.problem.prior)
    # A drawing keeps the pose where the equations are straight; of lost directions the covariance is a glance anyway.
    told = fit.problem.prior is None and not seen.weak_axes
    if told:
        covariance = widened_by_bending(covariance, fit.problem, best)
    if len(fit.problem.groups) == len(fit.problem):
        return covariance
    # Points of one board err alike: a lens and edges are off by nearly the same for all of them.
    return widened_by_blocks(covariance, steps_without_one(fit.problem, best))


def _least_knowing(fit: RobustFit, best: Solution) -> Solution:
    """Take the flat arrangement where it is not excluded: the best fit claims to know more than the targets tell."""
    leveled = leveled_solution(fit) if is_flat_radar(fit.problem) else None
    return best if leveled is None else leveled


def _refuse_too_few(problem: Problem, kind: str) -> None:
    if problem.prior is None and problem.n_equations < 6:
        raise CalibrationError(
            f"{len(problem)} {kind}s give {problem.n_equations} equations for the 6 unknowns of a pose: record more "
            "(10 or more let wrong ones be found), or give a prior"
        )
    if not len(problem):
        raise CalibrationError(f"no {kind} was seen by both {problem.source_name} and {problem.target_name}")
