"""A camera refined by edges as a file that `--rig` takes, and in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from calib.edges.camera_edges import AXES, CameraTurn
from calib.estimation.pose_words import REPEATS
from sensorann import __version__
from sensorann.formats.rigs.own import FORMAT_VERSION, pose_members


def camera_turn_document(found: CameraTurn) -> dict[str, Any]:
    """Return what the calibration file holds of a refined camera."""
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "source": found.camera,
        "target": "ego",
        "target_from_source": pose_members(found.ego_from_sensor),
        "meaning": f"maps points of {found.camera} into ego; quaternion w first; the place is the rig's",
        "turn": {
            "meaning": "rotation vector about x, y, z of the camera from the rig's direction to the one found, radians",
            "vector_rad": found.turn.tolist(),
            "sigmas_rad": found.sigmas.tolist(),
        },
        "share_on_edges": {"rig": found.share_before, "found": found.share, "peaks": found.peaks.tolist()},
        "pictures": found.n_pictures,
        "warnings": list(found.warnings),
    }


def camera_turn_summary(found: CameraTurn) -> str:
    """Describe a refined camera: the turn with its sigmas, and how sharply the edges tell it."""
    lines = [f"{found.camera}: {found.n_points} outlines on edges of {found.n_pictures} pictures"]
    for name, value, sigma, peak in zip(
        AXES, np.rad2deg(found.turn), np.rad2deg(found.sigmas), found.peaks, strict=True
    ):
        lines.append(f"  turned about {name:<10} by {value:+.3f} deg  sigma {sigma:.3f}  (peak {peak:.2f})")
    lines.append(f"share of outlines on edges: {found.share_before:.1%} by the rig, {found.share:.1%} as found")
    lines.append(REPEATS)
    return "\n".join([*lines, *(f"doubt: {warning}" for warning in found.warnings)])
