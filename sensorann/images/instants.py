"""The boxes of one instant: between two labelled instants along the straight line, held at the ends of a track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import quaternions_from_rotations, rotations_from_quaternions, slerp
from sensorann.scene import Labels, Source, Track

_PLACED_BY_PEOPLE = (Source.HUMAN, Source.IMPORTED)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class InstantBoxes:
    """The boxes of all tracks that cover one instant.

    Attributes
    ----------
    track_ids, categories : N names
    cuboids : N boxes in the frame of the labels
    placed : (N,) bool, a person placed the label nearest to the frame, and it belongs to the frame
    """

    track_ids: tuple[str, ...]
    categories: tuple[str, ...]
    cuboids: Cuboids
    placed: NDArray[np.bool_]


def boxes_at(
    labels: Labels, timestamp_ns: int, *, frame_ns: int | None = None, frame_reach_ns: int = 1_000_000
) -> InstantBoxes:
    """Take every track at one instant: linear centre and size, spherical rotation.

    A track is never extrapolated: where it covers the frame but not quite the picture, whose camera fired a little
    before its first label or after its last, that label is held.

    Parameters
    ----------
    labels : Labels
    timestamp_ns : the instant, such as that of a picture
    frame_ns : the instant of the frame that the picture belongs to, when it is another one
    frame_reach_ns : a label this near to `frame_ns` is the label of the frame
    """
    frame_ns = timestamp_ns if frame_ns is None else frame_ns
    tracks = [track for track in labels.tracks if _covers(track, timestamp_ns) or _covers(track, frame_ns)]
    rights = [int(np.clip(np.searchsorted(t.timestamps_ns, timestamp_ns), 0, len(t) - 1)) for t in tracks]
    lefts = [max(right - 1, 0) for right in rights]
    fractions = np.array(
        [_fraction(track, left, right, timestamp_ns) for track, left, right in zip(tracks, lefts, rights, strict=True)]
    )
    nearest = [int(np.argmin(np.abs(track.timestamps_ns - frame_ns))) for track in tracks]
    placed = [
        int(track.sources[i]) in _PLACED_BY_PEOPLE and abs(int(track.timestamps_ns[i]) - frame_ns) <= frame_reach_ns
        for track, i in zip(tracks, nearest, strict=True)
    ]
    sides = [[track.cuboids[i : i + 1] for track, i in zip(tracks, rows, strict=True)] for rows in (lefts, rights)]
    return InstantBoxes(
        track_ids=tuple(track.id for track in tracks),
        categories=tuple(track.category for track in tracks),
        cuboids=_between(sides[0], sides[1], fractions, frame=labels.frame),
        placed=np.array(placed, np.bool_),
    )


def _covers(track: Track, timestamp_ns: int) -> bool:
    return len(track) > 0 and bool(track.timestamps_ns[0] <= timestamp_ns <= track.timestamps_ns[-1])


def _fraction(track: Track, left: int, right: int, timestamp_ns: int) -> float:
    """How far an instant lies from one label to the next, in [0, 1]."""
    # Difference in int64 first: a Unix time in float64 steps by 238 ns.
    start, end = int(track.timestamps_ns[left]), int(track.timestamps_ns[right])
    return min(max((timestamp_ns - start) / max(end - start, 1), 0.0), 1.0)


def _between(lefts: list[Cuboids], rights: list[Cuboids], fractions: NDArray[np.float64], *, frame: str) -> Cuboids:
    if not lefts:
        return Cuboids(centers=np.empty((0, 3)), sizes=np.empty((0, 3)), rotations=np.empty((0, 3, 3)), frame=frame)
    left, right = Cuboids.concatenate(lefts), Cuboids.concatenate(rights)
    share = fractions[:, None]
    start_wxyz, end_wxyz = (quaternions_from_rotations(side.rotations) for side in (left, right))
    return Cuboids(
        centers=left.centers + share * (right.centers - left.centers),
        sizes=left.sizes + share * (right.sizes - left.sizes),
        rotations=rotations_from_quaternions(slerp(start_wxyz, end_wxyz, fractions)),
        frame=frame,
    )
