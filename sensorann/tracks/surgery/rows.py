"""Which boxes of a track an edit means, and putting an edited track back among the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import ImageTrack, Labels, Track

# First and last instant in ns, both included; None means the whole track.
Span = tuple[int, int] | None


def mask_of(timestamps_ns: NDArray[np.int64], span: Span) -> NDArray[np.bool_]:
    """Mark the instants (N,) within a span.

    Raises
    ------
    ArgumentError
        When the span ends before it starts.
    """
    if span is None:
        return np.ones(len(timestamps_ns), np.bool_)
    start, end = span
    if end < start:
        raise ArgumentError(f"a span must not end before it starts, got {start} to {end} ns")
    return np.asarray((timestamps_ns >= start) & (timestamps_ns <= end))


def boxes_in(track: Track, span: Span) -> NDArray[np.bool_]:
    """Mark the boxes (N,) of a track within a span.

    Raises
    ------
    ArgumentError
        When there are none, or the span ends before it starts.
    """
    inside = mask_of(track.timestamps_ns, span)
    if inside.any():
        return inside
    if not len(track):
        raise ArgumentError(f"track {track.id} has no boxes")
    first, last = track.timestamps_ns[[0, -1]]
    where = "" if span is None else f" from {span[0]} to {span[1]} ns"
    raise ArgumentError(f"track {track.id} has no box{where}, its boxes lie from {first} to {last} ns")


def row_at(track: Track, timestamp_ns: int) -> int:
    """Row of the box at exactly that instant.

    Raises
    ------
    ArgumentError
        When there is none; the nearest instant is named.
    """
    found = np.flatnonzero(track.timestamps_ns == timestamp_ns)
    if len(found):
        return int(found[0])
    if not len(track):
        raise ArgumentError(f"track {track.id} has no boxes")
    nearest = track.timestamps_ns[np.argmin(np.abs(track.timestamps_ns - timestamp_ns))]
    raise ArgumentError(f"track {track.id} has no box at {timestamp_ns} ns, the nearest is at {nearest} ns")


def check_two(labels: Labels, first_id: str, second_id: str, *, what: str) -> tuple[Track, Track]:
    """Return two different tracks.

    Raises
    ------
    ArgumentError
        When one is unknown, or both are the same.
    """
    first, second = labels.track(first_id), labels.track(second_id)
    if first_id == second_id:
        raise ArgumentError(f"{what} needs two tracks, got {first_id!r} twice")
    return first, second


def with_tracks(labels: Labels, edited: dict[str, tuple[Track, ...]]) -> Labels:
    """Put none, one or several tracks in the place of each named one; the others stay the same objects."""
    tracks = [new for old in labels.tracks for new in edited.get(old.id, (old,))]
    return replace(labels, tracks=tuple(tracks))


def select_images(track: ImageTrack, kept: NDArray[np.bool_]) -> ImageTrack:
    """Select boxes of an image track."""
    return replace(track, timestamps_ns=track.timestamps_ns[kept], boxes=track.boxes[kept], sources=track.sources[kept])
