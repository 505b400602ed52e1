"""The boxes of one instant: between two labelled instants along the straight line, never beyond them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids, Trajectory
from sensorann.geometry.rotations import quaternions_from_rotations, rotations_from_quaternions, slerp
from sensorann.scene import Labels, Source

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
    """Take every track at one instant: linear centre and size, spherical rotation; a track is never extrapolated.

    Parameters
    ----------
    labels : Labels
    timestamp_ns : the instant, such as that of a picture
    frame_ns : the instant of the frame that the picture belongs to, when it is another one
    frame_reach_ns : a label this near to `frame_ns` is the label of the frame
    """
    frame_ns = timestamp_ns if frame_ns is None else frame_ns
    tracks = [t for t in labels.tracks if len(t) and t.timestamps_ns[0] <= timestamp_ns <= t.timestamps_ns[-1]]
    rights = [int(np.searchsorted(track.timestamps_ns, timestamp_ns)) for track in tracks]
    lefts = [max(right - 1, 0) for right in rights]
    # Difference in int64 first: a Unix time in float64 steps by 238 ns.
    fractions = np.array(
        [
            (timestamp_ns - int(track.timestamps_ns[left]))
            / max(int(track.timestamps_ns[right] - track.timestamps_ns[left]), 1)
            for track, left, right in zip(tracks, lefts, rights, strict=True)
        ]
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


def labels_in_world(labels: Labels, trajectory: Trajectory | None) -> Labels:
    """Move labels of the ego frame into the world, each box at its own instant, where there are ego poses.

    Raises
    ------
    ArgumentError
        When labels in the world frame meet a drive without ego poses: nobody knows where the vehicle was.
    """
    if trajectory is None:
        if labels.frame == "world":
            raise ArgumentError(
                f"the labels of {labels.drive_name} are in the world frame, but the drive has no ego poses"
            )
        return labels
    if labels.frame == "world":
        return labels
    tracks = []
    for track in labels.tracks:
        known = track[trajectory.covers(track.timestamps_ns)]
        moved = known.cuboids.moved(trajectory.sample(known.timestamps_ns), frame="world")
        tracks.append(replace(known, cuboids=moved))
    return replace(labels, frame="world", tracks=tuple(tracks))


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
