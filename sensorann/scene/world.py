"""Labels of a moving vehicle in the frame in which objects move simply: the world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import TimeRangeError
from sensorann.geometry import Trajectory
from sensorann.scene.labels import Labels
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
