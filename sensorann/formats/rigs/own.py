"""Calibration files of sensorann: one pair of sensors, one lens, or a whole rig; JSON with a `format_version`.

Quaternions are w, x, y, z. `target_from_source` maps points of the frame `source` into the frame `target`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np

from sensorann import __version__
from sensorann.formats.openlabel.node import Node
from sensorann.formats.openlabel.rig import unit_quaternion
from sensorann.formats.rigs.document import Intrinsics, Placement, RigDocument
from sensorann.formats.strict_json import read_json, write_json
from sensorann.geometry import Transform
from sensorann.geometry.cameras import CameraModel

NAME = "sensorann"
ENDINGS = (".json",)
LANDMARK = "JSON with a format_version"
FORMAT_VERSION = 1
# A lens file names no camera where its session did not.
UNNAMED_CAMERA = "camera"


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is one of ours."""
    return path.suffix == ".json" and '"format_version"' in text[:400]


def read(path: Path) -> RigDocument:
    """Read a pair, a lens, or a rig."""
    root = Node(read_json(path), path)
    version = root.require("format_version")
    if version.value != FORMAT_VERSION:
        raise version.refused(f"{FORMAT_VERSION} (a calibration file of this sensorann)")
    transforms, cameras = root.get("transforms"), root.section("cameras")
    placements = [_placement(node) for node in transforms.elements()] if transforms is not None else []
    lenses = {name: _lens(node) for name, node in cameras}
    if root.get("target_from_source") is not None:
        placements.append(_placement(root))
    if root.get("matrix") is not None:
        named = root.get("camera")
        lenses[UNNAMED_CAMERA if named is None else named.text()] = _lens(root)
    if not placements and not lenses:
        raise root.refused("target_from_source, transforms, cameras, or the matrix of a lens")
    with root.explaining("frames that are placed once"):
        return RigDocument(placements=tuple(placements), lenses=lenses)


def write(document: RigDocument, path: Path) -> None:
    """Write frames and lenses."""
    write_json(path, rig_members(document))


def rig_members(document: RigDocument) -> dict[str, Any]:
    """Return frames and lenses as the file holds them."""
    transforms = [
        {"source": placed.child, "target": placed.parent, "target_from_source": pose_members(placed.parent_from_child)}
        for placed in document.placements
    ]
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "meaning": "target_from_source maps points of source into target; quaternion w first; metres and pixels",
        "transforms": transforms,
        "cameras": {name: lens_members(lens) for name, lens in document.lenses.items()},
    }


def pose_members(pose: Transform) -> dict[str, list[float]]:
    """Write a transform as quaternion (w first) and translation."""
    return {"rotation_wxyz": pose.quaternion_wxyz.tolist(), "translation_m": pose.translation.tolist()}


def lens_members(lens: Intrinsics) -> dict[str, Any]:
    """Write a lens as model, size, matrix and distortion."""
    return {
        "model": lens.model,
        "size_px": None if lens.size is None else list(lens.size),
        "matrix": lens.matrix.tolist(),
        "distortion": lens.distortion.tolist(),
    }


def read_pose(node: Node) -> Transform:
    """Read a quaternion (w first) of length one and a translation.

    Raises
    ------
    FormatError
        When they are absent, empty, or no rigid motion.
    """
    return Transform.from_quaternion(
        unit_quaternion(node.require("rotation_wxyz")), node.require("translation_m").numbers(3)
    )


def _placement(node: Node) -> Placement:
    return Placement(
        parent=node.require("target").text(),
        child=node.require("source").text(),
        parent_from_child=read_pose(node.require("target_from_source")),
    )


def _lens(node: Node) -> Intrinsics:
    size = node.get("size_px")
    rows = [row.numbers(3) for row in node.require("matrix").elements()]
    stated = node.require("model")
    model = next((one for one in get_args(CameraModel) if one == stated.value), None)
    if model is None:
        raise stated.refused(f"one of {', '.join(get_args(CameraModel))}")
    with node.explaining("a lens"):
        return Intrinsics(
            matrix=np.array(rows),
            distortion=np.array(node.require("distortion").numbers()),
            model=model,
            size=None if size is None or size.value is None else read_size(size),
        )


def read_size(node: Node) -> tuple[int, int]:
    """Read width and height in pixels.

    Raises
    ------
    FormatError
        When they are no two whole numbers above 0.
    """
    edges = tuple(edge.integer() for edge in node.elements())
    if len(edges) != 2 or min(edges) < 1:
        raise node.refused("width and height in pixels, above 0")
    return edges


def read_edge(root: Node, *names: str) -> int:
    """Read one edge of pictures in pixels, from the first of several spellings.

    Raises
    ------
    FormatError
        When it is missing, or no whole number above 0.
    """
    node = next((found for found in map(root.get, names) if found is not None), None)
    if node is None or node.integer() < 1:
        raise (node or root).refused(f"{names[0]} in pixels, above 0")
    return node.integer()
