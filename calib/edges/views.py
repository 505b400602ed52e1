"""Pictures of a camera with the outlines that a LiDAR saw at the same instants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.edges.edges import edge_distances, edge_rows
from calib.lidars.clouds import cloud_at
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.scene import Drive, nearest_indices

_SAME_TIME_NS = 100_000_000
# Nobody knows how strong an edge of a picture is, or a jump of range: half and twice the usual are as good.
_CHOICES = (0.5, 2.0)


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """One picture, and outlines of the same instant.

    Attributes
    ----------
    number : of the picture in the drive
    distances : (height, width) pixels to the nearest edge
    points : (N, 3), metres, in the frame of the camera as the rig places it
    variants : the same with laxer and stricter edges and outlines
    """

    number: int
    distances: NDArray[np.float32]
    points: Floats
    variants: tuple[View, ...] = ()


def read_views(
    drive: Drive, camera: str, lidar: str, n_pictures: int, progress: Callable[[int, int], None]
) -> list[View]:
    """Read pictures spread over a drive, each with the sweep nearest in time.

    Raises
    ------
    CalibrationError
        When no picture has a sweep of its time.
    """
    times, sweeps = drive.timestamps_ns(camera), drive.timestamps_ns(drive.rig.ranging(lidar).name)
    nearest = nearest_indices(sweeps, times) if len(sweeps) else np.zeros(len(times), np.intp)
    usable = [i for i in range(len(times)) if len(sweeps) and abs(int(sweeps[nearest[i]] - times[i])) < _SAME_TIME_NS]
    if not usable:
        raise CalibrationError(f"no picture of {camera} was taken within a tenth of a second of a sweep of {lidar}")
    views = []
    chosen = [usable[i] for i in np.unique(np.linspace(0, len(usable) - 1, n_pictures).round().astype(int))]
    for done, i in enumerate(chosen):
        progress(done, len(chosen))
        views.append(_view(drive, camera, lidar, i, int(nearest[i])))
    return views


def _view(drive: Drive, camera: str, lidar: str, number: int, sweep_number: int) -> View:
    picture, sweep = drive.image(camera, number), drive.sweep(lidar, sweep_number)
    # Outlines are found as the sweep was measured, and carried to where the camera was.
    measured = sweep.points.astype(np.float64)
    camera_from_lidar = drive.rig[camera].ego_from_sensor.inverse() @ drive.rig[lidar].ego_from_sensor
    placed = camera_from_lidar.apply(cloud_at(drive, sweep, int(drive.timestamps_ns(camera)[number])))
    points, distances = placed[edge_rows(measured)], edge_distances(picture)
    variants = [View(number, edge_distances(picture, contrast=choice), points) for choice in _CHOICES]
    variants += [View(number, distances, placed[edge_rows(measured, jump=choice)]) for choice in _CHOICES]
    return View(number, distances, points, tuple(variants))
