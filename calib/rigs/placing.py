"""Where each sensor of a rig sits, roughly: one after the other, beside the one with which it shares most targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from calib.estimation.doubts import doubt_modes
from calib.estimation.estimate import Estimate, estimate
from calib.estimation.problem import Prior, Problem
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.rigs.drawings import Drawing
from calib.rigs.resection import resection
from calib.rigs.sightings import Sightings, seen_reflectors
from calib.targets.boards import split_boards
from calib.targets.detections import PointDetections
from calib.targets.pixel_detections import PixelDetections
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

# What a sensor tells of a target, in the order of what is placed in what.
_PIXELS, _POINTS, _HIGH_RADAR, _FLAT_RADAR = range(4)


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A sensor beside another.

    Attributes
    ----------
    name, beside : of both; the root stands beside itself
    modes : poses that map its points into the frame of the other
    doubts : sentences
    """

    name: str
    beside: str
    modes: tuple[Transform, ...]
    doubts: tuple[str, ...] = ()


def placed_by_pairs(
    sensors: Sequence[Sightings], *, names: Sequence[str], depth: float, drawings: Sequence[Drawing] = ()
) -> list[Placed]:
    """Place all sensors, the root first; those that need a drawing beside the one that it is of.

    Raises
    ------
    CalibrationError
        When no target joins a sensor to the others, or those of a pair leave its pose open.
    """
    placed, waiting = [sensors[0]], list(sensors[1:])
    found = [Placed(sensors[0].name, sensors[0].name, (Transform.identity(),))]
    while waiting:
        joined = [(a, b) for a in placed for b in waiting if _n_shared(a, b) > 0]
        if not joined:
            raise CalibrationError(f"no target was seen by both {waiting[0].name} and any other sensor of the rig")
        beside, sensor = max(joined, key=partial(_ease, drawings))
        found.append(_placed(sensor, beside, names, depth, _drawing_of(drawings, beside, sensor)))
        placed.append(sensor)
        waiting.remove(sensor)
    return found


def _ease(drawings: Sequence[Drawing], pair: tuple[Sightings, Sightings]) -> tuple[bool, bool, int]:
    drawn = _drawing_of(drawings, *pair) is not None
    return drawn, all(_rank(sensor) in (_POINTS, _HIGH_RADAR) for sensor in pair), _n_shared(*pair)


def _rank(sensor: Sightings) -> int:
    """What a sensor tells of a target: directions, points, points by a radar, or places in the plane of a radar."""
    told = set(sensor.detections.coordinates)
    if "u" in told:
        return _PIXELS
    if "x" in told:
        return _POINTS
    return _HIGH_RADAR if told & {"elevation", "height"} else _FLAT_RADAR


def _drawing_of(drawings: Sequence[Drawing], a: Sightings, b: Sightings) -> Drawing | None:
    return next((one for one in drawings if {one.source, one.target} == {a.name, b.name}), None)


def _n_shared(a: Sightings, b: Sightings) -> int:
    return len(np.intersect1d(a.targets, b.targets))


def _placed(
    sensor: Sightings, beside: Sightings, names: Sequence[str], depth: float, drawing: Drawing | None
) -> Placed:
    # A radar is what the other is placed in: its own frame is level; pixels are placed in what tells points.
    turned = _rank(sensor) > _rank(beside) if drawing is None else drawing.target == sensor.name
    source, target = (beside, sensor) if turned else (sensor, beside)
    found = _estimate(source, target, names, depth, None if drawing is None else drawing.prior)
    if found.seen.weak_axes and drawing is None:
        raise CalibrationError(f"{found.warnings[0]}; or give a drawing of {source.name} and {target.name}")
    poses = [mode.solution.target_from_source for mode in found.modes]
    return Placed(
        sensor.name,
        beside.name,
        tuple(pose.inverse() if turned else pose for pose in poses),
        # Which of several poses it is, and what is left to a drawing, the whole rig tells.
        tuple(text for text in found.warnings if text != doubt_modes(found.modes) and "not observable" not in text),
    )


def _estimate(
    source: Sightings, target: Sightings, names: Sequence[str], depth: float, prior: Prior | None
) -> Estimate:
    shared = np.intersect1d(source.targets, target.targets)
    both = np.isin(np.arange(len(names)), shared)
    source, target = source.keep(both), target.keep(both)
    seen, groups = source.detections, split_boards(source.targets)
    if target.kind == "radar" and source.kind != "radar" and len(groups) > len(shared):
        if not isinstance(seen, PointDetections):
            raise CalibrationError(
                f"pixels of {source.name} tell no reflectors behind boards: let the camera place the boards"
            )
        seen = seen_reflectors(seen, n_points=len(groups) // len(shared), depth=depth)
        groups = np.arange(len(shared))
    problem = Problem(
        source=seen,
        target=target.detections,
        source_name=source.name,
        target_name=target.name,
        groups=groups,
        names=tuple(names[i] for i in shared),
        prior=prior,
    )
    return estimate(problem, _mounting(source, target, problem))


def _mounting(source: Sightings, target: Sightings, problem: Problem) -> Transform:
    """Roughly how the source sits: as sensors that look the same way, or where its pixels come together."""
    if problem.prior is None and isinstance(problem.source, PixelDetections):
        points = problem.target.positions()
        if points is None or _rank(target) == _FLAT_RADAR:
            raise CalibrationError(
                f"pixels tell {source.name} beside {target.name} no place to start: let the camera place the boards, "
                "or give a drawing"
            )
        return resection(problem.source, points)
    return Transform(_forward(target).rotation.T @ _forward(source).rotation, np.zeros(3))


def _forward(sensor: Sightings) -> Transform:
    return FORWARD_FROM_CAMERA if sensor.kind == "camera" else Transform.identity()
