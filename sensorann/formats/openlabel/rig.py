"""Coordinate systems, streams, intrinsics and poses of OpenLABEL; both ways, for labels and for folder drives."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.node import Node
from sensorann.geometry import Camera, Transform, Transforms
from sensorann.geometry.rotations import ORTHONORMAL_TOLERANCE, quaternions_from_rotations, rotations_from_quaternions
from sensorann.scene import Drive, Rig

_logger = logging.getLogger(__name__)
WORLD, EGO = "world", "ego"
# A quaternion further than this from length one is no rounding: something else was written.
UNIT_TOLERANCE = 1e-3


def write_transform(transform: Transform) -> dict[str, list[float]]:
    """Write a transform as quaternion (x, y, z, w) and translation."""
    w, x, y, z = (float(part) for part in transform.quaternion_wxyz)
    return {"quaternion": [x, y, z, w], "translation": [float(part) for part in transform.translation]}


def write_ego_poses(world_from_ego: Transforms) -> list[dict[str, Any]]:
    """Write ego poses as the ``transforms`` of frames."""
    quaternions = quaternions_from_rotations(world_from_ego.rotations)[:, [1, 2, 3, 0]].tolist()
    translations = world_from_ego.translations.tolist()
    return [
        {
            f"{EGO}_to_{WORLD}": {
                "src": EGO,
                "dst": WORLD,
                "transform_src_to_dst": {"quaternion": quaternion, "translation": translation},
            }
        }
        for quaternion, translation in zip(quaternions, translations, strict=True)
    ]


def write_camera(camera: Camera) -> dict[str, Any]:
    """Write intrinsics as ``stream_properties``."""
    width, height = camera.size
    size = {"width_px": int(width), "height_px": int(height)}
    k = camera.matrix
    coefficients = camera.distortion.tolist()
    if camera.model == "fisheye":
        lens = {
            "focal_length_x": float(k[0, 0]),
            "focal_length_y": float(k[1, 1]),
            "center_x_px": float(k[0, 2]),
            "center_y_px": float(k[1, 2]),
            "lens_coeffs": coefficients or [0.0] * 4,
        }
        return {"intrinsics_fisheye": {**size, **lens}}
    # The schema wants five coefficients or more; k3 = 0 is what leaving it out means.
    coefficients = [*coefficients, 0.0] if len(coefficients) == 4 else coefficients
    matrix = np.hstack([k, np.zeros((3, 1))]).ravel().tolist()
    lens = {"camera_matrix": matrix, **({"distortion_coeffs": coefficients} if coefficients else {})}
    return {"intrinsics_pinhole": {**size, **lens}}


def write_rig(rig: Rig, *, with_world: bool, cameras: Iterable[str] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write ``coordinate_systems`` and ``streams``.

    Parameters
    ----------
    rig : sensors, each of which gets both
    with_world : whether the ego frame moves through a world
    cameras : further names of cameras, of which nothing else is known

    Raises
    ------
    ArgumentError
        When a sensor is named as one of the two frames.
    """
    unknown = [name for name in dict.fromkeys(cameras) if name not in rig]
    names = [*rig, *unknown]
    if {WORLD, EGO} & set(names):
        raise ArgumentError(f"OpenLABEL cannot tell a sensor named {WORLD!r} or {EGO!r} from the frame of that name")
    systems: dict[str, Any] = {WORLD: {"type": "scene_cs", "parent": "", "children": [EGO]}} if with_world else {}
    systems[EGO] = {"type": "local_cs", "parent": WORLD if with_world else "", "children": names}
    streams: dict[str, Any] = {}
    for sensor in rig.sensors:
        pose = write_transform(sensor.ego_from_sensor)
        systems[sensor.name] = {"type": "sensor_cs", "parent": EGO, "children": [], "pose_wrt_parent": pose}
        streams[sensor.name] = {"type": sensor.kind}
        if sensor.camera is not None:
            streams[sensor.name]["stream_properties"] = write_camera(sensor.camera)
    for name in unknown:
        systems[name] = {"type": "sensor_cs", "parent": EGO, "children": []}
        streams[name] = {"type": "camera"}
    return systems, streams


def write_ego_poses_at(drive: Drive, *, times: np.ndarray[Any, np.dtype[np.int64]]) -> list[dict[str, Any] | None]:
    """Write the ego poses at N instants as ``transforms`` of frames; None where the trajectory does not reach."""
    poses: list[dict[str, Any] | None] = [None] * len(times)
    if drive.trajectory is not None:
        covered = np.flatnonzero(drive.trajectory.covers(times))
        for i, pose in zip(covered, write_ego_poses(drive.trajectory.sample(times[covered])), strict=True):
            poses[i] = pose
    return poses


def read_transform(node: Node) -> Transform:
    """Read a 4x4 matrix, a quaternion (x, y, z, w) or Euler angles with a translation.

    Raises
    ------
    FormatError
        When it is none of them, or no rigid motion.
    """
    matrix = node.get("matrix4x4")
    with node.explaining("a rigid transform"):
        if matrix is not None:
            rows = np.reshape(matrix.numbers(16), (4, 4))
            if not np.allclose(rows[3], [0, 0, 0, 1]):
                raise matrix.refused("a last row of 0 0 0 1")
            return Transform(_rotation(matrix, rows[:3, :3]), rows[:3, 3])
        translation = node.require("translation").numbers(3)
        angles = node.get("euler_angles")
        if angles is not None:
            sequence = node.get("sequence")
            axes = sequence.text().upper() if sequence is not None else "ZYX"
            if len(axes) != 3 or not set(axes) <= set("XYZ"):
                raise node.refused("a sequence of three axes such as ZYX", found=axes)
            return Transform(rotation_from_euler(axes, angles.numbers(3)), np.asarray(translation))
        x, y, z, w = unit_quaternion(node.require("quaternion"))
        return Transform.from_quaternion([w, x, y, z], translation)


def read_transforms(nodes: Sequence[Node]) -> Transforms:
    """Read many transforms at once; see `read_transform`."""
    if not all("quaternion" in node.mapping() for node in nodes):
        single = [read_transform(node) for node in nodes]
        rotations = np.array([transform.rotation for transform in single]).reshape(-1, 3, 3)
        return Transforms(rotations, np.array([transform.translation for transform in single]).reshape(-1, 3))
    quaternions = np.array([unit_quaternion(node.require("quaternion")) for node in nodes]).reshape(-1, 4)
    translations = np.array([node.require("translation").numbers(3) for node in nodes]).reshape(-1, 3)
    return Transforms(rotations_from_quaternions(quaternions[:, [3, 0, 1, 2]]), translations)


def _rotation(node: Node, matrix: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Take a rotation of few printed digits to the nearest true one, and refuse what is none."""
    excess = float(np.abs(matrix @ matrix.T - np.eye(3)).max())
    if excess <= ORTHONORMAL_TOLERANCE or excess > UNIT_TOLERANCE:
        return matrix  # exact enough, or refused when the transform is built
    _logger.warning("%s, %s: rotation is %.2g off from orthonormal, made so", node.file, node.where, excess)
    left, _, right = np.linalg.svd(matrix)
    return np.asarray(left @ right)


def unit_quaternion(node: Node) -> list[float]:
    """Read four numbers of length one.

    Raises
    ------
    FormatError
        When the length is off by more than a thousandth.
    """
    quaternion = node.numbers(4)
    length = math.hypot(*quaternion)
    if abs(length - 1) > UNIT_TOLERANCE:
        raise node.refused("a unit quaternion", found=f"{quaternion} of length {length:.6g}")
    return quaternion


def rotation_from_euler(axes: str, angles: Iterable[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Rotation (3, 3) of angles in radians about moving axes: ``ZYX`` is Rz(first) @ Ry(second) @ Rx(third)."""
    rotation = np.eye(3)
    for axis, angle in zip(axes, angles, strict=True):
        i = "XYZ".index(axis)
        j, k = (i + 1) % 3, (i + 2) % 3
        turn = np.eye(3)
        turn[j, j] = turn[k, k] = np.cos(angle)
        turn[k, j] = np.sin(angle)
        turn[j, k] = -turn[k, j]
        rotation = rotation @ turn
    return rotation


def read_camera(stream: Node) -> tuple[Camera, Transform]:
    """Read the intrinsics of a stream.

    Returns
    -------
    camera : Camera
    camera_from_system : identity, unless the fourth column of the camera matrix moves the centre of projection (the
        rectified cameras of KITTI): from the stream's coordinate system to the camera's own

    Raises
    ------
    FormatError
        When they are absent, of a model that has no place here, or damaged.
    """
    properties = stream.require("stream_properties")
    pinhole, fisheye = properties.get("intrinsics_pinhole"), properties.get("intrinsics_fisheye")
    if pinhole is not None:
        return _read_pinhole(pinhole)
    if fisheye is not None:
        return _read_fisheye(fisheye), Transform.identity()
    raise properties.refused("intrinsics_pinhole or intrinsics_fisheye")


def _size(lens: Node) -> tuple[int, int]:
    width, height = lens.require("width_px"), lens.require("height_px")
    for edge in (width, height):
        if edge.integer() <= 0:
            raise edge.refused("a size in pixels above 0")
    return width.integer(), height.integer()


def _either(lens: Node, *names: str) -> Node | None:
    """The released schema and the first tools spell some members differently."""
    return next((found for found in map(lens.get, names) if found is not None), None)


def _read_pinhole(lens: Node) -> tuple[Camera, Transform]:
    matrix_node = _either(lens, "camera_matrix", "camera_matrix_3x4")
    if matrix_node is None:
        raise lens.refused("a member 'camera_matrix' of 12 numbers")
    matrix = np.reshape(matrix_node.numbers(12), (3, 4))
    distortion = _either(lens, "distortion_coeffs", "distortion_coeffs_1xN")
    coefficients = distortion.numbers(0, 4, 5, 8) if distortion is not None else []
    with lens.explaining("the intrinsics of a pinhole camera"):
        camera = Camera(matrix=matrix[:, :3], size=_size(lens), distortion=np.asarray(coefficients, np.float64))
    # P = K [I | b]: the centre of projection sits at -b of the coordinate system.
    return camera, Transform(np.eye(3), np.linalg.solve(matrix[:, :3], matrix[:, 3]))


def _read_fisheye(lens: Node) -> Camera:
    fx, fy, cx, cy = (
        float(lens.require(name).number())
        for name in ("focal_length_x", "focal_length_y", "center_x_px", "center_y_px")
    )
    coefficients_node = _either(lens, "lens_coeffs", "lens_coeffs_1x4")
    coefficients = coefficients_node.numbers(4, 5) if coefficients_node is not None else []
    if any(coefficients[4:]):
        raise lens.refused("four lens coefficients (Kannala-Brandt k1..k4)", found=f"a fifth, {coefficients[4]}")
    with lens.explaining("the intrinsics of a fisheye camera"):
        matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
        return Camera(matrix=matrix, size=_size(lens), distortion=np.asarray(coefficients[:4]), model="fisheye")
