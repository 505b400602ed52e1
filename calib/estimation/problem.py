"""Two sensors that saw the same points: what a pose between them costs, and the linear equations around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calib.estimation.levenberg import solvable
from calib.estimation.noises import Noises, freedoms, larger_noises, of_sensor
from calib.estimation.tangent import cross_matrices, difference, difference_jacobian
from calib.targets.detections import Detections, Floats
from sensorann.errors import ArgumentError
from sensorann.geometry import Transform
from sensorann.geometry.arrays import as_array, frozen


@dataclass(frozen=True, eq=False, slots=True)
class Prior:
    """What is known of the pose before any target: a CAD drawing or a tape measure.

    Attributes
    ----------
    target_from_source : Transform
    covariance : (6, 6) float64 over (roll, pitch, yaw, x, y, z) in the target frame: radians and metres
    """

    target_from_source: Transform
    covariance: Floats

    def __post_init__(self) -> None:
        covariance = as_array(self.covariance, (6, 6), np.float64, name="covariance of the prior", finite=True)
        if not np.allclose(covariance, covariance.T) or np.linalg.eigvalsh(covariance).min() <= 0:
            raise ArgumentError("covariance of the prior must be symmetric and positive definite")
        object.__setattr__(self, "covariance", frozen(covariance))

    @classmethod
    def from_sigmas(cls, target_from_source: Transform, *, rotation: float, translation: float) -> Prior:
        """Take one standard deviation for the three angles (radians) and one for the three positions (metres)."""
        return cls(target_from_source, np.diag([rotation**2] * 3 + [translation**2] * 3))

    def cost(self, pose: Transform) -> float:
        """Squared whitened distance of a pose from this one."""
        off = difference(pose, self.target_from_source)
        return float(off @ np.linalg.solve(self.covariance, off))

    def equations(self, pose: Transform) -> tuple[Floats, Floats]:
        """Information (6, 6) and gradient (6,) at a pose."""
        off = difference(pose, self.target_from_source)
        by_pose = difference_jacobian(pose, self.target_from_source)
        weighted = by_pose.T @ np.linalg.inv(self.covariance)
        return weighted @ by_pose, weighted @ off


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Problem:
    """Points seen by a source sensor and by a target sensor, and what is known before.

    Attributes
    ----------
    source, target : detections of the same N points
    source_name, target_name : names of the frames
    groups : (N,) intp, the physical target that a point belongs to, counted from 0: judged and rejected as a whole
    names : names of the physical targets
    prior : Prior, or None
    """

    source: Detections
    target: Detections
    source_name: str
    target_name: str
    groups: NDArray[np.intp]
    names: tuple[str, ...]
    prior: Prior | None = None

    def __post_init__(self) -> None:
        if len(self.source) != len(self.target):
            raise ArgumentError(
                f"{self.source_name} and {self.target_name} must have seen the same targets, "
                f"got {len(self.source)} and {len(self.target)} detections"
            )
        groups = as_array(self.groups, (len(self.source),), np.intp, name="groups")
        if len(groups) and not np.array_equal(np.unique(groups), np.arange(len(self.names))):
            raise ArgumentError(f"every one of the {len(self.names)} targets must have a detection")
        object.__setattr__(self, "groups", frozen(groups))

    def __len__(self) -> int:
        """Count the physical targets."""
        return len(self.names)

    @property
    def n_equations(self) -> int:
        """Equations that remain for the pose once each point has taken its three."""
        per_point = len(self.source.coordinates) + len(self.target.coordinates) - 3
        return per_point * len(self.source)

    def keep(self, kept: NDArray[np.bool_]) -> Problem:
        """Keep some of the physical targets."""
        rows = kept[self.groups]
        numbers = np.cumsum(kept) - 1
        return replace(
            self,
            source=self.source.select(rows),
            target=self.target.select(rows),
            groups=numbers[self.groups[rows]],
            names=tuple(name for name, keep in zip(self.names, kept, strict=True) if keep),
        )

    def noisier(self, noises: Noises) -> Problem:
        """Return the same problem with larger sigmas."""
        return replace(
            self,
            source=self.source.noisier(of_sensor(noises, self.source_name)),
            target=self.target.noisier(of_sensor(noises, self.target_name)),
        )

    def larger_noises(self, pose: Transform, points: Floats, information: Floats) -> dict[tuple[str, str], float]:
        """Return what is noisier than stated, as the residuals of a solution tell."""
        residuals, by_pose, by_points = self.compare(pose, points)
        roots = np.linalg.cholesky(solvable(by_points.transpose(0, 2, 1) @ by_points))
        own = np.linalg.solve(roots, by_points.transpose(0, 2, 1)).transpose(0, 2, 1)
        left = freedoms(by_pose - own @ (own.transpose(0, 2, 1) @ by_pose), own, information)
        k = len(self.source.coordinates)
        return {
            **larger_noises(self.source_name, self.source.coordinates, residuals[:, :k], left[:, :k]),
            **larger_noises(self.target_name, self.target.coordinates, residuals[:, k:], left[:, k:]),
        }

    def imagined(self, points_source: Floats, points_target: Floats) -> Problem:
        """Return the same sensors with exact detections of other points (M, 3), each a target of its own."""
        return replace(
            self,
            source=self.source.at(points_source),
            target=self.target.at(points_target),
            groups=np.arange(len(points_source)),
            names=tuple(map(str, range(len(points_source)))),
        )

    def compare(self, pose: Transform, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Compare both sensors with points (N, 3) in the source frame.

        Returns
        -------
        residuals (N, m), their derivatives by the pose (N, m, 6) and by the points (N, m, 3)
        """
        at_source, by_source = self.source.compare(points)
        turned = pose.rotate(points)
        at_target, by_target = self.target.compare(turned + pose.translation)
        # p = Exp(w) R x + t + shift, so dp/dw = -[R x]_x and dp/dshift = 1.
        by_pose = np.concatenate([-by_target @ cross_matrices(turned), by_target], axis=2)
        residuals = np.concatenate([at_source, at_target], axis=1)
        by_pose = np.concatenate([np.zeros((*at_source.shape, 6)), by_pose], axis=1)
        return residuals, by_pose, np.concatenate([by_source, by_target @ pose.rotation], axis=1)

    def middles(self, points: Floats) -> Floats:
        """Middle (len(self), 3) of the points (N, 3) of each physical target."""
        counts = np.bincount(self.groups, minlength=len(self))
        return np.stack([np.bincount(self.groups, column) / counts for column in points.T], axis=1)

    def chi2(self, pose: Transform, points: Floats) -> Floats:
        """Squared whitened residuals (len(self),) of each physical target."""
        at_source, _ = self.source.compare(points)
        at_target, _ = self.target.compare(pose.apply(points))
        per_point = (at_source**2).sum(axis=1) + (at_target**2).sum(axis=1)
        return np.asarray(np.bincount(self.groups, per_point, minlength=len(self)), np.float64)

    def prior_cost(self, pose: Transform) -> float:
        """Squared whitened distance from the prior; zero without one."""
        return 0.0 if self.prior is None else self.prior.cost(pose)

    def prior_equations(self, pose: Transform) -> tuple[Floats, Floats]:
        """Information (6, 6) and gradient (6,) of the prior; zeros without one."""
        return (np.zeros((6, 6)), np.zeros(6)) if self.prior is None else self.prior.equations(pose)

    def first_points(self, pose: Transform) -> Floats:
        """Points (N, 3) in the source frame to start from, as the better placed of the two sensors tells them."""
        at_source = self.source.positions()
        if at_source is not None:
            return at_source
        at_target = self.target.positions()
        if at_target is None:
            raise ArgumentError(f"neither {self.source_name} nor {self.target_name} measures distances")
        return pose.inverse().apply(at_target)


def single_points(
    source: Detections,
    target: Detections,
    *,
    source_name: str,
    target_name: str,
    names: Sequence[str] | None,
    prior: Prior | None,
) -> Problem:
    """Return the problem of targets that are one point each; they are called by their numbers where without names."""
    return Problem(
        source=source,
        target=target,
        source_name=source_name,
        target_name=target_name,
        groups=np.arange(len(source)),
        names=tuple(names) if names is not None else tuple(map(str, range(len(source)))),
        prior=prior,
    )
