"""Which boxes lie how far from the ego vehicle."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import Drive, Labels, Track

# Upper ends of the ranges, metres in the plane.
_ENDS = (20.0, 40.0, 60.0)
RANGES = (*(f"{low:.0f}-{high:.0f} m" for low, high in pairwise((0.0, *_ENDS))), f"over {_ENDS[-1]:.0f} m")


def ranges_of(track: Track, drive: Drive | None) -> NDArray[np.int64]:
    """Number (N,) among `RANGES` of each box of a track.

    Raises
    ------
    ArgumentError
        When boxes in the world frame come without ego poses.
    """
    centers = track.cuboids.centers
    if track.cuboids.frame == "world":
        if drive is None or drive.trajectory is None:
            raise ArgumentError("ranges of labels in the world frame need a drive with ego poses")
        centers = centers - drive.trajectory.sample(track.timestamps_ns).translations
    return np.asarray(np.digitize(np.linalg.norm(centers[:, :2], axis=1), _ENDS), np.int64)


def labels_in_range(labels: Labels, number: int, drive: Drive | None) -> Labels:
    """Keep the boxes of one of the `RANGES`."""
    tracks = tuple(track[ranges_of(track, drive) == number] for track in labels.tracks)
    return replace(labels, tracks=tracks, image_tracks=(), relations=())
