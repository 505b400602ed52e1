"""A radar in the ego frame as a file, and in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from calib.radars.radar_ego import RadarEgo
from sensorann import __version__
from sensorann.formats.rigs.own import FORMAT_VERSION, pose_members
from sensorann.geometry.rotations import wrap_angle


def radar_document(found: RadarEgo) -> dict[str, Any]:
    """Return what the calibration file holds of a radar in the ego frame."""
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "source": found.sensor,
        "target": "ego",
        "target_from_source": pose_members(found.ego_from_sensor),
        "meaning": f"maps points of {found.sensor} into ego; quaternion w first; roll, pitch and z are the rig's",
        "yaw_rad": found.yaw,
        "place_m": found.place.tolist(),
        "sigmas": {"meaning": "of yaw (rad), x and y (m), by a block bootstrap", "values": found.sigmas.tolist()},
        "rig": {"yaw_rad": found.rig_pose.yaw, "place_m": found.rig_pose.translation[:2].tolist()},
        "scans": {"given": found.n_scans, "used": found.n_used},
        "warnings": list(found.warnings),
    }


def radar_summary(found: RadarEgo) -> str:
    """Describe a radar in the ego frame, beside what the rig says."""
    off = float(np.rad2deg(wrap_angle(found.yaw - found.rig_pose.yaw)))
    sigma = float(np.rad2deg(found.sigmas[0]))
    beside = f"{off:+.3f} deg or {abs(off) / sigma:.1f} sigma from the rig"
    lines = [
        f"{found.sensor} in the ego frame: {found.n_used} of {found.n_scans} scans",
        f"  yaw {np.rad2deg(found.yaw):9.3f} deg  sigma {sigma:.3f}  ({beside})",
    ]
    for axis, value, own, said in zip("xy", found.place, found.sigmas[1:], found.rig_pose.translation[:2], strict=True):
        lines.append(f"  {axis}   {value:9.3f} m    sigma {own:.3f}  (the rig says {said:.3f})")
    return "\n".join([*lines, *(f"doubt: {warning}" for warning in found.warnings)])
