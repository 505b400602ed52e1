"""Where each sensor of a rig sits, roughly: one after the other, beside the one with which it shares most targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calib.estimation.doubts import doubt_modes
from calib.estimation.estimate import Estimate, estimate
from calib.estimation.problem import Problem
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.rigs.sightings import Sightings, seen_reflectors
from calib.targets.boards import split_boards
from calib.targets.detections import PointDetections
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform


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


def placed_by_pairs(sensors: Sequence[Sightings], *, names: Sequence[str], depth: float) -> list[Placed]:
    """Place all sensors, the root first.

    Raises
    ------
    CalibrationError
        When no target joins a sensor to the others, or those of a pair leave its pose open.
    """
    placed, waiting = [sensors[0]], list(sensors[1:])
    found = [Placed(sensors[0].name, sensors[0].name, (Transform.identity(),))]
    while waiting:
        beside, sensor = max(((a, b) for a in placed for b in waiting), key=lambda pair: _n_shared(*pair))
        if _n_shared(beside, sensor) == 0:
            raise CalibrationError(f"no target was seen by both {sensor.name} and any other sensor of the rig")
        found.append(_placed(sensor, beside, names, depth))
        placed.append(sensor)
        waiting.remove(sensor)
    return found


def _n_shared(a: Sightings, b: Sightings) -> int:
    return len(np.intersect1d(a.targets, b.targets))


def _placed(sensor: Sightings, beside: Sightings, names: Sequence[str], depth: float) -> Placed:
    # A radar is what the other is placed in: its own frame is level.
    turned = sensor.kind == "radar"
    source, target = (beside, sensor) if turned else (sensor, beside)
    found = _estimate(source, target, names, depth)
    if found.seen.weak_axes:
        raise CalibrationError(
            f"{found.warnings[0]}; or calibrate {source.name} and {target.name} with a drawing, and join the pairs"
        )
    poses = [mode.solution.target_from_source for mode in found.modes]
    return Placed(
        sensor.name,
        beside.name,
        tuple(pose.inverse() if turned else pose for pose in poses),
        # Which of several poses it is the whole rig tells.
        tuple(text for text in found.warnings if text != doubt_modes(found.modes)),
    )


def _estimate(source: Sightings, target: Sightings, names: Sequence[str], depth: float) -> Estimate:
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
    )
    if seen.positions() is None or target.detections.positions() is None:
        raise CalibrationError(
            f"pixels tell {source.name} beside {target.name} no place to start: let the camera place the boards"
        )
    mounting = Transform(_forward(target).rotation.T @ _forward(source).rotation, np.zeros(3))
    return estimate(problem, mounting)


def _forward(sensor: Sightings) -> Transform:
    return FORWARD_FROM_CAMERA if sensor.kind == "camera" else Transform.identity()
