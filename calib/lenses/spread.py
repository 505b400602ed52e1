"""What the uncertainty of a lens adds to a pose that was estimated with it: all targets share its error.

Residuals hardly show it: a focal length that is off moves a camera along its view, and every board with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from calib.estimation.estimate import Estimate
from calib.estimation.tangent import difference
from calib.lenses.models import camera_of, lens_parameters
from calib.targets.detections import Floats
from sensorann.geometry import Camera


@dataclass(frozen=True, eq=False, slots=True)
class KnownLens:
    """A lens, and how well it is known.

    Attributes
    ----------
    camera : Camera
    covariance : (4 + n, 4 + n) over fx, fy, cx, cy and the distortion; None where nobody stated one
    """

    camera: Camera
    covariance: Floats | None = None


def estimated_with(lens: KnownLens, again: Callable[[Camera], Estimate]) -> Estimate:
    """Estimate a pose, and add to its covariance how far lenses that are one standard deviation off move it.

    Parameters
    ----------
    lens : KnownLens
    again : estimates the pose with a lens
    """
    found = again(lens.camera)
    if lens.covariance is None:
        return found
    steps = [_nearest(again(camera), found) for camera in _one_sigma_off(lens.camera, lens.covariance)]
    told_by_lens = np.asarray(sum((np.outer(step, step) for step in steps), np.zeros((6, 6))))
    return replace(found, covariance=found.covariance + told_by_lens, lens_covariance=told_by_lens)


def _one_sigma_off(camera: Camera, covariance: Floats) -> list[Camera]:
    """Lenses that differ along each independent direction of what is known of them."""
    parameters, sigmas = lens_parameters(camera), np.sqrt(np.diag(covariance))
    # Pixels and coefficients meet in units of their sigmas; one that is held has none.
    units = np.where(sigmas > 0, sigmas, 1.0)
    variances, directions = np.linalg.eigh(covariance / np.outer(units, units))
    steps = (directions * np.sqrt(np.maximum(variances, 0.0))).T * units
    return [camera_of(parameters + step, model=camera.model, size=camera.size) for step in steps]


def _nearest(other: Estimate, found: Estimate) -> Floats:
    """Difference (6,) from an estimate to that pose of another that is nearest to it."""
    steps = [difference(mode.solution.target_from_source, found.target_from_source) for mode in other.modes]
    return min(steps, key=lambda step: float(step @ np.linalg.solve(found.covariance, step)))
