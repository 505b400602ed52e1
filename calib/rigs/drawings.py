"""What drawings say of the sensors of a rig before any target: two of them each, in the poses of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calib.estimation.observability import observe
from calib.estimation.problem import Prior
from calib.estimation.tangent import cross_matrices
from calib.targets.detections import Floats
from sensorann.geometry import Transform


@dataclass(frozen=True, eq=False, slots=True)
class Drawing:
    """Where one sensor sits on another, by a drawing or a tape.

    Attributes
    ----------
    source, target : names of both
    prior : target_from_source and its covariance
    """

    source: str
    target: str
    prior: Prior

    def pose(self, root_from: Mapping[str, Transform]) -> Transform:
        """Return target_from_source by the poses of all sensors."""
        return root_from[self.target].inverse() @ root_from[self.source]

    def slopes(self, root_from: Mapping[str, Transform]) -> dict[str, Floats]:
        """Derivatives (6, 6) of the motion of that pose by the motions of both sensors in the frame of the root."""
        back = root_from[self.target].rotation.T
        between = root_from[self.source].translation - root_from[self.target].translation
        by_source, by_target = np.zeros((6, 6)), np.zeros((6, 6))
        by_source[:3, :3] = by_source[3:, 3:] = back
        # R = T' Exp(-w) S and t = T' Exp(-w) (s - t - shift): turning the target turns what lies beside it.
        by_target[:3, :3] = by_target[3:, 3:] = -back
        by_target[3:, :3] = back @ cross_matrices(between)
        return {self.source: by_source, self.target: by_target}


def drawn_cost(drawings: Sequence[Drawing], root_from: Mapping[str, Transform]) -> float:
    """Squared whitened distances of the poses from what the drawings say."""
    return sum(drawing.prior.cost(drawing.pose(root_from)) for drawing in drawings)


def drawn_equations(
    drawings: Sequence[Drawing], root_from: Mapping[str, Transform], names: Sequence[str]
) -> tuple[Floats, Floats]:
    """Information (6 S, 6 S) and gradient (6 S,) of the drawings in the poses of the S sensors named, the root none."""
    first = {name: 6 * number for number, name in enumerate(names)}
    information, gradient = np.zeros((6 * len(names),) * 2), np.zeros(6 * len(names))
    for drawing in drawings:
        own, pull = drawing.prior.equations(drawing.pose(root_from))
        slopes = np.zeros((6, 6 * len(names)))
        for name, slope in drawing.slopes(root_from).items():
            if name in first:
                slopes[:, first[name] : first[name] + 6] = slope
        information += slopes.T @ own @ slopes
        gradient += slopes.T @ pull
    return information, gradient


def left_to_drawing(
    drawing: Drawing, root_from: Mapping[str, Transform], names: Sequence[str], covariance: Floats
) -> tuple[str, ...]:
    """Name the axes of which a drawing still says more than half.

    Parameters
    ----------
    drawing : one of those that took part
    root_from : poses of all sensors
    names : of those whose poses the covariance is of, in their order
    covariance : (6 S, 6 S) of the poses, drawings included
    """
    slopes = np.zeros((6, 6 * len(names)))
    for name, slope in drawing.slopes(root_from).items():
        if name in names:
            first = 6 * list(names).index(name)
            slopes[:, first : first + 6] = slope
    after = slopes @ covariance @ slopes.T
    told = np.linalg.inv(after) - np.linalg.inv(drawing.prior.covariance)
    return observe(told, drawing.prior).weak_axes
