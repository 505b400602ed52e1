"""What the sweeps say of every box, in one pass over the drive: each is read once, in time order, and let go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting import GroundModel, ground
from sensorann.fitting.cuboid_fit import edge_heading
from sensorann.geometry import Cuboids, points_in_cuboids
from sensorann.geometry.rotations import wrap_angle
from sensorann.qa.checking.all_boxes import boxes_of
from sensorann.qa.checking.faces import NORMALS, REACH, read_faces
from sensorann.qa.checking.rays import count_rays
from sensorann.scene import Drive, Track
from sensorann.tracks.clouds import timed_points_at

# Points lower above the ground are the ground's own.
CLEARANCE = 0.2
# Who holds no point within this margin is empty, metres; rays that end this far behind it have passed through.
_MARGIN, _BEHIND = 0.15, 1.0
# More room than this at a face is looked at again: perhaps something nearer hides it.
_ROOMY = 0.2
# Boxes further away show too few points to be judged by.
FARTHEST = 50.0
# Edges of fewer points are no edges.
_FEWEST_FOR_EDGES = 80
# Objects move while a LiDAR turns: its points are at most so much earlier or later, seconds.
_HALF_TURN_S = 0.06


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Sightings:
    """Columns beside the boxes of one track.

    Attributes
    ----------
    seen : (N,) bool, there is a sweep of that instant and the box is near enough
    missed : (N,) bool, there is a sweep of that instant, without any point in the direction of the box
    lags : (N,) float64, seconds by which its points were measured later than the instant of the box, their median; they
        were taken to that instant. NaN where they do not say
    n_inside : (N,) int64, points in the box above the ground
    n_own : (N,) int64, of these and those that reach beyond a face
    n_through : (N,) int64, rays that passed through the box and ended behind it
    cuts, rooms : (N, 4) float64, as `sensorann.qa.checking.faces.read_faces` returns them
    lifts : (N,) float64, metres from the ground to the bottom of the box; NaN where the ground is not known
    edges : (N,) float64, radians from the heading of the box to the nearest edge of its points, within an eighth of a
        turn; NaN where they are too few
    """

    seen: NDArray[np.bool_]
    missed: NDArray[np.bool_]
    lags: NDArray[np.float64]
    n_inside: NDArray[np.int64]
    n_own: NDArray[np.int64]
    n_through: NDArray[np.int64]
    cuts: NDArray[np.float64]
    rooms: NDArray[np.float64]
    lifts: NDArray[np.float64]
    edges: NDArray[np.float64]

    @property
    def timed(self) -> NDArray[np.bool_]:
        """Tell of which boxes (N,) the points say when they were measured."""
        return np.isfinite(self.lags)

    @classmethod
    def nothing(cls, n_boxes: int) -> Sightings:
        """Columns to fill."""
        return cls(
            seen=np.zeros(n_boxes, np.bool_),
            missed=np.zeros(n_boxes, np.bool_),
            lags=np.full(n_boxes, np.nan),
            n_inside=np.zeros(n_boxes, np.int64),
            n_own=np.zeros(n_boxes, np.int64),
            n_through=np.zeros(n_boxes, np.int64),
            cuts=np.zeros((n_boxes, 4)),
            rooms=np.full((n_boxes, 4), np.nan),
            lifts=np.full(n_boxes, np.nan),
            edges=np.full(n_boxes, np.nan),
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
    delays : (P,) float32, seconds by which each point is later than the instant; NaN where nobody knows
    azimuths : rising float32, directions in which anything was measured as the LiDAR sees it, radians in [-pi, pi)
    ground : height of the ground, without what is in boxes
    standing : (P,) bool, points that stand on the ground
    boxes : of all tracks, in no order
    velocities : (M, 2) float64, of the boxes, m/s
    n_holding : (P,) int64, boxes that hold each point
    """

    timestamp_ns: int
    ego: NDArray[np.float64]
    sensor: NDArray[np.float64]
    points: NDArray[np.float32]
    delays: NDArray[np.float32]
    azimuths: NDArray[np.float32]
    ground: GroundModel
    standing: NDArray[np.bool_]
    boxes: Cuboids
    velocities: NDArray[np.float64]
    n_holding: NDArray[np.int64]


def scan(
    tracks: tuple[Track, ...],
    drive: Drive,
    *,
    velocities: Sequence[NDArray[np.float64]],
    also: Callable[[Scene], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Sightings, ...]:
    """Read every sweep at whose instant something is labelled.

    Parameters
    ----------
    tracks : in the frame of the labels
    drive : the recording
    velocities : (N, 2) of the boxes of each track, m/s in plan
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
        now = np.array([velocities[owners[k]][rows[k]] for k in part])
        scene = _scene_at(drive, int(times[part[0]]), boxes, now)
        if scene is not None:
            any_sweep = True
            for k, number in enumerate(part):
                _look(scene, k, found[owners[number]], int(rows[number]))
            if also is not None:
                also(scene)
        if progress is not None:
            progress(n_done + 1, len(parts))
    return found if any_sweep else ()


def _scene_at(drive: Drive, timestamp_ns: int, boxes: Cuboids, velocities: NDArray[np.float64]) -> Scene | None:
    trajectory = drive.trajectory
    if trajectory is not None and not trajectory.covers([timestamp_ns]).all():
        return None
    timed = timed_points_at(drive, timestamp_ns)
    if timed is None or not len(timed[0]):
        return None
    points, delays = timed
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
        delays=delays.astype(np.float32),
        azimuths=np.sort(np.arctan2(near[:, 1] - sensor[1], near[:, 0] - sensor[0]).astype(np.float32)),
        ground=level.model,
        standing=~level.on_ground & (heights > CLEARANCE),
        boxes=moved,
        velocities=velocities,
        n_holding=np.bincount(inside.indices, minlength=len(near)).astype(np.int64),
    )


def _look(scene: Scene, k: int, found: Sightings, row: int) -> None:
    """Fill in what one instant says of its box k."""
    center, half_size, rotation = scene.boxes.centers[k], scene.boxes.sizes[k] / 2, scene.boxes.rotations[k]
    found.missed[row] = not _is_faced(scene, k)
    if float(np.hypot(center[0], center[1])) > FARTHEST:
        return
    found.seen[row] = True
    found.lifts[row] = center[2] - half_size[2] - scene.ground.heights_at(center[None, :2])[0]
    local, found.lags[row] = _around(scene, k)
    found.cuts[row], found.rooms[row], found.n_inside[row], found.n_own[row] = read_faces(
        local, half_size, (scene.sensor - center) @ rotation
    )
    found.edges[row] = _edge(local[(np.abs(local) <= half_size + _MARGIN).all(axis=1)])
    if not found.n_inside[row] and not (np.abs(local) <= half_size + _MARGIN).all(axis=1).any():
        found.n_through[row] = count_rays(scene.points, scene.sensor, center, half_size, behind=_BEHIND)
    for face in np.flatnonzero(found.rooms[row] > _ROOMY):
        if not _is_free(scene, k, int(face), float(found.rooms[row, face]), lag=found.lags[row]):
            found.rooms[row, face] = np.nan


def _around(scene: Scene, k: int) -> tuple[NDArray[np.float64], float]:
    """Points (P, 3) in and around box k in its frame that no other box holds; and their median delay, NaN if unknown.

    Those that do are taken along with the box to its instant: a turning LiDAR sees an object up to half a turn earlier
    or later than the instant of the sweep.
    """
    center, half_size, rotation = scene.boxes.centers[k], scene.boxes.sizes[k] / 2, scene.boxes.rotations[k]
    velocity = np.append(scene.velocities[k], 0.0)
    reach = float(np.linalg.norm(half_size)) + REACH + _HALF_TURN_S * float(np.linalg.norm(velocity))
    offsets = scene.points - center.astype(np.float32)
    near = np.flatnonzero((np.abs(offsets) < reach).all(axis=1) & scene.standing)
    raw = offsets[near].astype(np.float64)
    inside = (np.abs(raw @ rotation) <= half_size).all(axis=1)
    own = scene.n_holding[near] - inside == 0
    delays = scene.delays[near].astype(np.float64)
    local = (raw - np.nan_to_num(delays)[:, None] * velocity) @ rotation
    outer = half_size + np.array([REACH, REACH, 0.3])
    kept = own & (np.abs(local) <= outer).all(axis=1)
    return local[kept], float(np.median(delays[kept])) if kept.any() else np.nan


def _edge(points: NDArray[np.float64]) -> float:
    """Angle of the edges of points (P, 3) in the frame of a box, within an eighth of a turn; NaN of too few."""
    if len(points) < _FEWEST_FOR_EDGES:
        return np.nan
    angle, _ = edge_heading(np.ascontiguousarray(points[:, :2] - points[:, :2].mean(axis=0)), None)
    return float(wrap_angle(4.0 * angle)) / 4.0


def _is_faced(scene: Scene, k: int) -> bool:
    """Tell whether the LiDARs measured anything in the direction of box k, before or behind it."""
    x, y = scene.boxes.centers[k, :2] - scene.sensor[:2]
    distance, radius = float(np.hypot(x, y)), float(np.hypot(*scene.boxes.sizes[k, :2])) / 2
    if distance <= 2.0 * radius:
        return True
    azimuth, half_angle = float(np.arctan2(y, x)), float(np.arcsin(radius / distance))
    # Twice, one turn apart: a box right behind the vehicle lies on both sides of the seam.
    for turned in (azimuth, azimuth - 2.0 * np.pi if azimuth > 0 else azimuth + 2.0 * np.pi):
        first, last = np.searchsorted(scene.azimuths, [turned - half_angle, turned + half_angle])
        if last > first:
            return True
    return False


def _is_free(scene: Scene, k: int, face: int, room: float, *, lag: float) -> bool:
    """Tell whether rays passed through the room between a face and the points, so that nothing hides what is there.

    Rays are as they were measured: the box is taken to where it was then, by its lag in seconds.
    """
    axis, sign = NORMALS[face]
    half_size = scene.boxes.sizes[k] / 2
    middle = np.zeros(3)
    middle[axis] = sign * (half_size[axis] - room / 2)
    moved = np.append(scene.velocities[k], 0.0) * np.nan_to_num(lag)
    place = scene.boxes.centers[k] + moved + scene.boxes.rotations[k] @ middle
    slab = half_size.copy()
    slab[axis] = room / 2
    return count_rays(scene.points, scene.sensor, place, slab, behind=-float(np.hypot(slab[0], slab[1]))) > 0
