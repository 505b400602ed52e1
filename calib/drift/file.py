"""What labels say of a camera, as a file and in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from calib.drift.finding import Drift
from calib.drift.radar import RadarDrift
from sensorann import __version__
from sensorann.formats.rigs.own import FORMAT_VERSION


def drift_document(found: Drift, camera: str) -> dict[str, Any]:
    """Return what a file holds of a check."""
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "camera": camera,
        "verdict": found.verdict,
        "turn": {
            "meaning": "rotation vector about x, y, z of the camera that carries its view to where it is now, radians",
            "vector_rad": found.turn.tolist(),
            "sigmas_rad": found.turn_sigmas.tolist(),
            "chance": found.turn_chance,
        },
        "delay": {
            "meaning": "by which the pictures are later than their timestamps, seconds, if that is the cause",
            "delay_s": found.delay,
            "sigma_s": found.delay_sigma,
            "chance": found.delay_chance,
        },
        "objects": found.n_objects,
        "pairs": found.n_pairs,
        "label_errors": [{"track": name, "miss_px": pixels} for name, pixels in found.label_errors],
    }


def drift_summary(found: Drift, camera: str) -> str:
    """Describe a check: the verdict, what led to it, and objects whose labels are to blame for themselves."""
    turn, sigmas = np.rad2deg(found.turn), np.rad2deg(found.turn_sigmas)
    turned = ", ".join(
        f"{axis} {value:+.3f} +- {sigma:.3f}" for axis, value, sigma in zip("xyz", turn, sigmas, strict=True)
    )
    delay = f"{1e3 * found.delay:+.1f} +- {1e3 * found.delay_sigma:.1f} ms"
    lines = [
        f"{camera}: {found.verdict} ({found.n_objects} objects in {found.n_pairs} pairs of boxes)",
        f"  as a turn about its axes: {turned} deg (chance {found.turn_chance:.2g})",
        f"  as a late clock: {delay} (chance {found.delay_chance:.2g})",
    ]
    return "\n".join([*lines, *(f"label error: track {name} misses by {px:.0f} px" for name, px in found.label_errors)])


def radar_drift_document(found: RadarDrift, radar: str) -> dict[str, Any]:
    """Return what a file holds of a check of a radar."""
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "radar": radar,
        "verdict": found.verdict,
        "turn": {
            "meaning": "about z of the radar, to the left, since the rig was written, radians",
            "yaw_rad": found.yaw,
            "sigma_rad": found.sigma,
            "chance": found.chance,
        },
        "objects": found.n_objects,
        "pairs": found.n_pairs,
    }


def radar_drift_summary(found: RadarDrift, radar: str) -> str:
    """Describe a check of a radar."""
    yaw, sigma = np.rad2deg([found.yaw, found.sigma])
    return (
        f"{radar}: {found.verdict} ({found.n_objects} movers in {found.n_pairs} boxes with returns)\n"
        f"  turned about z by {yaw:+.3f} +- {sigma:.3f} deg (chance {found.chance:.2g})"
    )
