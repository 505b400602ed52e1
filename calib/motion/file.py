"""What the motions of two sensors say, as a file and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from calib.estimation.pose_words import pose_document, pose_lines
from calib.motion.clocks import Delay
from calib.motion.hand_eye import HandEye
from sensorann import __version__
from sensorann.formats.rigs.own import FORMAT_VERSION

_DELAY = "seconds by which the stamps of {first} are later than those of {second}, for the same instant"


def hand_eye_document(found: HandEye) -> dict[str, Any]:
    """Return what the calibration file holds of a hand-eye estimate."""
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        **pose_document(
            found.second_from_first, found.covariance, frames=(found.first, found.second), weak=found.seen.weak_axes
        ),
        "delay_meaning": _DELAY.format(first=found.first, second=found.second),
        "delay_s": found.delay,
        "delay_sigma_s": found.delay_sigma,
        "windows": found.n_windows,
        "warnings": list(found.warnings),
    }


def delay_document(found: Delay, first: str, second: str) -> dict[str, Any]:
    """Return what the file holds of a delay."""
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "delay_meaning": _DELAY.format(first=first, second=second),
        "delay_s": found.seconds,
        "delay_sigma_s": found.sigma,
        "likeness": found.likeness,
        "warnings": list(found.warnings),
    }


def hand_eye_summary(found: HandEye) -> str:
    """Describe a hand-eye estimate: the pose with its sigmas, the delay, and what the motions do not tell."""
    return "\n".join(_lines(found))


def delay_summary(found: Delay, first: str, second: str) -> str:
    """Describe a delay."""
    line = (
        f"the clock of {first} is {1e3 * found.seconds:+.2f} ms late against that of {second}, sigma "
        f"{1e3 * found.sigma:.2f} ms; speeds of turning alike by {found.likeness:.3f}"
    )
    return "\n".join([line, *(f"doubt: {warning}" for warning in found.warnings)])


def _lines(found: HandEye) -> Iterator[str]:
    yield f"{found.first} in the frame of {found.second}: motions of {found.n_windows} seconds"
    yield from pose_lines(found.second_from_first, found.covariance, weak=found.seen.weak_axes)
    yield f"the clock of {found.first} is {1e3 * found.delay:+.2f} ms late, sigma {1e3 * found.delay_sigma:.2f} ms"
    turn, place = found.sigmas_of_motion
    yield f"motions over a second differ by {np.rad2deg(turn):.3f} deg and {place:.3f} m"
    yield from (f"doubt: {warning}" for warning in found.warnings)
