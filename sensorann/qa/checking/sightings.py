"""What the sweeps say of every box, in one pass over the drive: each is read once, in time order, and let go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting import GroundModel, ground
from sensorann.geometry import Cuboids, points_in_cuboids
from sensorann.qa.checking.all_boxes import boxes_of
from sensorann.qa.checking.faces import NORMALS, REACH, read_faces
from sensorann.qa.checking.rays import count_rays
from sensorann.scene import Drive, Track
from sensorann.tracks.clouds import points_at

# Points lower above the ground are the ground's own.
CLEARANCE = 0.2
# Who holds no point within this margin is empty, metres; rays that end this far behind it have passed through.
_MARGIN, _BEHIND = 0.15, 1.0
# More room than this at a face is looked at again: perhaps something nearer hides it.
_ROOMY = 0.2
# Boxes further away show too few points to be judged by.
FARTHEST = 50.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Sightings:
    """Columns beside the boxes of one track.

    Attributes
    ----------
    seen : (N,) bool, there is a sweep of that instant and the box is near enough
    n_inside : (N,) int64, points in the box above the ground
    n_through : (N,) int64, rays that passed through the box and ended behind it
    cuts, rooms : (N, 4) float64, as `sensorann.qa.checking.faces.read_faces` returns them
    lifts : (N,) float64, metres from the ground to the bottom of the box; NaN where the ground is not known
    """

    seen: NDArray[np.bool_]
    n_inside: NDArray[np.int64]
    n_through: NDArray[np.int64]
    cuts: NDArray[np.float64]
    rooms: NDArray[np.float64]
    lifts: NDArray[np.float64]

    @classmethod
    def nothing(cls, n_boxes: int) -> Sightings:
        """Columns to fill."""
        return cls(
            seen=np.zeros(n_boxes, np.bool_),
            n_inside=np.zeros(n_boxes, np.int64),
            n_through=np.zeros(n_boxes, np.int64),
            cuts=np.zeros((n_boxes, 4)),
            rooms=np.full((n_boxes, 4), np.nan),
            lifts=np.full(n_boxes, np.nan),
        )


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Scene:
    """One instant: its points, its ground and its boxes, relative to the ego vehicle along the axes of the world.

    Attributes
    ----------
    timestamp_ns : int64
    ego : (3,) float64, what was taken off
    sensor : (3,) float64, where the LiDAR is
    points : (P, 3) float32, metres
    ground : height of the ground, without what is in boxes
    standing : (P,) bool, points that stand on the ground
    boxes : of all tracks, in no order
    n_holding : (P,) int64, boxes that hold each point
    """

    timestamp_ns: int
    ego: NDArray[np.float64]
    sensor: NDArray[np.float64]
    points: NDArray[np.float32]
    ground: GroundModel
    standing: NDArray[np.bool_]
    boxes: Cuboids
    n_holding: NDArray[np.int64]


def scan(
    tracks: tuple[Track, ...],
    drive: Drive,
    *,
    also: Callable[[Scene], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Sightings, ...]:
    """Read every sweep at whose instant something is labelled.

    Parameters
    ----------
    tracks : in the frame of the labels
    drive : the recording
    also : called with each instant
    progress : called with the number of instants done and of all instants

    Returns
    -------
    Columns for each track; none at all where the drive has no sweep at any of these instants.
    """
    found = tuple(Sightings.nothing(len(track)) for track in tracks)
    owners, rows, times = boxes_of(tracks)
    parts = np.split(np.arange(len(times)), np.flatnonzero(np.diff(times)) + 1) if len(times) else []
    any_sweep = False
    for n_done, part in enumerate(parts):
        boxes = Cuboids.concatenate([tracks[owners[k]].cuboids[rows[k] : rows[k] + 1] for k in part])
        scene = _scene_at(drive, int(times[part[0]]), boxes)
        if scene is not None:
            any_sweep = True
            for k, number in enumerate(part):
                _look(scene, k, found[owners[number]], int(rows[number]))
            if also is not None:
                also(scene)
        if progress is not None:
            progress(n_done + 1, len(parts))
    return found if any_sweep else ()


def _scene_at(drive: Drive, timestamp_ns: int, boxes: Cuboids) -> Scene | None:
    trajectory = drive.trajectory
    if trajectory is not None and not trajectory.covers([timestamp_ns]).all():
        return None
    points = points_at(drive, timestamp_ns)
    if points is None or not len(points):
        return None
    lidar = drive.rig.of_kind("lidar")[0].ego_from_sensor.translation
    ego, sensor = np.zeros(3), lidar
    if trajectory is not None:
        world_from_ego = trajectory.at(timestamp_ns)
        ego, sensor = world_from_ego.translation, world_from_ego.rotation @ lidar
    near = (points - ego).astype(np.float32)
    moved = Cuboids(centers=boxes.centers - ego, sizes=boxes.sizes, rotations=boxes.rotations, frame=boxes.frame)
    inside = points_in_cuboids(near, moved)
    # In a dense queue roofs and bonnets look like a road: what is in a box is no ground.
    bare = near.copy()
    bare[inside.indices] = np.nan
    level = ground(bare, origins=np.zeros(3))
    heights = near[:, 2] - level.model.heights_at(near[:, :2])
    return Scene(
        timestamp_ns=timestamp_ns,
        ego=ego,
        sensor=sensor,
        points=near,
        ground=level.model,
        standing=~level.on_ground & (heights > CLEARANCE),
        boxes=moved,
        n_holding=np.bincount(inside.indices, minlength=len(near)).astype(np.int64),
    )


def _look(scene: Scene, k: int, found: Sightings, row: int) -> None:
    """Fill in what one instant says of its box k."""
    center, half_size, rotation = scene.boxes.centers[k], scene.boxes.sizes[k] / 2, scene.boxes.rotations[k]
    if float(np.hypot(center[0], center[1])) > FARTHEST:
        return
    found.seen[row] = True
    found.lifts[row] = center[2] - half_size[2] - scene.ground.heights_at(center[None, :2])[0]
    reach = float(np.linalg.norm(half_size)) + REACH
    offsets = scene.points - center.astype(np.float32)
    near = np.flatnonzero((np.abs(offsets) < reach).all(axis=1) & scene.standing)
    local = offsets[near].astype(np.float64) @ rotation
    inside = (np.abs(local) <= half_size).all(axis=1)
    own = scene.n_holding[near] - inside == 0
    outer = half_size + np.array([REACH, REACH, 0.3])
    local = local[own & (np.abs(local) <= outer).all(axis=1)]
    found.cuts[row], found.rooms[row], found.n_inside[row] = read_faces(
        local, half_size, (scene.sensor - center) @ rotation
    )
    if not found.n_inside[row] and not (np.abs(local) <= half_size + _MARGIN).all(axis=1).any():
        found.n_through[row] = count_rays(scene.points, scene.sensor, center, half_size, behind=_BEHIND)
    for face in np.flatnonzero(found.rooms[row] > _ROOMY):
        if not _is_free(scene, k, int(face), float(found.rooms[row, face])):
            found.rooms[row, face] = np.nan


def _is_free(scene: Scene, k: int, face: int, room: float) -> bool:
    """Tell whether rays passed through the room between a face and the points, so that nothing hides what is there."""
    axis, sign = NORMALS[face]
    half_size = scene.boxes.sizes[k] / 2
    middle = np.zeros(3)
    middle[axis] = sign * (half_size[axis] - room / 2)
    place = scene.boxes.centers[k] + scene.boxes.rotations[k] @ middle
    slab = half_size.copy()
    slab[axis] = room / 2
    return count_rays(scene.points, scene.sensor, place, slab, behind=-float(np.hypot(slab[0], slab[1]))) > 0
