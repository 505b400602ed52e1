"""The points around objects over time: every sweep is read once and shared by all tracks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import MissingDataError
from sensorann.geometry import Cuboids, Transform, points_in_cuboids
from sensorann.scene import Drive, Sweep, at_one_instant, frame_timestamps_ns, nearest_indices
from sensorann.scene.deskewing import TIME_FIELD
from sensorann.tracks.neighbours import Claims, Neighbours

_log = logging.getLogger(__name__)
# Sweeps of several LiDARs are one cloud only where they belong to one instant.
SAME_INSTANT_NS = 10_000_000


def sweep_instants(drive: Drive) -> NDArray[np.int64]:
    """Instants (N,) of all sweeps, increasing: those of the first LiDAR, and of each other one where it has its own.

    An object is looked for where it was when a LiDAR saw it; its points are never moved to another instant.
    """
    instants = np.unique(frame_timestamps_ns(drive))
    for sensor in drive.rig.of_kind("lidar"):
        times = drive.timestamps_ns(sensor.name)
        if len(times) and len(instants):
            apart = np.abs(instants[nearest_indices(instants, times)] - times)
            instants = np.union1d(instants, times[apart > SAME_INSTANT_NS])
    return instants


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Region:
    """Where and when to look for one object.

    Attributes
    ----------
    timestamps_ns : (K,) int64, increasing
    cuboids : K boxes in the frame of the labels, large enough to hold the object and the ground around it
    owner : the object's number among its neighbours
    """

    timestamps_ns: NDArray[np.int64]
    cuboids: Cuboids
    owner: int = -1


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Clouds:
    """The points of one region.

    Attributes
    ----------
    points : (P, 3) float32, metres, relative to `origin`, in the frame of the labels
    offsets : (K + 1,) int64, frame k owns rows offsets[k] to offsets[k + 1]
    viewers : (K, 3) float64, where the LiDARs stood, relative to `origin`; NaN where there is no sweep
    origin : (3,) float64
    """

    points: NDArray[np.float32]
    offsets: NDArray[np.int64]
    viewers: NDArray[np.float64]
    origin: NDArray[np.float64]

    def frame(self, k: int) -> NDArray[np.float32]:
        """Points of frame k."""
        return self.points[self.offsets[k] : self.offsets[k + 1]]


def stream_clouds(
    drive: Drive,
    regions: Sequence[Region],
    *,
    neighbours: Neighbours | None = None,
    most_points: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[dict[int, Clouds]]:
    """Read every sweep that a region asks for, once, and hand out each region as soon as its last sweep is read.

    Sweeps are read in time order, and what was handed out is no longer held: memory follows the longest region, not the
    length of the drive. A sweep that is missing on disk leaves its frame empty; how many are missing is said in one
    warning at the end.

    Parameters
    ----------
    drive : Drive
    regions : what is looked for
    neighbours : objects whose points belong to nobody else
    most_points : of a region with more at an instant only every so many-th is kept; None keeps all
    progress : called with the number of instants done and of all instants

    Yields
    ------
    Number of a region and its points, for all regions that an instant completed.
    """
    instants, asking = _schedule(regions)
    parts: dict[int, list[tuple[NDArray[np.float32], NDArray[np.float64]]]] = {}
    n_missing = 0
    if empty := {i: _joined([], np.zeros(3)) for i, region in enumerate(regions) if not len(region.timestamps_ns)}:
        yield empty
    for n_done, instant in enumerate(instants):
        points = points_at(drive, int(instant))
        n_missing += points is None
        viewer = viewer_at(drive, int(instant))
        if points is None:
            points, viewer = np.empty((0, 3)), np.full(3, np.nan)
        for (i, _), own in zip(
            asking[n_done], _split(points, regions, asking[n_done], neighbours, int(instant)), strict=True
        ):
            step = 1 if most_points is None else max(1, -(-len(own) // most_points))
            parts.setdefault(i, []).append((own[::step].copy(), viewer))
        if progress is not None:
            progress(n_done + 1, len(instants))
        ended = [i for i, row in asking[n_done] if row == len(regions[i].timestamps_ns) - 1]
        if ended:
            yield {i: _joined(parts.pop(i), regions[i].cuboids.centers[0]) for i in ended}
    if n_missing == len(instants) > 0:
        _log.warning("drive %s has no sweeps here: all boxes follow their curve alone", drive.name)
    elif n_missing:
        _log.warning("%d of %d sweeps are missing: boxes there follow the curve", n_missing, len(instants))


def _split(
    points: NDArray[np.float64],
    regions: Sequence[Region],
    asking: Sequence[tuple[int, int]],
    neighbours: Neighbours | None,
    instant: int,
) -> list[NDArray[np.float32]]:
    """Give every region that asks for an instant its own points of the sweep, relative to its own origin."""
    boxes = Cuboids.concatenate([regions[i].cuboids[row : row + 1] for i, row in asking])
    origin = boxes.centers[0]
    near = (points - origin).astype(np.float32)
    moved = Cuboids(centers=boxes.centers - origin, sizes=boxes.sizes, rotations=boxes.rotations, frame=boxes.frame)
    inside = points_in_cuboids(near, moved)
    claims = Claims(near, *neighbours.at(instant), origin) if neighbours is not None else None
    split = []
    for m, (i, _) in enumerate(asking):
        rows = inside[m] if claims is None else claims.free_for(regions[i].owner, inside[m])
        split.append((points[rows] - regions[i].cuboids.centers[0]).astype(np.float32))
    return split


def _schedule(regions: Sequence[Region]) -> tuple[NDArray[np.int64], list[list[tuple[int, int]]]]:
    """All instants that are asked for, and for each the (region, frame) pairs that ask."""
    instants = np.unique(np.concatenate([np.empty(0, np.int64), *(region.timestamps_ns for region in regions)]))
    asking: list[list[tuple[int, int]]] = [[] for _ in instants]
    for i, region in enumerate(regions):
        for row, at in enumerate(np.searchsorted(instants, region.timestamps_ns)):
            asking[at].append((i, row))
    return instants, asking


def points_at(drive: Drive, timestamp_ns: int) -> NDArray[np.float64] | None:
    """Points (N, 3) of all LiDARs at an instant, in the world (in the ego frame without poses); None without sweeps."""
    timed = timed_points_at(drive, timestamp_ns)
    return None if timed is None else timed[0]


def timed_points_at(drive: Drive, timestamp_ns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Points (N, 3) as `points_at` has them, and by how many seconds each (N,) is later than the instant.

    NaN where a sweep does not say when its points were measured.
    """
    clouds, delays = [], []
    for sensor in drive.rig.of_kind("lidar"):
        times = drive.timestamps_ns(sensor.name)
        if not len(times):
            continue
        index = int(nearest_indices(times, [timestamp_ns])[0])
        if abs(int(times[index]) - timestamp_ns) > SAME_INSTANT_NS:
            continue
        try:
            sweep = drive.sweep(sensor.name, index)
        except MissingDataError:
            continue
        points = _placed(drive, sweep, sensor.ego_from_sensor)
        known = np.isfinite(points).all(axis=1)
        clouds.append(points[known])
        delays.append(_delays(sweep, timestamp_ns)[known])
    return (np.concatenate(clouds), np.concatenate(delays)) if clouds else None


def _delays(sweep: Sweep, timestamp_ns: int) -> NDArray[np.float64]:
    offsets = sweep.fields.get(TIME_FIELD)
    if offsets is None or not offsets.any():
        return np.full(len(sweep), np.nan)
    return np.asarray((sweep.timestamp_ns - timestamp_ns + offsets.astype(np.int64)) * 1e-9)


def _placed(drive: Drive, sweep: Sweep, ego_from_sensor: Transform) -> NDArray[np.float64]:
    """Points of one sweep in the frame of the labels; NaN for those without a position."""
    trajectory = drive.trajectory
    if trajectory is None:
        return ego_from_sensor.apply(sweep.points).astype(np.float64)
    still = at_one_instant(sweep, ego_from_sensor=ego_from_sensor, trajectory=trajectory)
    return (trajectory.at(sweep.timestamp_ns) @ ego_from_sensor).apply(still.points)


def viewer_at(drive: Drive, timestamp_ns: int) -> NDArray[np.float64]:
    """Where the LiDARs stand at an instant, in the middle of them: (3,) in the frame of the labels; NaN if unknown."""
    lidars = [sensor.ego_from_sensor.translation for sensor in drive.rig.of_kind("lidar")]
    if not lidars:
        return np.full(3, np.nan)
    middle = np.mean(lidars, axis=0)
    if drive.trajectory is None:
        return np.asarray(middle)
    if not drive.trajectory.covers(np.array([timestamp_ns])).all():
        return np.full(3, np.nan)
    return drive.trajectory.at(timestamp_ns).apply(middle)


def _joined(frames: Sequence[tuple[NDArray[np.float32], NDArray[np.float64]]], origin: NDArray[np.float64]) -> Clouds:
    points, viewers = [frame for frame, _ in frames], [viewer for _, viewer in frames]
    return Clouds(
        points=np.concatenate([np.empty((0, 3), np.float32), *points]),
        offsets=np.concatenate([[0], np.cumsum([len(frame) for frame in points])]).astype(np.int64),
        viewers=np.array(viewers).reshape(-1, 3) - origin,
        origin=origin,
    )
