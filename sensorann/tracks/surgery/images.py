"""Edits of one 2D box of an object on one picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.scene import ImageTrack, Labels, Source
from sensorann.tracks.surgery.joining import join_all_images
from sensorann.tracks.surgery.rows import select_images


def put_image_box(
    labels: Labels, track_id: str, camera: str, *, timestamp_ns: int, box: ArrayLike, source: Source = Source.HUMAN
) -> Labels:
    """Give an object a 2D box on one picture, in the place of the one that it has there, if any.

    Parameters
    ----------
    labels : Labels
    track_id : object with a cuboid track, whose category the 2D box gets
    camera : name of the camera
    timestamp_ns : instant of the picture
    box : (4,) left, top, right, bottom, pixels
    source : who vouches for it: a person, when not given

    Raises
    ------
    ArgumentError
        When there is no such object, or the box has no area.
    """
    edges = as_array(box, (4,), np.float64, name="box", finite=True)
    if not (edges[2:] > edges[:2]).all():
        raise ArgumentError(f"a 2D box is left, top, right, bottom with an area, got {edges.tolist()}")
    new = ImageTrack(
        id=track_id,
        camera=camera,
        category=labels.track(track_id).category,
        timestamps_ns=np.array([timestamp_ns]),
        boxes=edges[None],
        sources=np.array([source], np.uint8),
    )
    others = _without(labels, track_id, camera, timestamp_ns)
    return replace(labels, image_tracks=join_all_images([*others, new]))


def delete_image_box(labels: Labels, track_id: str, camera: str, *, timestamp_ns: int) -> Labels:
    """Take away the 2D box that an object has on one picture.

    Raises
    ------
    ArgumentError
        When it has none there.
    """
    others = _without(labels, track_id, camera, timestamp_ns)
    if sum(len(one.timestamps_ns) for one in others) == sum(len(one.timestamps_ns) for one in labels.image_tracks):
        raise ArgumentError(f"object {track_id} has no 2D box on the picture of {camera} at {timestamp_ns} ns")
    return replace(labels, image_tracks=others)


def _without(labels: Labels, track_id: str, camera: str, timestamp_ns: int) -> tuple[ImageTrack, ...]:
    kept = [
        select_images(one, one.timestamps_ns != timestamp_ns) if (one.id, one.camera) == (track_id, camera) else one
        for one in labels.image_tracks
    ]
    return tuple(one for one in kept if len(one.timestamps_ns))
