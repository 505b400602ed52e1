"""Cuboids from the coordinate systems that they were given in to the one frame of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import TimeRangeError
from sensorann.formats.openlabel.boxes import CuboidRow, rotations_of
from sensorann.formats.openlabel.node import Losses
from sensorann.formats.openlabel.rig import WORLD
from sensorann.formats.openlabel.systems import CoordinateSystems
from sensorann.geometry import Cuboids, Transform, Transforms


@dataclass(frozen=True, slots=True)
class PlacedCuboid:
    """A cuboid with its coordinate system, the number of its frame, and its instant."""

    row: CuboidRow
    system: str
    number: int
    timestamp_ns: int


def all_reach_world(cuboids: Sequence[PlacedCuboid], systems: CoordinateSystems) -> bool:
    """Tell whether a way leads from every cuboid to the world."""
    first = {(placed.system, placed.number): placed for placed in cuboids}
    return all(_target_from(WORLD, placed, systems) is not None for placed in first.values())


def moved_into(frame: str, cuboids: Sequence[PlacedCuboid], systems: CoordinateSystems, losses: Losses) -> Cuboids:
    """Express cuboids in the world or the ego frame; those that are in it already keep every bit.

    Raises
    ------
    FormatError
        When no way leads from a cuboid's coordinate system to the frame.
    """
    rows = [placed.row for placed in cuboids]
    centers = np.array([row.center for row in rows], np.float64).reshape(-1, 3)
    sizes = np.array([row.size for row in rows], np.float64).reshape(-1, 3)
    rotations = rotations_of(rows)
    home = systems.world if frame == WORLD else systems.ego
    if any(placed.system != home for placed in cuboids):
        moves = [_required(frame, placed, systems) for placed in cuboids]
        target_from_system = Transforms(
            np.array([move.rotation for move in moves]), np.array([move.translation for move in moves])
        )
        moved = target_from_system @ Transforms(rotations, centers)
        centers, rotations = moved.translations, moved.rotations
        in_camera = np.array([placed.system in systems.cameras for placed in cuboids])
        rotations, sizes, n_turned = _upright(rotations, sizes, in_camera)
        for _ in range(n_turned):
            losses.assume("cuboids in camera axes had their axes renamed: z is up, the box itself is the same")
    return Cuboids(centers=centers, sizes=sizes, rotations=rotations, frame=frame)


def _target_from(frame: str, placed: PlacedCuboid, systems: CoordinateSystems) -> Transform | None:
    number = str(placed.number)
    if frame == WORLD:
        try:
            return systems.world_from(placed.system, number, placed.timestamp_ns)
        except TimeRangeError as error:
            raise TimeRangeError(f"{placed.row.node.file}, {placed.row.node.where}: {error}") from error
    return systems.ego_from(placed.system, number)


def _required(frame: str, placed: PlacedCuboid, systems: CoordinateSystems) -> Transform:
    found = _target_from(frame, placed, systems)
    if found is None:
        raise placed.row.node.refused(
            f"a coordinate system that transforms of the file, or the drive given with it, lead from to the {frame}",
            found=repr(placed.system),
        )
    return found


def _upright(
    rotations: NDArray[np.float64], sizes: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Rename the axes of the chosen boxes whose y axis is the vertical one, as tools write that stay in camera axes.

    There x is forward, y down and z to the side. The corners of the box stay where they are; its heading too.
    """
    vertical = np.abs(rotations[:, 2, :])
    turned = chosen & (np.argmax(vertical, axis=1) == 1)
    if not turned.any():
        return rotations, sizes, 0
    rotations, sizes = rotations.copy(), sizes.copy()
    forward, down = rotations[turned, :, 0], rotations[turned, :, 1]
    up = np.where(down[:, 2:] < 0, -down, down)
    rotations[turned] = np.stack([forward, np.cross(up, forward), up], axis=2)
    sizes[turned] = sizes[turned][:, [0, 2, 1]]
    return rotations, sizes, int(turned.sum())
