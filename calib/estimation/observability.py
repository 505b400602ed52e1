"""Which directions of a pose the targets tell, and which they leave to what was known before; in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.estimation.problem import Prior
from calib.estimation.tangent import AXES
from calib.targets.detections import Floats

# Without a drawing a person can still say this much; beyond half of it the equations are no longer nearly linear.
GLANCE_ROTATION = np.deg2rad(10.0)
GLANCE_TRANSLATION = 1.0
# A direction is weak when the targets leave more than half of the sigma that was there before.
_WEAK_SHARE = 0.5
_PART_OF_DIRECTION = 0.4


@dataclass(frozen=True, eq=False, slots=True)
class Direction:
    """A combination of axes that the targets tell alone.

    Attributes
    ----------
    step : (6,) one standard deviation along it, radians and metres
    share : posterior over prior standard deviation; near 1 the targets said nothing
    """

    step: Floats
    share: float

    @property
    def weak(self) -> bool:
        """Tell whether more than half of the prior's sigma is left."""
        return self.share > _WEAK_SHARE

    def axes(self, before: Floats) -> tuple[str, ...]:
        """Names of the axes that take part, in units of what was known before (6, 6)."""
        parts = np.abs(self.step) / np.sqrt(np.diag(before))
        return tuple(AXES[i] for i in np.flatnonzero(parts >= _PART_OF_DIRECTION * parts.max()))


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Observability:
    """What the targets see.

    Attributes
    ----------
    sigmas : (6,) standard deviation per axis, radians and metres, the prior included; without one, the data alone
    shares : (6,) sigma per axis over what was known before
    directions : six independent directions, the weakest first
    before : (6, 6) covariance of what was known before: the prior, or a glance
    """

    sigmas: Floats
    shares: Floats
    directions: tuple[Direction, ...]
    before: Floats

    @property
    def weak_axes(self) -> tuple[str, ...]:
        """Axes that the targets do not tell."""
        return tuple(np.array(AXES)[self.shares > _WEAK_SHARE].tolist())


def glance() -> Floats:
    """Covariance (6, 6) of what a person sees without measuring: 10 degrees and 1 m."""
    return np.diag([GLANCE_ROTATION**2] * 3 + [GLANCE_TRANSLATION**2] * 3)


def observe(data_information: Floats, prior: Prior | None) -> Observability:
    """Weigh what the targets tell against what was known before.

    Whitened by what was known before, the information of the targets has eigenvalues m; along such a direction the
    sigma shrinks to 1 / sqrt(1 + m) of what it was. Radians and metres meet in these units and no others are needed.
    """
    before = glance() if prior is None else prior.covariance
    root = np.linalg.cholesky(before)
    told, directions = np.linalg.eigh(root.T @ data_information @ root)
    shares = 1.0 / np.sqrt(1.0 + np.maximum(told, 0.0))
    posterior = posterior_covariance(data_information, before)
    covariance = posterior if prior is not None else _inverse(data_information)
    return Observability(
        sigmas=np.sqrt(np.diag(covariance)),
        shares=np.sqrt(np.diag(posterior) / np.diag(before)),
        directions=tuple(
            Direction(root @ column * share, float(share)) for column, share in zip(directions.T, shares, strict=True)
        ),
        before=before,
    )


def posterior_covariance(data_information: Floats, before: Floats) -> Floats:
    """Covariance (6, 6) of the targets and what was known before together."""
    return np.asarray(np.linalg.inv(data_information + np.linalg.inv(before)))


def stated_covariance(data_information: Floats, prior: Prior | None) -> Floats:
    """Covariance (6, 6) of an estimate: with a prior that of both, without one that of the targets alone.

    A glance is no measurement, and the estimate does not use it: it only stands in along directions of which the
    targets tell less than it does, where their own curvature means nothing.
    """
    if prior is not None:
        return posterior_covariance(data_information, prior.covariance)
    return told_covariance(data_information, glance())


def told_covariance(information: Floats, before: Floats) -> Floats:
    """Covariance (n, n) of what is told alone, and of what was known before where less is told than that."""
    root = np.linalg.cholesky(before)
    told, directions = np.linalg.eigh(root.T @ information @ root)
    told = np.maximum(told, 0.0)
    weak = 1.0 / np.sqrt(1.0 + told) > _WEAK_SHARE
    variances = 1.0 / np.where(weak, 1.0 + told, np.maximum(told, 1e-12))
    axes = root @ directions
    return np.asarray((axes * variances) @ axes.T)


def _inverse(information: Floats) -> Floats:
    """Inverse of an information matrix; directions without any get a sigma that no one takes for a measurement."""
    values, vectors = np.linalg.eigh(information)
    return np.asarray((vectors / np.maximum(values, 1e-12)) @ vectors.T)


def listed(names: tuple[str, ...]) -> str:
    """Join names as a sentence does."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def explain(seen: Observability, points_target: Floats, *, flat_radar: bool, kind: str = "target") -> str:
    """Say in words what the targets do not tell, why, and what to record next; empty when they tell everything.

    Parameters
    ----------
    seen : Observability
    points_target : (N, 3), metres: the points in the frame of the target sensor
    flat_radar : the target sensor is a radar that measures no elevation
    kind : what a target is called
    """
    weak = seen.weak_axes
    if not weak:
        return ""
    return f"{listed(weak)} {'is' if len(weak) == 1 else 'are'} not observable: {_why(points_target, flat_radar, kind)}"


def one_place(points: Floats) -> float | None:
    """Return within how many metres points (N, 3) lie when that is one place as their sensor sees it, else None."""
    extent = float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())
    return extent if extent < 0.1 * float(np.median(np.linalg.norm(points, axis=1))) else None


def _why(points: NDArray[np.float64], flat_radar: bool, kind: str) -> str:
    ranges = np.linalg.norm(points, axis=1)
    extent = one_place(points)
    if extent is not None:
        return f"all {kind}s lie within {extent:.1f} m of one place; spread them over the field of view"
    elevation = float(np.sqrt(np.mean((points[:, 2] / ranges) ** 2)))
    if flat_radar and elevation < np.sin(np.deg2rad(3.0)):
        return f"every {kind} lies in the radar plane; measure their heights or place {kind}s above and below it"
    azimuths = np.arctan2(points[:, 1], points[:, 0])
    spread = float(np.rad2deg(np.ptp(azimuths)))
    if spread < 30.0:
        return f"all {kind}s lie within {spread:.0f} degrees of azimuth; spread them across the field of view"
    if flat_radar:
        return (
            f"a radar without elevation sees them only through targets far above or below its plane; place {kind}s "
            "higher, lower and nearer, measure their heights, or give a prior from a drawing"
        )
    return f"too few {kind}s for their noise; record more, or give a prior from a drawing"
