"""Two LiDARs as a file, and in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from calib.estimation.pose_words import REPEATS, pose_document, pose_lines
from calib.lidars.lidar_lidar import LidarLidar
from calib.targets.detections import Floats
from sensorann import __version__
from sensorann.formats.rigs.own import FORMAT_VERSION


def lidar_lidar_document(found: LidarLidar) -> dict[str, Any]:
    """Return what the calibration file holds of two LiDARs."""
    frames = found.source, found.target
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        **pose_document(found.target_from_source, found.covariance, frames=frames, weak=found.seen.weak_axes),
        "overlap": found.overlap,
        "scatter_m": found.sigma,
        "instants": found.n_instants,
        "exchanged": found.exchanged.tolist(),
        "near_far": found.near_far.tolist(),
        "warnings": list(found.warnings),
    }


def lidar_lidar_summary(found: LidarLidar) -> str:
    """Describe an estimate: the pose with its sigmas, how much both see in common, what their surfaces do not tell."""
    return "\n".join(
        [
            f"{found.source} in the frame of {found.target}: {found.n_instants} instants, {len(found.offsets)} points",
            *pose_lines(found.target_from_source, found.covariance, weak=found.seen.weak_axes),
            f"{found.overlap:.0%} of the points lie on surfaces that {found.target} sees, within {found.sigma:.3f} m",
            f"with both exchanged the pose moves by {_length(found.exchanged)}, which is in the sigmas",
            f"near and far points tell poses that differ by {_length(found.near_far)}, which is in the sigmas",
            REPEATS,
            *(f"doubt: {warning}" for warning in found.warnings),
        ]
    )


def _length(step: Floats) -> str:
    return f"{np.rad2deg(np.linalg.norm(step[:3])):.2f} deg and {100 * np.linalg.norm(step[3:]):.1f} cm"
