"""The boxes of one instant: which of them are on the screen, and where a hand holds one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboid
from sensorann.scene import Labels, Source, Track
from viewers.state import Gesture, ShownBox


def row_here(timestamps_ns: NDArray[np.int64], timestamp_ns: int) -> int | None:
    """Row of exactly that instant among increasing ones (N,); None where there is none."""
    row = int(np.searchsorted(timestamps_ns, timestamp_ns))
    return row if row < len(timestamps_ns) and timestamps_ns[row] == timestamp_ns else None


def box_at(track: Track, timestamp_ns: int, held: Gesture | None) -> Cuboid | None:
    """Box of an object at an instant, as a hand holds it where one does; None where it has none."""
    row = row_here(track.timestamps_ns, timestamp_ns)
    if row is None:
        return None
    return held.cuboid if held is not None and held.track_id == track.id else track.cuboids.record(row)


def shown_boxes(
    labels: Labels,
    timestamp_ns: int,
    *,
    selected: tuple[str, ...],
    hidden: frozenset[str],
    isolated: bool,
    words: tuple[str, ...],
    held: Gesture | None,
) -> Iterator[ShownBox]:
    """Boxes that are not hidden, in the order of the labels.

    Parameters
    ----------
    labels : Labels
    timestamp_ns : instant
    selected : ids of objects
    hidden : ids of objects that are not shown
    isolated : only what is selected is shown
    words : only objects whose id, category or attributes hold all of these are shown
    held : a box under the hand
    """
    for track in labels.tracks:
        chosen, cuboid = track.id in selected, box_at(track, timestamp_ns, held)
        if cuboid is None or track.id in hidden or (isolated and not chosen) or not _tells(track, words):
            continue
        source = Source(track.sources[np.searchsorted(track.timestamps_ns, timestamp_ns)])
        yield ShownBox(track=track, cuboid=cuboid, source=source, selected=chosen)


def _tells(track: Track, words: tuple[str, ...]) -> bool:
    if not words:
        return True
    told = " ".join([track.id, track.category, *(f"{k}={v}" for k, v in track.attributes.items())]).lower()
    return all(word in told for word in words)
