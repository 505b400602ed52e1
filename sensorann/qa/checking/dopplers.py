"""What the radars say of every box: how fast its object comes or goes, beside what its track says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.radar_returns import of_box, radar_returns
from sensorann.geometry import Cuboid, Transform
from sensorann.qa.checking.all_boxes import boxes_of
from sensorann.qa.checking.paths import Path
from sensorann.scene import Drive, Returns

# Returns further away than this come from anything, metres; returns at a right angle to a heading say nothing of it.
_FARTHEST, _LEAST_COSINE = 80.0, 0.5


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Dopplers:
    """Columns beside the boxes of one track.

    Attributes
    ----------
    counts : (N,) int64, returns from the box
    misses : (N,) float64, m/s by which they go away faster than the track says, their median; NaN without returns
    along : (N,) float64, m/s forward along the heading of the box as they show it; NaN where they cannot show it
    """

    counts: NDArray[np.int64]
    misses: NDArray[np.float64]
    along: NDArray[np.float64]


def read_dopplers(paths: Sequence[Path], drive: Drive) -> tuple[Dopplers, ...]:
    """Read the radars at every instant at which something is labelled; nothing at all where there are none.

    Parameters
    ----------
    paths : in the world
    drive : with ego poses
    """
    trajectory = drive.trajectory
    if trajectory is None or not drive.rig.of_kind("radar"):
        return ()
    found = tuple(
        Dopplers(
            counts=np.zeros(len(path.track), np.int64),
            misses=np.full(len(path.track), np.nan),
            along=np.full(len(path.track), np.nan),
        )
        for path in paths
    )
    owners, rows, times = boxes_of(tuple(path.track for path in paths))
    any_scan = False
    for part in np.split(np.arange(len(times)), np.flatnonzero(np.diff(times)) + 1) if len(times) else []:
        now_ns = int(times[part[0]])
        scans = radar_returns(drive, now_ns) if trajectory.covers(now_ns) else []
        if not scans:
            continue
        any_scan = True
        ego_from_world = trajectory.at(now_ns).inverse()
        for owner, row in zip(owners[part], rows[part], strict=True):
            _look(paths[owner], int(row), scans, ego_from_world, found[owner])
    return found if any_scan else ()


def _look(path: Path, row: int, scans: Sequence[Returns], ego_from_world: Transform, found: Dopplers) -> None:
    """Fill in what one instant says of one box."""
    if path.distances[row] > _FARTHEST:
        return
    boxes = path.track.cuboids
    pose = ego_from_world @ Transform(boxes.rotations[row], boxes.centers[row])
    length, width, height = (float(edge) for edge in boxes.sizes[row])
    box = Cuboid(frame_from_cuboid=pose, size=(length, width, height), frame="ego")
    parts = [(scan.sights[own], scan.speeds[own]) for scan in scans for own in [of_box(scan, box)]]
    sights, away = (np.concatenate(column) for column in zip(*parts, strict=True))
    if not len(away):
        return
    azimuths = np.arctan2(sights[:, 1], sights[:, 0])
    vx, vy, _ = ego_from_world.rotate(np.append(path.velocities[row], 0.0))
    found.counts[row] = len(away)
    found.misses[row] = np.median(away - vx * np.cos(azimuths) - vy * np.sin(azimuths))
    cosines = np.cos(azimuths - pose.yaw)
    shown = np.abs(cosines) > _LEAST_COSINE
    if shown.any():
        found.along[row] = np.median(away[shown] / cosines[shown])
