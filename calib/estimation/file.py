"""The calibration file: a pose with its covariance, and everything that puts it in doubt.

JSON with a `format_version`. Every direction and order is stated in the file itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calib.estimation.estimate import Estimate
from calib.estimation.noises import noises_document
from calib.estimation.tangent import AXES
from calib.targets.detections import Floats
from sensorann import __version__
from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.openlabel.node import Node
from sensorann.formats.rigs.own import FORMAT_VERSION, pose_members, read_pose
from sensorann.formats.strict_json import read_json, write_json
from sensorann.geometry import Transform

TANGENT = (
    "over roll, pitch, yaw (rotation vector about x, y, z of the target frame, radians: R' = Exp(w) R) "
    "and x, y, z (origin of the source in the target frame, metres)"
)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Calibration:
    """What a calibration file says.

    Attributes
    ----------
    source, target : names of the frames
    target_from_source : Transform
    covariance : (6, 6) float64 over (roll, pitch, yaw, x, y, z) in the target frame, radians and metres
    not_observable : axes that the targets do not tell
    warnings : sentences, empty when nothing is in doubt
    modes : poses that fit about equally well, the best first, each with its chi-square above the best
    targets : names of those used; empty where none are needed, or the file does not say
    """

    source: str
    target: str
    target_from_source: Transform
    covariance: Floats
    not_observable: tuple[str, ...]
    warnings: tuple[str, ...]
    modes: tuple[tuple[Transform, float], ...]
    targets: frozenset[str] = frozenset()


def document(found: Estimate) -> dict[str, Any]:
    """Return what the calibration file holds of an estimate."""
    stability = found.stability
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "source": found.source,
        "target": found.target,
        "target_from_source": pose_members(found.target_from_source),
        "meaning": f"maps points of {found.source} into {found.target}; quaternion w first",
        "covariance": {"meaning": TANGENT, "frame": found.target, "matrix": found.covariance.tolist()},
        "covariance_of_lens": None if found.lens_covariance is None else found.lens_covariance.tolist(),
        "not_observable": list(found.seen.weak_axes),
        "weak_directions": [
            {"axes": list(item.axes(found.seen.before)), "share_left": item.share}
            for item in found.seen.directions
            if item.weak
        ],
        "warnings": list(found.warnings),
        "targets": {
            "given": len(found.problem),
            "used": int(found.inliers.sum()),
            "names": [name for name, used in zip(found.problem.names, found.inliers, strict=True) if used],
        },
        "rejected": [{"name": item.name, "reason": item.reason} for item in found.rejected],
        "noise_scale": found.noise_scale,
        "noisier_than_stated": noises_document(found.noisier),
        "modes": [
            {**pose_members(mode.solution.target_from_source), "excess_chi2": mode.excess} for mode in found.modes
        ],
        "stability": {
            "most_influential": stability.most_influential,
            "leave_one_out": stability.leave_one_out.tolist(),
            "split_half": None if stability.split_half is None else stability.split_half.tolist(),
        },
        "next_target": {
            "point_m": found.next_target.point_target.tolist(),
            "axis": found.next_target.axis,
            "sigma_share": found.next_target.sigma_share,
        },
    }


def write_calibration(content: Mapping[str, Any], path: Path) -> None:
    """Write a calibration file (.json), whole or not at all: the document of a pair, a lens or a radar."""
    if path.suffix != ".json":
        raise ArgumentError(f"{path.name}: a calibration file ends in .json")
    write_json(path, content)


def read_calibration(path: Path) -> Calibration:
    """Read a calibration file.

    Raises
    ------
    MissingDataError
        When it is not there.
    FormatError
        When it is none, newer than this program, or holds no rotation or covariance.
    """
    root = read_json(path)
    version = root.get("format_version") if isinstance(root, dict) else None
    if version != FORMAT_VERSION:
        expected = f"{FORMAT_VERSION} (a calibration file of this sensorann)"
        raise FormatError(path, "format_version", expected=expected, found=repr(version))
    try:
        covariance = np.array(root["covariance"]["matrix"], np.float64)
        node = Node(root, path)
        pose = read_pose(node.require("target_from_source"))
        listed = node.get("modes")
        modes = (
            [] if listed is None else [(read_pose(one), float(one.value["excess_chi2"])) for one in listed.elements()]
        )
        calibration = Calibration(
            source=str(root["source"]),
            target=str(root["target"]),
            target_from_source=pose,
            modes=tuple(modes) or ((pose, 0.0),),
            covariance=covariance,
            not_observable=tuple(root["not_observable"]),
            warnings=tuple(root["warnings"]),
            targets=frozenset(map(str, root.get("targets", {}).get("names", ()))),
        )
    except KeyError as error:
        expected = "the calibration of a pair: source, target, target_from_source, covariance"
        raise FormatError(path, "", expected=expected, found=f"no member {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise FormatError(path, "", expected="the fields of a calibration file", found=f"{error}") from error
    if covariance.shape != (6, 6) or not np.isfinite(covariance).all():
        raise FormatError(path, "covariance.matrix", expected="6 x 6 numbers", found=f"shape {covariance.shape}")
    if not set(calibration.not_observable) <= set(AXES):
        raise FormatError(path, "not_observable", expected=f"names of {AXES}", found=f"{calibration.not_observable}")
    return calibration
