"""OpenLABEL's coordinate systems and streams: quaternions are x, y, z, w, or 4 x 4 matrices; the vehicle is `ego`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sensorann.formats.openlabel.node import SCHEMA_VERSION, load
from sensorann.formats.openlabel.rig import read_camera, read_transform, write_camera, write_transform
from sensorann.formats.rigs.document import EGO, Intrinsics, Placement, RigDocument
from sensorann.formats.strict_json import write_json
from sensorann.geometry import Transform

NAME = "openlabel"
ENDINGS = (".json",)
LANDMARK = "JSON with openlabel.coordinate_systems"


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is OpenLABEL with coordinate systems."""
    return path.suffix == ".json" and '"openlabel"' in text and '"coordinate_systems"' in text


def read(path: Path) -> RigDocument:
    """Read the systems that stand in another, the world's left out, and the lenses of the streams."""
    root = load(path)
    systems = dict(root.section("coordinate_systems"))
    kinds = {name: system.require("type").text() for name, system in systems.items()}
    names = {name: EGO if kind == "local_cs" else name for name, kind in kinds.items()}
    lenses, to_centers = {}, {}
    for name, stream in root.section("streams"):
        if stream.get("stream_properties") is not None and stream.require("type").value == "camera":
            camera, to_centers[name] = read_camera(stream)
            lenses[name] = Intrinsics.of(camera)
    placements = []
    for name, system in systems.items():
        parent, pose = system.require("parent").text(), system.get("pose_wrt_parent")
        if not parent or pose is None or kinds.get(parent) == "scene_cs":
            continue
        center = to_centers.get(name, Transform.identity()).inverse()
        placements.append(Placement(names.get(parent, parent), names[name], read_transform(pose) @ center))
    with root.explaining("systems that stand in one other"):
        return RigDocument(placements=tuple(placements), lenses=lenses)


def write(document: RigDocument, path: Path) -> None:
    """Write the systems, and streams for the cameras."""
    by_child = {placed.child: placed for placed in document.placements}
    systems: dict[str, Any] = {}
    for name in document.frames:
        placed = by_child.get(name)
        systems[name] = {
            "type": "local_cs" if name == EGO else "sensor_cs",
            "parent": "" if placed is None else placed.parent,
            "children": [other.child for other in document.placements if other.parent == name],
            **({} if placed is None else {"pose_wrt_parent": write_transform(placed.parent_from_child)}),
        }
    streams = {
        name: {"type": "camera", "stream_properties": write_camera(lens.camera())}
        for name, lens in document.lenses.items()
    }
    root = {"metadata": {"schema_version": SCHEMA_VERSION}, "coordinate_systems": systems, "streams": streams}
    write_json(path, {"openlabel": root})
