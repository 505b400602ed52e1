"""One cuboid and one 2D box as OpenLABEL holds them; both ways, to the last bit.

A rotation goes through a quaternion and a 2D box through its centre, which may change the last bit of a float. Where
it does, the numbers themselves are written beside ``val`` and taken back as long as ``val`` still says the same:
whoever edits ``val`` with another program needs to know nothing of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.node import Losses, Node
from sensorann.formats.openlabel.rig import rotation_from_euler, unit_quaternion
from sensorann.formats.openlabel.values import read_values, typed_lists
from sensorann.geometry.rotations import quaternions_from_rotations, rotations_from_quaternions
from sensorann.scene import SIGMA_NAMES, Attribute, ImageTrack, Source, Track

CUBOID = "cuboid"
_SOURCES = [source.label for source in Source]
_SIGMA_SET = frozenset(SIGMA_NAMES)
_NO_SIGMA = [float("nan")] * len(SIGMA_NAMES)
_SAME = 1e-9  # relative difference below which exact numbers refine `val`
_CUBOID_MEMBERS = frozenset({"name", "val", "coordinate_system", "attributes"})
_BBOX_MEMBERS = frozenset({"name", "val", "coordinate_system"})
# Members that the schema allows and that mean what we mean by them in our own documents only.
_OUR_MEMBERS = frozenset({"source", "sigma", "rotation", "edges"})
# What the KITTI devkit writes where there is no box (DontCare), and tools carry along.
_NO_BOX_SIZE = [-1000.0] * 3


@dataclass(frozen=True, slots=True)
class CuboidRow:
    """One cuboid as read: still in the coordinate system that it names."""

    center: list[float]
    quaternion: list[float]
    exact_rotation: list[float] | None
    size: list[float]
    source: int
    sigma: list[float]
    attributes: dict[str, Attribute]
    node: Node


def write_cuboids(track: Track) -> list[dict[str, Any]]:
    """Write the boxes of a track.

    Raises
    ------
    ArgumentError
        When a sigma is infinite, or an attribute of no known type.
    """
    if np.isinf(track.sigmas).any():
        raise ArgumentError(f"track {track.id}: a sigma must be finite, or NaN where nobody stated one")
    boxes = track.cuboids
    quaternions = quaternions_from_rotations(boxes.rotations).reshape(-1, 4)
    values = np.concatenate([boxes.centers, quaternions[:, [1, 2, 3, 0]], boxes.sizes], axis=1).tolist()
    exact = np.all(rotations_from_quaternions(quaternions) == boxes.rotations, axis=(1, 2))
    stated: NDArray[np.bool_] = np.any(~np.isnan(track.sigmas), axis=1)
    rows: list[dict[str, Any]] = []
    for i, value in enumerate(values):
        source = _SOURCES[track.sources[i]]
        row: dict[str, Any] = {"name": CUBOID, "coordinate_system": boxes.frame, "val": value, "source": source}
        if not exact[i]:
            row["rotation"] = boxes.rotations[i].ravel().tolist()
        if stated[i]:
            sigma = track.sigmas[i].tolist()
            row["sigma"] = {name: s for name, s in zip(SIGMA_NAMES, sigma, strict=True) if not np.isnan(s)}
        attributes = typed_lists({name: column[i] for name, column in track.box_attributes.items()})
        if attributes:
            row["attributes"] = attributes
        rows.append(row)
    return rows


def write_image_boxes(track: ImageTrack, *, name: str) -> list[dict[str, Any]]:
    """Write the boxes of an image track as centre and size.

    Raises
    ------
    ArgumentError
        When a box ends before it starts, or a source has no name.
    """
    corners = track.boxes
    sizes = corners[:, 2:] - corners[:, :2]
    if (sizes < 0).any():
        first = int(np.argwhere(sizes < 0)[0][0])
        raise ArgumentError(f"image track {track.id} in {track.camera}: box {first} ends before it starts")
    if len(corners) and int(track.sources.max()) >= len(_SOURCES):
        raise ArgumentError(f"image track {track.id} in {track.camera}: no source has number {track.sources.max()}")
    # Halves first: the sum of two large floats may overflow.
    values = np.concatenate([corners[:, :2] / 2 + corners[:, 2:] / 2, sizes], axis=1)
    exact = (_edges(values) == corners).all(axis=1)
    rows: list[dict[str, Any]] = []
    for i, value in enumerate(values.tolist()):
        source = _SOURCES[track.sources[i]]
        row: dict[str, Any] = {"name": name, "coordinate_system": track.camera, "val": value, "source": source}
        if not exact[i]:
            row["edges"] = corners[i].tolist()
        rows.append(row)
    return rows


def read_cuboid(node: Node, losses: Losses, *, ours: bool) -> CuboidRow | None:
    """Read one cuboid; None, counted, where it says that there is no box.

    Parameters
    ----------
    node : the cuboid
    losses : what is left out is counted there
    ours : whether sensorann wrote the document, so that members beside those of the standard are known

    Raises
    ------
    FormatError
        When it has another length than 9 or 10, a rotation that is none, or a size that is not positive.
    """
    val = node.require("val")
    if val.value is None:
        losses.count("cuboids whose val is null")
        return None
    numbers = val.numbers(9, 10)
    center, size = numbers[:3], numbers[-3:]
    if size == _NO_BOX_SIZE:
        losses.count("cuboids of size -1000 (KITTI's sign for no box)")
        return None
    if min(size) <= 0:
        raise val.refused("a size (length, width, height) above 0", found=str(size))
    if node.value.keys() - _CUBOID_MEMBERS - (_OUR_MEMBERS if ours else set()):
        losses.count("cuboids' further members (only the standard's own have a place)")
    attributes = node.get("attributes")
    exact = node.get("rotation") if ours else None
    return CuboidRow(
        center,
        _quaternion(numbers, node),
        exact.numbers(9) if exact is not None else None,
        size,
        _source(node) if ours else Source.IMPORTED,
        _sigma(node.get("sigma") if ours else None),
        read_values(attributes, losses) if attributes is not None else {},
        node,
    )


def _quaternion(numbers: list[float], node: Node) -> list[float]:
    """Quaternion (x, y, z, w) of a cuboid of 9 or 10 numbers."""
    if len(numbers) == 9:
        w, x, y, z = quaternions_from_rotations(rotation_from_euler("ZYX", reversed(numbers[3:6]))).tolist()
        return [x, y, z, w]
    x, y, z, w = numbers[3:7]
    if abs(x * x + y * y + z * z + w * w - 1) > 1e-9:
        unit_quaternion(Node(numbers[3:7], "val", node))
    return numbers[3:7]


def rotations_of(rows: Sequence[CuboidRow]) -> NDArray[np.float64]:
    """Rotations (N, 3, 3) of cuboids as read: the exact ones where they agree with the quaternions."""
    quaternions = np.array([row.quaternion for row in rows], np.float64).reshape(-1, 4)
    rotations = rotations_from_quaternions(quaternions[:, [3, 0, 1, 2]])
    refined = [i for i, row in enumerate(rows) if row.exact_rotation is not None]
    exact = np.array([rows[i].exact_rotation for i in refined], np.float64).reshape(-1, 3, 3)
    agrees = np.abs(exact - rotations[refined]).max(axis=(1, 2), initial=0.0) < _SAME
    rotations[np.array(refined, np.int64)[agrees]] = exact[agrees]
    return rotations


def _sigma(stated: Node | None) -> list[float]:
    if stated is None:
        return _NO_SIGMA
    members = stated.mapping()
    for name, value in members.items():
        if name not in _SIGMA_SET:
            raise Node(value, name, stated).refused(f"a sigma of {', '.join(SIGMA_NAMES)}", found=repr(name))
        if type(value) is not float:
            Node(value, name, stated).number()
    sigma = [float(members.get(name, np.nan)) for name in SIGMA_NAMES]
    if any(own < 0 or own == np.inf for own in sigma):
        raise stated.refused("finite numbers, 0 or more")
    return sigma


def _source(node: Node) -> int:
    if "source" not in node.value:
        return Source.IMPORTED
    source = node.require("source")
    if source.text() not in _SOURCES:
        raise source.refused(f"one of {', '.join(_SOURCES)}")
    return _SOURCES.index(source.text())


def read_image_box(node: Node, losses: Losses, *, ours: bool) -> tuple[list[float], int]:
    """Read one 2D box.

    Parameters
    ----------
    node : the box
    losses, ours : as in `read_cuboid`

    Returns
    -------
    edges : left, top, right, bottom in pixels
    source : value of `Source`

    Raises
    ------
    FormatError
        When it is no four numbers, or has a negative size.
    """
    val = node.require("val")
    numbers = val.numbers(4)
    if min(numbers[2:]) < 0:
        raise val.refused("a width and a height of 0 or more", found=str(numbers[2:]))
    if node.value.keys() - _BBOX_MEMBERS - (_OUR_MEMBERS if ours else set()):
        losses.count("2D boxes' attributes and further members")
    source = _source(node) if ours else int(Source.IMPORTED)
    edges: list[float] = _edges(np.array([numbers]))[0].tolist()
    exact = node.get("edges") if ours else None
    if exact is not None and np.allclose(exact.numbers(4), edges, rtol=_SAME, atol=1e-9):
        return exact.numbers(4), source
    return edges, source


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges (N, 4) of centres and sizes (N, 4)."""
    half = values[:, 2:] / 2
    return np.concatenate([values[:, :2] - half, values[:, :2] + half], axis=1)
