"""OpenCV's own YAML (`%YAML:1.0`) as its calibration sample writes it: one lens, no poses."""

from __future__ import annotations

import logging
from math import prod
from pathlib import Path

import cv2
import numpy as np

from sensorann.errors import FormatError
from sensorann.files import written_whole
from sensorann.formats.openlabel.node import Node
from sensorann.formats.rigs.document import Intrinsics, RigDocument
from sensorann.formats.rigs.own import read_edge
from sensorann.formats.rigs.plain_yaml import read_plain_yaml

NAME = "opencv"
ENDINGS = (".yaml", ".yml")
LANDMARK = "%YAML:1.0 with camera_matrix"
UNNAMED = "camera"
_logger = logging.getLogger(__name__)


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is one that OpenCV wrote."""
    return path.suffix in ENDINGS and ("!!opencv-matrix" in text or text.startswith("%YAML:1.0"))


def read(path: Path) -> RigDocument:
    """Read one lens; it is called `camera`, for the file has no name for it."""
    root = read_plain_yaml(path)
    coefficients = _numbers(root.require("distortion_coefficients"))
    has_size = root.get("image_width") is not None
    fisheye = root.get("fisheye_model")
    with root.explaining("a lens"):
        lens = Intrinsics(
            matrix=np.reshape(_numbers(root.require("camera_matrix"), (3, 3)), (3, 3)),
            # OpenCV pads with zeros for the models of thin prisms and tilted sensors.
            distortion=np.array(coefficients if any(coefficients[8:]) else coefficients[:8]),
            model="fisheye" if fisheye is not None and fisheye.number() else "pinhole",
            size=(read_edge(root, "image_width"), read_edge(root, "image_height")) if has_size else None,
        )
    return RigDocument(lenses={UNNAMED: lens})


def write(document: RigDocument, path: Path) -> None:
    """Write the one lens of a document."""
    if len(document.lenses) != 1:
        found = f"{len(document.lenses)}: {', '.join(document.lenses) or 'none'}"
        raise FormatError(path, "", expected="one camera: this file holds one", found=found)
    ((name, lens),) = document.lenses.items()
    lost = [frame for frame in document.frames if frame != name]
    if lost:
        _logger.warning("%s: this file has no place for poses: %s left out", path, ", ".join(lost))
    with written_whole(path) as temporary:
        storage = cv2.FileStorage(str(temporary), cv2.FileStorage_WRITE | cv2.FileStorage_FORMAT_YAML)
        if lens.size is not None:
            storage.write("image_width", lens.size[0])
            storage.write("image_height", lens.size[1])
        storage.write("fisheye_model", int(lens.model == "fisheye"))
        storage.write("camera_matrix", lens.matrix)
        storage.write("distortion_coefficients", lens.distortion.reshape(-1, 1))
        storage.release()


def _numbers(node: Node, shape: tuple[int, int] | None = None) -> list[float]:
    """Numbers of a matrix, row by row.

    Not by `cv2.FileStorage`: it frees memory twice over a list without its beginning, and ends the process.
    """
    sizes = node.get("sizes")
    stated = [node.require(key) for key in ("rows", "cols")] if sizes is None else list(sizes.elements())
    edges = [edge.integer() for edge in stated]
    if shape is not None and edges != list(shape):
        raise node.refused(f"{shape[0]} x {shape[1]} numbers", found=" x ".join(map(str, edges)))
    return node.require("data").numbers(prod(edges))
