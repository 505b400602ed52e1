"""An estimate in words: what a person reads before trusting it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calib.estimation.estimate import Estimate
from calib.estimation.noises import noises_text
from calib.estimation.observability import listed
from calib.estimation.tangent import AXES
from calib.targets.detections import Floats
from sensorann.geometry import Transform

UNITS = ("deg", "deg", "deg", "m", "m", "m")
TO_SHOWN = np.array([np.rad2deg(1.0)] * 3 + [1.0] * 3)


def summary(found: Estimate) -> str:
    """Describe an estimate: the pose with its sigmas, what was left out, what is in doubt, what to record next."""
    return "\n".join(_lines(found))


def shown_pose(pose: Transform, mounting: Transform) -> Floats:
    """Roll, pitch, yaw (degrees, from the usual mounting, fixed axes x, y, z) and x, y, z (metres) of a pose."""
    turn = pose.rotation @ mounting.rotation.T
    pitch = np.arcsin(np.clip(-turn[2, 0], -1.0, 1.0))
    angles = [np.arctan2(turn[2, 1], turn[2, 2]), pitch, np.arctan2(turn[1, 0], turn[0, 0])]
    return np.concatenate([np.rad2deg(angles), pose.translation])


def shown_sigmas(found: Estimate) -> Floats:
    """Sigmas of roll, pitch, yaw (degrees) and x, y, z (metres)."""
    return np.asarray(found.sigmas * TO_SHOWN)


def _lines(found: Estimate) -> Iterator[str]:
    used, given = int(found.inliers.sum()), len(found.problem)
    yield f"{found.source} in the frame of {found.target}: {used} of {given} targets"
    yield "(angles about its x, y, z from the usual mounting; 95 % lie within two sigmas)"
    sigmas = shown_sigmas(found)
    for i, value in enumerate(shown_pose(found.target_from_source, found.mounting)):
        lost = "   not observable" if AXES[i] in found.seen.weak_axes else ""
        yield f"  {AXES[i]:<6}{value:10.3f} {UNITS[i]:<3}  sigma {sigmas[i]:.3f}{lost}"
    whose = f": {noises_text(found.noisier)}" if found.noisier else ""
    yield f"residuals {found.noise_scale:.2f} times the stated noise{whose}"
    if found.lens_covariance is not None:
        sigmas = np.sqrt(np.diag(found.lens_covariance))
        turn, shift = np.rad2deg(sigmas[:3].max()), 100 * sigmas[3:].max()
        yield f"of the sigmas the lens is to blame for up to {turn:.3f} deg and {shift:.1f} cm"
    yield from _stability(found)
    for item in found.rejected:
        yield f"left out {item.name}: {item.reason}"
    if len(found.modes) > 1:
        for number, mode in enumerate(found.modes):
            values = shown_pose(mode.solution.target_from_source, found.mounting)
            shown = ", ".join(f"{axis} {value:.2f}" for axis, value in zip(AXES, values, strict=True))
            yield f"pose {number + 1} that fits (chi-square +{mode.excess:.1f}): {shown}"
    for direction in found.seen.directions:
        if direction.weak:
            axes = listed(direction.axes(found.seen.before))
            yield f"weak direction of {axes}: {direction.share:.0%} of the sigma known before is left"
    for warning in found.warnings:
        yield f"doubt: {warning}"
    place = ", ".join(f"{value:.1f}" for value in found.next_target.point_target)
    axis, share = found.next_target.axis, 1.0 - found.next_target.sigma_share
    yield f"next target at x, y, z = {place} m of {found.target}: sigma of {axis} shrinks by {share:.0%}"


def _stability(found: Estimate) -> Iterator[str]:
    """Say what moves most without one target, and between two halves, in sigmas of the axis."""
    stability = found.stability
    yield f"without {stability.most_influential} the pose moves by {_largest(stability.leave_one_out, found)}"
    if stability.split_half is not None:
        yield f"two halves of the targets differ by {_largest(stability.split_half, found)}; 3 are usual, 6 are not"


def _largest(step: Floats, found: Estimate) -> str:
    axis = int(np.argmax(np.abs(step) / found.sigmas))
    value, sigmas = abs(step[axis]) * TO_SHOWN[axis], abs(step[axis]) / found.sigmas[axis]
    return f"{value:.3f} {UNITS[axis]} in {AXES[axis]} ({sigmas:.1f} sigma)"
