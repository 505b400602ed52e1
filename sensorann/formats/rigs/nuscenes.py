"""nuScenes' table calibrated_sensor.json with sensor.json beside it: every sensor placed in the ego frame.

Quaternions are w, x, y, z. The table knows no size of pictures and no distortion: nuScenes' are undistorted.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from sensorann.errors import FormatError
from sensorann.formats.nuscenes import tables
from sensorann.formats.openlabel.node import Node
from sensorann.formats.rigs.document import EGO, Intrinsics, Placement, RigDocument
from sensorann.formats.strict_json import write_json

NAME = "nuscenes"
FILE_NAME = "calibrated_sensor.json"
ENDINGS = (FILE_NAME,)
LANDMARK = f"{FILE_NAME} with sensor.json beside it"


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is the table, by its name."""
    return path.name == FILE_NAME and text.lstrip().startswith("[")


def read(path: Path) -> RigDocument:
    """Read the sensors of a table that holds each of them once."""
    calibrated, sensors = (tables.read_table(path.parent, name) for name in ("calibrated_sensor", "sensor"))
    placements, lenses = {}, {}
    for row in calibrated.rows.values():
        channel = tables.text(sensors.find(row, "sensor_token", of=path), "channel", path=sensors.path)
        if channel in placements:
            found = f"several of {channel}: name a scene, ROOT#SCENE, instead of the table"
            raise FormatError(path, "", expected="one calibration of each sensor", found=found)
        placements[channel] = Placement(EGO, channel, tables.pose(row, path=path))
        if row.get("camera_intrinsic"):
            lenses[channel] = _lens(Node(row["camera_intrinsic"], f"camera_intrinsic of {channel}", Node(None, path)))
    return RigDocument(placements=tuple(placements.values()), lenses=lenses)


def _lens(node: Node) -> Intrinsics:
    rows = [row.numbers(3) for row in node.elements()]
    with node.explaining("a matrix of 3 x 3 pixels"):
        return Intrinsics(matrix=np.array(rows), distortion=np.zeros(0))


def write(document: RigDocument, path: Path) -> None:
    """Write the table and its sensor.json; tokens follow from the names."""
    if path.name != FILE_NAME:
        raise FormatError(path, "", expected=f"a file named {FILE_NAME}", found=path.name)
    sensors, calibrated = [], []
    for name in document.frames:
        if name == EGO:
            continue
        pose = document.transform(EGO, name)
        if pose is None:
            raise FormatError(path, name, expected=f"a transform into {EGO}", found="none")
        lens = document.lenses.get(name)
        if lens is not None and (lens.model != "pinhole" or lens.distortion.any()):
            raise FormatError(path, name, expected="a camera without distortion", found="a distorted one")
        token = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        # A document knows what is a camera; for the rest the channel says it, as RADAR_FRONT does.
        kind = "camera" if lens is not None else "radar" if "radar" in name.lower() else "lidar"
        sensors.append({"token": token, "channel": name, "modality": kind})
        placed = {
            "translation": pose.translation.tolist(),
            "rotation": pose.quaternion_wxyz.tolist(),
            "camera_intrinsic": [] if lens is None else lens.matrix.tolist(),
        }
        calibrated.append({"token": token, "sensor_token": token, **placed})
    write_json(path.parent / "sensor.json", sensors)
    write_json(path, calibrated)
