"""ROS CameraInfo: one lens, as the camera_info file (`camera_matrix`) or as the printed message (`K`, `D`)."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from sensorann.errors import FormatError
from sensorann.files import written_whole
from sensorann.formats.openlabel.node import Node
from sensorann.formats.rigs.document import Intrinsics, RigDocument
from sensorann.formats.rigs.own import read_edge
from sensorann.formats.rigs.plain_yaml import read_plain_yaml
from sensorann.geometry.cameras import CameraModel

NAME = "camera-info"
ENDINGS = (".yaml", ".yml")
LANDMARK = "camera_matrix or K, with distortion_model"
UNNAMED = "camera"
_MODELS: dict[str, CameraModel] = {
    "plumb_bob": "pinhole",
    "rational_polynomial": "pinhole",
    "equidistant": "fisheye",
    "fisheye": "fisheye",
    "none": "pinhole",
    "": "pinhole",
}
_logger = logging.getLogger(__name__)


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is a CameraInfo."""
    keys = {line.split(":")[0] for line in text.splitlines()}
    return path.suffix in ENDINGS and "distortion_model" in keys and bool({"camera_matrix", "K", "k"} & keys)


def read(path: Path) -> RigDocument:
    """Read one lens; it is called as the file calls it, else `camera`."""
    root = read_plain_yaml(path)
    stated = root.require("distortion_model")
    model = _MODELS.get(str(stated.value or ""))
    if model is None:
        raise stated.refused(f"one of {', '.join(name for name in _MODELS if name)}")
    coefficients = _numbers(root, "distortion_coefficients", "D", "d")
    matrix = _numbers(root, "camera_matrix", "K", "k")
    if len(matrix) != 9 or not any(matrix):
        raise root.refused("a camera matrix of 9 numbers", found=f"{matrix}")
    named = root.get("camera_name")
    with root.explaining("a lens"):
        lens = Intrinsics(
            matrix=np.reshape(matrix, (3, 3)),
            distortion=np.array(coefficients),
            model=model,
            size=(read_edge(root, "image_width", "width"), read_edge(root, "image_height", "height")),
        )
    return RigDocument(lenses={UNNAMED if named is None else str(named.value): lens})


def write(document: RigDocument, path: Path) -> None:
    """Write the one lens of a document."""
    if len(document.lenses) != 1:
        found = f"{len(document.lenses)}: {', '.join(document.lenses) or 'none'}"
        raise FormatError(path, "", expected="one camera: a CameraInfo holds one", found=found)
    ((name, lens),) = document.lenses.items()
    if lens.size is None:
        raise FormatError(path, name, expected="the size of its pictures", found="none")
    lost = [frame for frame in document.frames if frame != name]
    if lost:
        _logger.warning("%s: a CameraInfo has no place for poses: %s left out", path, ", ".join(lost))
    pinhole = "rational_polynomial" if len(lens.distortion) == 8 else "plumb_bob"
    # A plumb_bob has five coefficients; k3 = 0 is what leaving it out means.
    n_least = 4 if lens.model == "fisheye" else 5
    coefficients = [*lens.distortion.tolist(), *[0.0] * (n_least - len(lens.distortion))]
    projection = np.hstack([lens.matrix, np.zeros((3, 1))])
    lines = [
        f"image_width: {lens.size[0]}",
        f"image_height: {lens.size[1]}",
        f"camera_name: {name}",
        *_matrix_lines("camera_matrix", lens.matrix),
        f"distortion_model: {'equidistant' if lens.model == 'fisheye' else pinhole}",
        *_matrix_lines("distortion_coefficients", np.array([coefficients])),
        *_matrix_lines("rectification_matrix", np.eye(3)),
        *_matrix_lines("projection_matrix", projection),
    ]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _matrix_lines(key: str, matrix: np.ndarray) -> list[str]:
    rows, columns = matrix.shape
    return [f"{key}:", f"  rows: {rows}", f"  cols: {columns}", f"  data: {matrix.ravel().tolist()}"]


def _numbers(root: Node, *names: str) -> list[float]:
    """Numbers of the first of several spellings: a list, or rows, cols and data."""
    node = next((found for found in map(root.get, names) if found is not None), None)
    if node is None:
        raise root.refused(f"a member {' or '.join(names)}")
    return (node.require("data") if isinstance(node.value, dict) else node).numbers()
