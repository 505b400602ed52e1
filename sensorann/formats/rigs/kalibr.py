"""Kalibr's camchain: cameras that each follow the one before, and perhaps an IMU.

`T_cn_cnm1` maps points of camera n - 1 into camera n, `T_cam_imu` those of the IMU into the camera: 4 x 4 matrices,
no quaternions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sensorann.errors import FormatError
from sensorann.files import written_whole
from sensorann.formats.openlabel.node import Node
from sensorann.formats.openlabel.rig import read_transform
from sensorann.formats.rigs.document import Intrinsics, Placement, RigDocument
from sensorann.formats.rigs.own import read_size
from sensorann.formats.rigs.plain_yaml import read_plain_yaml
from sensorann.geometry import Transform

NAME = "kalibr"
ENDINGS = (".yaml", ".yml")
LANDMARK = "a camchain with cam0"
IMU = "imu"
_MODELS = {"radtan": "pinhole", "equidistant": "fisheye", "none": "pinhole"}
_logger = logging.getLogger(__name__)


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is a camchain."""
    return path.suffix in ENDINGS and any(line.startswith("cam0:") for line in text.splitlines())


def read(path: Path) -> RigDocument:
    """Read a camchain; camera 0 is placed in the IMU where there is one, else in nothing."""
    root = read_plain_yaml(path)
    numbered = {int(name[3:]): node for name, node in root.members() if name.startswith("cam") and name[3:].isdigit()}
    placements, lenses = [], {}
    before = ""
    # YAML's writers sort by text: cam10 then stands before cam2, which it does not follow.
    for number, node in sorted(numbered.items()):
        name = f"cam{number}"
        lenses[name] = _lens(node)
        chained, to_imu = node.get("T_cn_cnm1"), node.get("T_cam_imu")
        if chained is not None and before:
            placements.append(Placement(before, name, _matrix(chained).inverse()))
        elif to_imu is not None:
            placements.append(Placement(IMU, name, _matrix(to_imu).inverse()))
        elif before:
            raise node.refused(f"T_cn_cnm1 (the transform from {before}) or T_cam_imu")
        before = name
    with root.explaining("a chain of cameras"):
        return RigDocument(placements=tuple(placements), lenses=lenses)


def write(document: RigDocument, path: Path) -> None:
    """Write the cameras, called cam0, cam1 ... in their order; what is no camera is left out, and said."""
    cameras = list(document.lenses)
    if not cameras:
        raise FormatError(path, "", expected="cameras to write as a camchain", found="none")
    names = dict(zip(cameras, (f"cam{i}" for i in range(len(cameras))), strict=True))
    lost = [name for name in document.frames if name not in names and name != IMU]
    if lost:
        _logger.warning("%s: a camchain has no place for %s", path, ", ".join(lost))
    lines = [line for i, name in enumerate(cameras) for line in _lines(document, cameras, i, names[name], path)]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lines(document: RigDocument, cameras: list[str], i: int, name: str, path: Path) -> Iterator[str]:
    lens = document.lenses[cameras[i]]
    if lens.size is None:
        raise FormatError(path, cameras[i], expected="the size of its pictures", found="none")
    if len(lens.distortion) > 4 and lens.distortion[4:].any():
        found = f"{len(lens.distortion)} coefficients"
        raise FormatError(path, cameras[i], expected="a lens of 4 coefficients, as Kalibr has it", found=found)
    k, coefficients = lens.matrix, np.concatenate([lens.distortion, np.zeros(4)])[:4]
    yield f"{name}:"
    yield "  camera_model: pinhole"
    yield f"  intrinsics: {[float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2])]}"
    yield f"  distortion_model: {'equidistant' if lens.model == 'fisheye' else 'radtan'}"
    yield f"  distortion_coeffs: {coefficients.tolist()}"
    yield f"  resolution: {list(lens.size)}"
    yield f"  rostopic: /{cameras[i]}"
    to_imu = document.transform(cameras[i], IMU) if IMU in document.frames else None
    if to_imu is not None:
        yield from _matrix_lines("T_cam_imu", to_imu)
    if i:
        from_before = document.transform(cameras[i], cameras[i - 1])
        if from_before is None:
            raise FormatError(path, cameras[i], expected=f"a transform from {cameras[i - 1]}", found="none")
        yield from _matrix_lines("T_cn_cnm1", from_before)


def _matrix_lines(key: str, transform: Transform) -> Iterator[str]:
    yield f"  {key}:"
    yield from (f"  - {row}" for row in transform.matrix.tolist())


def _matrix(node: Node) -> Transform:
    numbers = [number for row in node.elements() for number in row.numbers(4)]
    return read_transform(Node({"matrix4x4": numbers}, node.where, Node(None, node.file)))


def _lens(node: Node) -> Intrinsics:
    kind, distortion = node.require("camera_model"), node.require("distortion_model")
    if kind.text() != "pinhole":
        raise kind.refused("pinhole (with radtan or equidistant distortion)")
    if distortion.text() not in _MODELS:
        raise distortion.refused(f"one of {', '.join(_MODELS)}")
    fx, fy, cx, cy = node.require("intrinsics").numbers(4)
    with node.explaining("a lens"):
        return Intrinsics(
            matrix=np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]),
            distortion=np.array(node.require("distortion_coeffs").numbers() if distortion.text() != "none" else []),
            model="fisheye" if _MODELS[distortion.text()] == "fisheye" else "pinhole",
            size=read_size(node.require("resolution")),
        )
