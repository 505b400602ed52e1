"""OpenCV's own YAML (`%YAML:1.0`) as its calibration sample writes it: one lens, no poses."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np

from sensorann.errors import FormatError
from sensorann.files import written_whole
from sensorann.formats.openlabel.node import Node
from sensorann.formats.rigs.document import Intrinsics, RigDocument

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
    try:
        storage = cv2.FileStorage(str(path), cv2.FileStorage_READ)
    except (cv2.error, SystemError) as error:
        raise FormatError(path, "", expected="YAML as OpenCV writes it", found="something else") from error
    try:
        matrix, coefficients = (_matrix(storage, path, name) for name in ("camera_matrix", "distortion_coefficients"))
        size = tuple(int(storage.getNode(name).real()) for name in ("image_width", "image_height"))
        fisheye = bool(storage.getNode("fisheye_model").real())
    finally:
        storage.release()
    with Node(None, path).explaining("a lens"):
        lens = Intrinsics(
            matrix=matrix,
            # OpenCV pads with zeros for the models of thin prisms and tilted sensors.
            distortion=coefficients[:8] if not coefficients[8:].any() else coefficients,
            model="fisheye" if fisheye else "pinhole",
            size=(size[0], size[1]) if min(size) > 0 else None,
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


def _matrix(storage: cv2.FileStorage, path: Path, name: str) -> np.ndarray:
    node = storage.getNode(name)
    matrix = None if node.empty() else node.mat()
    if matrix is None or not np.isfinite(matrix).all() or (name == "camera_matrix" and matrix.shape != (3, 3)):
        found = "nothing" if matrix is None else f"numbers of shape {matrix.shape}"
        raise FormatError(path, name, expected="a matrix of finite numbers", found=found)
    return np.asarray(matrix if name == "camera_matrix" else matrix.ravel(), np.float64)
