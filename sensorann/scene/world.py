"""Boxes of a moving vehicle between the frames of its sensors, its own, and the world, where objects move simply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError, TimeRangeError
from sensorann.geometry import Cuboids, Trajectory
from sensorann.scene.labels import Labels
from sensorann.scene.rig import Sensor
from sensorann.scene.track import Track


def labels_in_world(labels: Labels, trajectory: Trajectory | None) -> Labels:
    """Move labels from the ego frame into the world, each box at its own instant.

    Without ego poses there is nothing to move them by: they stay as they are.

    Raises
    ------
    TimeRangeError
        When a box to be moved lies outside the ego trajectory: a pose is never invented.
    """
    if labels.frame == "world" or trajectory is None:
        return labels
    tracks = tuple(_track_in_world(track, trajectory) for track in labels.tracks)
    return replace(labels, frame="world", tracks=tracks)


def track_in_ego(track: Track, trajectory: Trajectory) -> Track:
    """Move a track from the world into the ego frame, each box at its own instant; the way back of `labels_in_world`.

    Raises
    ------
    TimeRangeError
        When a box lies outside the ego trajectory.
    """
    ego_from_world = trajectory.sample(track.timestamps_ns).inverse()
    cuboids = track.cuboids.moved(ego_from_world, frame="ego")
    return replace(track, cuboids=cuboids, sigmas=_turned(track.sigmas, ego_from_world.rotations))


def from_sensor(
    cuboids: Cuboids, sensor: Sensor, trajectory: Trajectory | None, *, timestamps_ns: ArrayLike
) -> Cuboids:
    """Move boxes from a sensor's frame into that of labels: the world, or the ego frame where there are no ego poses.

    Parameters
    ----------
    cuboids : N boxes in the sensor's frame
    sensor : Sensor
    trajectory : of the drive
    timestamps_ns : (N,) int64, the instant of each box

    Raises
    ------
    TimeRangeError
        When an instant lies outside the trajectory.
    """
    if trajectory is None:
        return cuboids.moved(sensor.ego_from_sensor, frame="ego")
    return cuboids.moved(trajectory.sample(timestamps_ns) @ sensor.ego_from_sensor, frame="world")


def into_sensor(
    cuboids: Cuboids, sensor: Sensor, trajectory: Trajectory | None, *, timestamps_ns: ArrayLike
) -> Cuboids:
    """Move boxes of labels, in the world or the ego frame, into a sensor's frame; the way back of `from_sensor`.

    Raises
    ------
    ArgumentError
        When boxes in the world meet a drive without ego poses.
    TimeRangeError
        When an instant lies outside the trajectory.
    """
    sensor_from_ego = sensor.ego_from_sensor.inverse()
    if cuboids.frame == "ego":
        return cuboids.moved(sensor_from_ego, frame=sensor.name)
    if trajectory is None:
        raise ArgumentError(f"boxes in the world cannot be moved into {sensor.name}: the drive has no ego poses")
    return cuboids.moved(sensor_from_ego @ trajectory.sample(timestamps_ns).inverse(), frame=sensor.name)


def _track_in_world(track: Track, trajectory: Trajectory) -> Track:
    outside = ~trajectory.covers(track.timestamps_ns)
    if outside.any():
        raise TimeRangeError(
            f"track {track.id}: {int(outside.sum())} of {len(track)} boxes are in the ego frame at instants outside "
            f"the ego trajectory ({trajectory.start_ns} to {trajectory.end_ns} ns), the first at "
            f"{int(track.timestamps_ns[outside][0])} ns: they have no place in the world"
        )
    world_from_ego = trajectory.sample(track.timestamps_ns)
    cuboids = track.cuboids.moved(world_from_ego, frame="world")
    return replace(track, cuboids=cuboids, sigmas=_turned(track.sigmas, world_from_ego.rotations))


def _turned(sigmas: NDArray[np.float64], rotations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Express sigmas of x, y, z along other axes: the diagonal of R S R^T."""
    turned = sigmas.copy()
    turned[:, :3] = np.sqrt(np.einsum("nij,nj->ni", rotations**2, sigmas[:, :3] ** 2))
    return turned
