"""Two tracks of one object: the boxes of one go where the other has them, too."""

from __future__ import annotations

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.geometry import paired_bev_iou
from sensorann.scene import Labels
from sensorann.tracks.surgery.identity import delete_span
from sensorann.tracks.surgery.rows import check_two


def delete_doubled(labels: Labels, track_id: str, other_id: str) -> Labels:
    """Delete the boxes of a track that overlap the box of another one at their instant, in pictures too.

    Boxes where the other track has none stay: nobody else says where the object was then.

    Parameters
    ----------
    labels : Labels
    track_id, other_id : the track that gives way, and the one that stays as it is

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
    for instant in track.timestamps_ns[own[overlapping]].tolist():
        labels = delete_span(labels, track_id, span=(instant, instant))
    return labels
