"""How much of the labels a file took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import Drive, ImageTrack, Labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a writer put into a file.

    Attributes
    ----------
    tracks, boxes : tracks with at least one box, and their 3D boxes
    image_tracks : tracks in pictures with at least one 2D box
    left_out : 3D boxes that were given and are not in the file
    """

    tracks: int
    boxes: int
    image_tracks: int
    left_out: int


def count_written(
    labels: Labels,
    path: Path,
    *,
    drive: Drive,
    holds: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
    image_tracks: Sequence[ImageTrack] = (),
) -> Written:
    """Count what a format that knows only the frames of a drive will hold, before it is written.

    Parameters
    ----------
    labels : what is to be written
    path : where to, for the message
    drive : the recording
    holds : tells which instants (N,) are frames
    image_tracks : those of the labels that the format has a place for

    Raises
    ------
    ArgumentError
        When there are boxes and none of them is at a frame.
    """
    kept = [n for track in labels.tracks if (n := int(holds(track.timestamps_ns).sum()))]
    n_drawn = sum(bool(holds(track.timestamps_ns).any()) for track in image_tracks)
    if not sum(kept) and (labels.n_boxes or (image_tracks and not n_drawn)):
        raise ArgumentError(
            f"{path}: nothing to write, no box's instant is a frame of drive {drive.name}: wrong --drive?"
        )
    return Written(tracks=len(kept), boxes=sum(kept), image_tracks=n_drawn, left_out=labels.n_boxes - sum(kept))
