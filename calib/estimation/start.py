"""Where the solver starts: the pose on which most targets agree, among poses that few targets fix each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calib.estimation.problem import Problem
from calib.targets.detections import Floats
from sensorann.geometry import Transform
from sensorann.geometry.rotations import rotations_from_yaws

# Axes x forward, y left, z up from camera axes (x right, y down, z forward), both looking the same way.
FORWARD_FROM_CAMERA = Transform(np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], np.float64), np.zeros(3))
_HYPOTHESES = 100
_SAMPLE = 3
# Metres by which a sensor of unknown height may sit above or below the other.
_HEIGHT_REACH = 1.5


def rigid_fit(source_points: Floats, target_points: Floats) -> Transform:
    """Fit the pose that carries points (N, 3) onto points (N, 3) by least squares (W. Kabsch, 1976)."""
    source_center, target_center = source_points.mean(axis=0), target_points.mean(axis=0)
    left, _, right = np.linalg.svd((target_points - target_center).T @ (source_points - source_center))
    # Without the sign the best orthogonal matrix may be a mirror.
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = left @ sign @ right
    return Transform(rotation, target_center - rotation @ source_center)


def planar_fit(source_points: Floats, target_points: Floats, mounting: Transform) -> Transform:
    """Fit yaw, x and y of a pose by least squares; roll, pitch and z are those of the mounting."""
    turned = mounting.rotate(source_points)[:, :2]
    center, aim = turned.mean(axis=0), target_points[:, :2].mean(axis=0)
    a, b = turned - center, target_points[:, :2] - aim
    yaw = float(np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum()))
    turn = rotations_from_yaws(yaw)
    return Transform(turn @ mounting.rotation, np.array([*(aim - turn[:2, :2] @ center), mounting.translation[2]]))


def consensus_start(problem: Problem, mounting: Transform, *, height_known: bool, seed: int = 0) -> Transform:
    """Choose among poses of three random targets each the one whose median misfit is least.

    The median needs no noise level and holds while fewer than half of the targets are wrong (P. Rousseeuw, Least
    Median of Squares, 1984).

    Parameters
    ----------
    problem : Problem
        Both sensors tell positions; without elevation the target sensor tells them in its plane only.
    mounting : Transform
        Roughly how the source sits; its roll, pitch and, where known, height are kept if the target is a radar
        without elevation.
    height_known : keep the z of the mounting instead of trying heights
    seed : of the random choice
    """
    source, target = problem.source.positions(), problem.target.positions()
    if source is None or target is None or len(problem) < _SAMPLE:
        return mounting
    flat = not {"z", "elevation"} & set(problem.target.coordinates)
    rng = np.random.default_rng(seed)
    best, best_misfit = mounting, _median_misfit(problem, mounting, source) if height_known else np.inf
    for _ in range(_HYPOTHESES):
        rows = np.isin(problem.groups, rng.choice(len(problem), _SAMPLE, replace=False))
        if flat:
            height = mounting.translation[2] + (0.0 if height_known else rng.uniform(-_HEIGHT_REACH, _HEIGHT_REACH))
            pose = _fit_in_plane(source[rows], target[rows], Transform(mounting.rotation, np.array([0.0, 0.0, height])))
        else:
            pose = rigid_fit(source[rows], target[rows])
        misfit = _median_misfit(problem, pose, source)
        if misfit < best_misfit:
            best, best_misfit = pose, misfit
    return best


def _fit_in_plane(source: Floats, target: Floats, mounting: Transform) -> Transform:
    """Planar fit, once slant ranges are cut down to what lies in the radar plane by heights that the source sees."""
    slant = np.linalg.norm(target, axis=1)
    heights = mounting.apply(source)[:, 2]
    in_plane = np.sqrt(np.maximum(slant**2 - heights**2, 0.0))
    return planar_fit(source, target * (in_plane / slant)[:, None], mounting)


def _median_misfit(problem: Problem, pose: Transform, source: Floats) -> float:
    residuals, _ = problem.target.compare(pose.apply(source))
    return float(np.median(_per_target(problem, (residuals**2).sum(axis=1))))


def _per_target(problem: Problem, per_point: Floats) -> NDArray[np.float64]:
    return np.asarray(np.bincount(problem.groups, per_point, minlength=len(problem)), np.float64)
