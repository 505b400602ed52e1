"""The patch between two states of labels: what an edit changed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import StoreError
from sensorann.scene import Labels, Track
from sensorann.store.boxes import boxes_of, numbers_of
from sensorann.store.documents import documents_of, track_body
from sensorann.store.patch import BoxChange, DocumentChange, Patch


def difference(before: Labels | None, after: Labels) -> Patch:
    """Return what turns one state of a drive into another.

    Parameters
    ----------
    before : what was seen; None where the drive is new
    after : what is wanted

    Raises
    ------
    StoreError
        When the boxes are in different frames.
    """
    if before is not None and before.frame != after.frame:
        raise StoreError(f"the boxes of this drive are in the frame {before.frame!r}, got some in {after.frame!r}")
    was = {} if before is None else documents_of(before)
    wanted = documents_of(after)
    documents = [
        DocumentChange(*key, was.get(key), wanted.get(key)) for key in (was | wanted) if was.get(key) != wanted.get(key)
    ]
    tracks_before = {} if before is None else {track.id: track for track in before.tracks}
    tracks_after = {track.id: track for track in after.tracks}
    boxes: list[BoxChange] = []
    for object_id in tracks_before | tracks_after:
        boxes += _box_changes(object_id, tracks_before.get(object_id), tracks_after.get(object_id))
    return Patch(documents=tuple(documents), boxes=tuple(boxes))


def track_difference(before: Track | None, after: Track | None) -> Patch:
    """Return what turns one state of an object into another; None where it is not there.

    Raises
    ------
    StoreError
        When the two are different objects, or their boxes are in different frames.
    """
    if before is not None and after is not None:
        if before.id != after.id:
            raise StoreError(f"an edit keeps the id of its object, got {after.id!r} for {before.id!r}")
        if before.cuboids.frame != after.cuboids.frame:
            raise StoreError(
                f"the boxes of object {before.id} are in the frame {before.cuboids.frame!r}, "
                f"got some in {after.cuboids.frame!r}"
            )
    body_before, body_after = (None if track is None else track_body(track) for track in (before, after))
    object_id = next(track.id for track in (before, after) if track is not None)
    head = () if body_before == body_after else (DocumentChange("track", object_id, body_before, body_after),)
    return Patch(documents=head, boxes=tuple(_box_changes(object_id, before, after)))


def _box_changes(object_id: str, before: Track | None, after: Track | None) -> Iterator[BoxChange]:
    if before is after:
        return  # what an edit leaves alone is the same object
    if before is not None and after is not None and np.array_equal(before.timestamps_ns, after.timestamps_ns):
        changed = _changed_rows(before, after)
        before, after = before[changed], after[changed]
    was = {} if before is None else boxes_of(before)
    wanted = {} if after is None else boxes_of(after)
    for timestamp_ns in sorted(was | wanted):
        change = BoxChange(object_id, timestamp_ns, was.get(timestamp_ns), wanted.get(timestamp_ns))
        if change.before != change.after:
            yield change


def _changed_rows(before: Track, after: Track) -> NDArray[np.bool_]:
    """Mark the boxes (N,) of two tracks of equal instants that may differ; bits are compared, as NaN is no change."""
    if before.box_attributes != after.box_attributes:
        return np.ones(len(before), np.bool_)
    bits = (numbers_of(track).view(np.int64) for track in (before, after))
    return np.asarray(np.not_equal(*bits).any(axis=1) | (before.sources != after.sources))
