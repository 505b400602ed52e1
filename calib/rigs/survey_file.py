"""A check of a rig as a file and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from calib.rigs.survey import LEAST_SHIFT, LEAST_TURN, Axis, Checked, doubts_of_survey
from sensorann import __version__
from sensorann.formats.rigs.own import FORMAT_VERSION

LIMITS = (
    f"turns below {np.rad2deg(LEAST_TURN):g} deg and shifts below {100 * LEAST_SHIFT:g} cm are not called moved: what "
    "a lens or beams are off by looks the same"
)


def survey_document(checked: Sequence[Checked]) -> dict[str, Any]:
    """Return what a file holds of a check."""
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "meaning": "by how much each axis is off from the rig, radians and metres",
        "sensors": [
            {
                "sensor": one.sensor,
                "by": one.by,
                "verdict": one.verdict,
                "axes": [{"name": axis.name, "off": axis.off, "sigma": axis.sigma} for axis in one.axes],
                "reason": one.reason,
            }
            for one in checked
        ],
        "warnings": list(doubts_of_survey(checked)),
    }


def survey_summary(checked: Sequence[Checked]) -> str:
    """Describe a check: a verdict for each sensor, and by how much each axis is off."""
    lines = [f"{one.sensor}, by {one.by}: {one.verdict}\n  {axes_text(one) or one.reason}" for one in checked]
    doubts = [f"doubt: {text}" for text in doubts_of_survey(checked)]
    return "\n".join([*lines, *doubts, LIMITS])


def axes_text(one: Checked) -> str:
    """Say by how much each axis of a sensor is off, with its sigma."""
    return ", ".join(map(_axis_text, one.axes))


def _axis_text(axis: Axis) -> str:
    scale, unit = (100.0, "cm") if axis.is_place else (float(np.rad2deg(1.0)), "deg")
    return f"{axis.name} {scale * axis.off:+.2f} +- {scale * axis.sigma:.2f} {unit}"
