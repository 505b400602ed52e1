"""A machine's result meets the store: it replaces machine boxes, never a person's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sensorann.errors import StoreError
from sensorann.scene import Labels, Source, Track
from sensorann.store.boxes import boxes_of
from sensorann.store.documents import track_body
from sensorann.store.patch import BoxChange, DocumentChange, Patch

# What `interpolate` computes anew from all other boxes, its keyframes.
MACHINE = (Source.INTERPOLATED, Source.FITTED)


def machine_patch(stored: Labels, computed: Labels, *, new_objects: bool) -> Patch:
    """Return what replaces the machine boxes of the computed objects by those of a new result.

    Boxes of people, imported and detected ones stay as they are, also where the result has a box at their instant.

    Parameters
    ----------
    stored, computed : what is there, and the result
    new_objects : whether objects that are not there are added

    Raises
    ------
    StoreError
        When the boxes are in different frames.
    """
    if stored.frame != computed.frame:
        raise StoreError(f"the boxes of this drive are in the frame {stored.frame!r}, got some in {computed.frame!r}")
    there = {track.id: track for track in stored.tracks}
    taken = [track for track in computed.tracks if new_objects or track.id in there]
    heads = tuple(
        DocumentChange("track", track.id, None, track_body(track)) for track in taken if track.id not in there
    )
    boxes = tuple(change for track in taken for change in _changes(there.get(track.id), track))
    return Patch(documents=heads, boxes=boxes)


def keyframes(computed: Labels) -> dict[str, list[int]]:
    """Instants of the boxes that a result rests on, by object, for the journal; none of objects that it left alone."""
    machine = {track.id: np.isin(track.sources, MACHINE) for track in computed.tracks}
    return {
        track.id: track.timestamps_ns[~machine[track.id]].tolist()
        for track in computed.tracks
        if machine[track.id].any()
    }


def _changes(stored: Track | None, computed: Track) -> Iterator[BoxChange]:
    was = {} if stored is None else boxes_of(stored)
    wanted = boxes_of(computed)
    for timestamp_ns in sorted(was | wanted):
        before = was.get(timestamp_ns)
        if before is not None and before.source not in MACHINE:
            continue
        after = wanted.get(timestamp_ns)
        if stored is not None and after is not None and after.source not in MACHINE:
            continue  # a keyframe of the result that the store has no more
        if before != after:
            yield BoxChange(computed.id, timestamp_ns, before, after)
