"""Two tracks of one object: the boxes of one go where the other has them, too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import paired_bev_iou
from sensorann.scene import Labels
from sensorann.tracks.surgery.identity import delete_span
from sensorann.tracks.surgery.joining import join_all_images
from sensorann.tracks.surgery.rows import check_two, select_images


def delete_doubled(labels: Labels, track_id: str, other_id: str) -> Labels:
    """Delete the boxes of a track that overlap the box of another one at their instant.

    Boxes where the other track has none stay: nobody else says where the object was then. 2D boxes on pictures where
    the other one has none become its own.

    Parameters
    ----------
    labels : Labels
    track_id, other_id : the track that gives way, and the one that stays

    Raises
    ------
    ArgumentError
        When a track is unknown, both are the same, or they never overlap.
    """
    track, other = check_two(labels, track_id, other_id, what="deleting what is labelled twice")
    _, own, theirs = np.intersect1d(track.timestamps_ns, other.timestamps_ns, return_indices=True)
    overlapping = paired_bev_iou(track.cuboids[own], other.cuboids[theirs]) > 0 if len(own) else np.zeros(0, np.bool_)
    if not overlapping.any():
        raise ArgumentError(f"tracks {track_id} and {other_id} overlap at no instant: nothing is labelled twice")
    doubled = track.timestamps_ns[own[overlapping]]
    labels = _with_pictures(labels, track_id, other_id, doubled)
    for instant in doubled.tolist():
        labels = delete_span(labels, track_id, span=(instant, instant))
    return labels


def _with_pictures(labels: Labels, track_id: str, other_id: str, instants: NDArray[np.int64]) -> Labels:
    """Give an object the 2D boxes that another one has at some instants, on pictures where it has none."""
    known = {image.camera: image.timestamps_ns for image in labels.image_tracks if image.id == other_id}
    taken = []
    for image in labels.image_tracks:
        if image.id == track_id:
            missing = ~np.isin(image.timestamps_ns, known.get(image.camera, ()))
            own = select_images(image, np.isin(image.timestamps_ns, instants) & missing)
            taken.append(replace(own, id=other_id, category=labels.track(other_id).category))
    found = [image for image in taken if len(image.timestamps_ns)]
    return replace(labels, image_tracks=join_all_images([*labels.image_tracks, *found]))
