"""A pose with its covariance, as members of a file and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from calib.estimation.file import TANGENT
from calib.estimation.summary import TO_SHOWN, UNITS
from calib.estimation.tangent import AXES
from calib.targets.detections import Floats
from sensorann.formats.rigs.own import pose_members
from sensorann.geometry import Transform
from sensorann.geometry.rotations import angles_from_rotation

# A lens or beams that are off move all surfaces and outlines of a drive alike: no scatter between them shows it.
REPEATS = "sigmas say how well this repeats on such a drive; an error that all its sweeps share is not in them"


def pose_document(
    target_from_source: Transform, covariance: Floats, *, frames: tuple[str, str], weak: tuple[str, ...]
) -> dict[str, Any]:
    """Return the members of a calibration file that say where a source sits in a target, `frames` in that order."""
    source, target = frames
    return {
        "source": source,
        "target": target,
        "target_from_source": pose_members(target_from_source),
        "meaning": f"maps points of {source} into {target}; quaternion w first",
        "covariance": {"meaning": TANGENT, "frame": target, "matrix": covariance.tolist()},
        "not_observable": list(weak),
    }


def pose_lines(target_from_source: Transform, covariance: Floats, *, weak: tuple[str, ...]) -> Iterator[str]:
    """Describe each axis: roll, pitch, yaw about fixed x, y, z of the target, and the place."""
    angles = angles_from_rotation(target_from_source.rotation)
    values = np.concatenate([angles, target_from_source.translation]) * TO_SHOWN
    sigmas = np.sqrt(np.diag(covariance)) * TO_SHOWN
    for axis, unit, value, sigma in zip(AXES, UNITS, values, sigmas, strict=True):
        lost = "   not observable" if axis in weak else ""
        yield f"  {axis:<6}{value:10.3f} {unit:<3}  sigma {sigma:.3f}{lost}"
