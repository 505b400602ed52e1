"""All sensors of a rig as a file that `--rig` takes, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from calib.estimation.pose_words import pose_document, pose_lines
from calib.rigs.joint import Joint
from sensorann import __version__
from sensorann.formats.rigs.own import FORMAT_VERSION


def joint_document(found: Joint) -> dict[str, Any]:
    """Return what the file of a rig holds: every frame in the root, with its covariance."""
    transforms = [
        pose_document(pose, found.covariances[name], frames=(name, found.root), weak=())
        for name, pose in found.root_from.items()
    ]
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "transforms": transforms,
        "loops": found.loops,
        "chance": found.chance,
        "pairs": [
            {"source": one.source, "target": one.target, "step": one.step.tolist(), "sigmas": one.sigmas}
            for one in found.misfits
        ],
        "warnings": list(found.warnings),
    }


def joint_summary(found: Joint) -> str:
    """Describe a rig: every frame with its sigmas, and how well the loops close."""
    return "\n".join(_lines(found))


def _lines(found: Joint) -> Iterator[str]:
    for name, pose in found.root_from.items():
        yield f"{name} in the frame of {found.root}"
        yield from pose_lines(pose, found.covariances[name], weak=())
    for one in found.misfits:
        turn, shift = np.rad2deg(np.linalg.norm(one.step[:3])), 100 * np.linalg.norm(one.step[3:])
        yield f"{one.source} in {one.target} moved by {turn:.2f} deg and {shift:.1f} cm ({one.sigmas:.1f} sigma)"
    if found.loops > 0:
        if found.repeated:
            yield "pairs from the same targets repeat their errors: the sigmas are those of the worst case"
        yield f"loops closed: {found.loops}; right pairs disagree as much with a chance of {found.chance:.2g}"
    yield from (f"doubt: {warning}" for warning in found.warnings)
