"""The points around objects over time: every sweep is read once and shared by all tracks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import MissingDataError
from sensorann.geometry import Cuboids, Transform, points_in_cuboids
from sensorann.scene import Drive, Sweep, deskew, nearest_indices
from sensorann.scene.deskewing import TIME_FIELD

_log = logging.getLogger(__name__)
# Sweeps of several LiDARs are one cloud only where they belong to one instant.
SAME_INSTANT_NS = 10_000_000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Region:
    """Where and when to look for one object.

    Attributes
    ----------
    timestamps_ns : (K,) int64, increasing
    cuboids : K boxes in the frame of the labels, large enough to hold the object and the ground around it
    """

    timestamps_ns: NDArray[np.int64]
    cuboids: Cuboids


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Clouds:
    """The points of one region.

    Attributes
    ----------
    points : (P, 3) float32, metres, relative to `origin`, in the frame of the labels
    offsets : (K + 1,) int64, frame k owns rows offsets[k] to offsets[k + 1]
    origin : (3,) float64
    """

    points: NDArray[np.float32]
    offsets: NDArray[np.int64]
    origin: NDArray[np.float64]

    def frame(self, k: int) -> NDArray[np.float32]:
        """Points of frame k."""
        return self.points[self.offsets[k] : self.offsets[k + 1]]


def gather_clouds(
    drive: Drive, regions: Sequence[Region], *, progress: Callable[[int, int], None] | None = None
) -> list[Clouds]:
    """Read every sweep that a region asks for, once, and keep the points inside.

    A sweep that is missing on disk leaves its frame empty; how many are missing is said in one warning.

    Parameters
    ----------
    drive : Drive
    regions : what is looked for
    progress : called with the number of instants done and of all instants
    """
    instants, asking = _schedule(regions)
    parts = [[np.empty((0, 3), np.float32)] * len(region.timestamps_ns) for region in regions]
    n_missing = 0
    for n_done, instant in enumerate(instants):
        points = points_at(drive, int(instant))
        n_missing += points is None
        if points is not None:
            boxes = Cuboids.concatenate([regions[i].cuboids[row : row + 1] for i, row in asking[n_done]])
            origin = boxes.centers[0]
            moved = Cuboids(
                centers=boxes.centers - origin, sizes=boxes.sizes, rotations=boxes.rotations, frame=boxes.frame
            )
            inside = points_in_cuboids((points - origin).astype(np.float32), moved)
            for m, (i, row) in enumerate(asking[n_done]):
                parts[i][row] = (points[inside[m]] - regions[i].cuboids.centers[0]).astype(np.float32)
        if progress is not None:
            progress(n_done + 1, len(instants))
    if n_missing == len(instants) > 0:
        _log.warning("drive %s has no sweeps here: all boxes follow their curve alone", drive.name)
    elif n_missing:
        _log.warning("%d of %d sweeps are missing: boxes there follow the curve", n_missing, len(instants))
    return [_joined(frames, region.cuboids.centers[0]) for frames, region in zip(parts, regions, strict=True)]


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
    clouds = []
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
        clouds.append(_placed(drive, sweep, sensor.ego_from_sensor))
    return np.concatenate(clouds) if clouds else None


def _placed(drive: Drive, sweep: Sweep, ego_from_sensor: Transform) -> NDArray[np.float64]:
    """Points of one sweep in the frame of the labels, those without a position left out."""
    trajectory = drive.trajectory
    if trajectory is None:
        points = ego_from_sensor.apply(sweep.points)
        return points[np.isfinite(points).all(axis=1)]
    offsets = sweep.fields.get(TIME_FIELD)
    if offsets is not None and len(offsets):
        ends = sweep.timestamp_ns + np.array([offsets.min(), offsets.max()], np.int64)
        if trajectory.covers(ends).all() and offsets.any():
            sweep = deskew(sweep, ego_from_sensor=ego_from_sensor, trajectory=trajectory)
    points = (trajectory.at(sweep.timestamp_ns) @ ego_from_sensor).apply(sweep.points)
    return points[np.isfinite(points).all(axis=1)]


def _joined(frames: Sequence[NDArray[np.float32]], origin: NDArray[np.float64]) -> Clouds:
    offsets = np.concatenate([[0], np.cumsum([len(frame) for frame in frames])]).astype(np.int64)
    return Clouds(points=np.concatenate([np.empty((0, 3), np.float32), *frames]), offsets=offsets, origin=origin)
