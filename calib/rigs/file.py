"""All sensors of a rig as a file that `--rig` takes, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from calib.estimation.noises import noises_document
from calib.estimation.pose_words import pose_document, pose_lines, shown_axes
from calib.estimation.tangent import AXES
from calib.rigs.joint import Joint
from calib.rigs.of_drive import HELD, DriveRig
from calib.rigs.rig import RigEstimate
from sensorann import __version__
from sensorann.formats.rigs import EGO
from sensorann.formats.rigs.own import FORMAT_VERSION, pose_members


def joint_document(found: Joint) -> dict[str, Any]:
    """Return what the file of a rig holds that comes from pairs."""
    return {
        **_frames(found),
        "loops": found.loops,
        "chance": found.chance,
        "pairs": [
            {"source": one.source, "target": one.target, "step": one.step.tolist(), "sigmas": one.sigmas}
            for one in found.misfits
        ],
        "warnings": list(found.warnings),
    }


def drive_rig_document(found: DriveRig) -> dict[str, Any]:
    """Return what the file of a rig holds that comes from an ordinary drive."""
    untold = [{"pair": item.name, "reason": item.reason} for item in found.untold]
    return {**joint_document(found.joint), "not_told": untold, "held_by_rig": list(found.held)}


def rig_document(found: RigEstimate) -> dict[str, Any]:
    """Return what the file of a rig holds that comes from targets."""
    return {
        **_frames(found),
        "noise_scale": found.noise_scale,
        "noisier_than_stated": noises_document(found.noisier),
        "sensors": [
            {"name": name, "used": used, "seen": seen, "noise": found.noises[name]}
            for name, (used, seen) in found.used.items()
        ],
        "rejected": [{"name": item.name, "reason": item.reason} for item in found.rejected],
        "modes": [
            {
                "excess_chi2": excess,
                "transforms": [
                    {"source": name, "target": found.root, "target_from_source": pose_members(pose)}
                    for name, pose in poses.items()
                ],
            }
            for poses, excess in found.modes
        ],
        "warnings": list(found.warnings),
    }


def _frames(found: Joint | RigEstimate) -> dict[str, Any]:
    """Return what the files of all rigs hold: every frame in the root, with its covariance."""
    transforms = [
        pose_document(pose, found.covariances[name], frames=(name, found.root), weak=())
        for name, pose in found.root_from.items()
    ]
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "transforms": transforms,
    }


def rig_summary(found: RigEstimate) -> str:
    """Describe a rig from targets: every sensor with its sigmas, what was left out, what else fits."""
    return "\n".join(_rig_lines(found))


def _rig_lines(found: RigEstimate) -> Iterator[str]:
    for name, pose in found.root_from.items():
        yield f"{name} in the frame of {found.root}"
        yield from pose_lines(pose, found.covariances[name], weak=())
    for name, (used, seen) in found.used.items():
        yield f"{name}: {used} of {seen} targets, residuals {found.noises[name]:.2f} times the stated noise"
    yield from (f"left out {item.name}: {item.reason}" for item in found.rejected)
    if len(found.modes) > 1:
        for number, (poses, excess) in enumerate(found.modes):
            shown = "; ".join(
                f"{name} {', '.join(f'{axis} {value:.2f}' for axis, value in zip(AXES, shown_axes(pose), strict=True))}"
                for name, pose in poses.items()
            )
            yield f"rig {number + 1} that fits (chi-square +{excess:.1f}): {shown}"
    yield from (f"doubt: {warning}" for warning in found.warnings)


def joint_summary(found: Joint) -> str:
    """Describe a rig: every frame with its sigmas, and how well the loops close."""
    return "\n".join(_lines(found))


def drive_rig_summary(found: DriveRig) -> str:
    """Describe a rig of an ordinary drive: as one of pairs, with the pairs that it does not tell."""
    untold = [f"not told, {item.name}: {item.reason}" for item in found.untold]
    held = [f"{name} is held in {EGO} by the rig, to {HELD}: nothing in the drive tells it" for name in found.held]
    return "\n".join([joint_summary(found.joint), *untold, *held])


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
