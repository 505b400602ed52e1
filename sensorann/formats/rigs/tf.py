"""ROS static transforms (a tf2 TFMessage) as JSON: quaternions are x, y, z, w. No lenses."""

from __future__ import annotations

import logging
from pathlib import Path

from sensorann.formats.openlabel.node import Node
from sensorann.formats.openlabel.rig import read_transform
from sensorann.formats.rigs.document import Placement, RigDocument
from sensorann.formats.strict_json import read_json, write_json

NAME = "tf"
ENDINGS = (".json",)
LANDMARK = "JSON with transforms of frame_id and child_frame_id"
_logger = logging.getLogger(__name__)


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is a message of transforms."""
    return path.suffix == ".json" and '"child_frame_id"' in text


def read(path: Path) -> RigDocument:
    """Read the transforms: each places `child_frame_id` in `header.frame_id`."""
    root = Node(read_json(path), path)
    placements = tuple(_placement(node) for node in root.require("transforms").elements())
    with root.explaining("frames that are placed once"):
        return RigDocument(placements=placements, lenses={})


def write(document: RigDocument, path: Path) -> None:
    """Write the transforms; lenses have no place here."""
    if document.lenses:
        _logger.warning("%s: tf has no place for the lenses of %s", path, ", ".join(document.lenses))
    transforms = []
    for placed in document.placements:
        w, x, y, z = placed.parent_from_child.quaternion_wxyz.tolist()
        at = dict(zip("xyz", placed.parent_from_child.translation.tolist(), strict=True))
        transforms.append(
            {
                "header": {"frame_id": placed.parent},
                "child_frame_id": placed.child,
                "transform": {"translation": at, "rotation": {"x": x, "y": y, "z": z, "w": w}},
            }
        )
    write_json(path, {"transforms": transforms})


def _placement(node: Node) -> Placement:
    transform = node.require("transform")
    rotation, translation = transform.require("rotation"), transform.require("translation")
    members = {
        "quaternion": [rotation.require(axis).number() for axis in "xyzw"],
        "translation": [translation.require(axis).number() for axis in "xyz"],
    }
    return Placement(
        parent=node.require("header").require("frame_id").text(),
        child=node.require("child_frame_id").text(),
        parent_from_child=read_transform(Node(members, f"{node.where}.transform", Node(None, node.file))),
    )
