"""One object, detected twice: only the surest box of a frame takes part, and only the surest of two tracks stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids, paired_bev_iou
from sensorann.geometry.assignment import near_pairs
from sensorann.kernels import association, overlap
from sensorann.scene import Track

# Two objects never share so much of the ground, seen from above, but for a moment.
_LARGEST_OVERLAP = 0.3
_LARGEST_SHARE = 0.5


def surest_rows(seconds: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows without the boxes that a surer one of the same instant covers.

    Parameters
    ----------
    seconds : (N,) float64, rising; of each instant the surest box first
    boxes : (N, >= 7) float64: x, y, z, yaw, length, width, height

    Returns
    -------
    (K,) int64, rising
    """
    footprints = np.empty((len(boxes), 7))
    association.rectangles(boxes, footprints)
    starts = np.flatnonzero(np.diff(seconds, prepend=np.nan) != 0)
    kept = [
        start + overlap.suppress(footprints[start:stop], np.arange(stop - start), _LARGEST_OVERLAP)
        for start, stop in zip(starts, [*starts[1:], len(seconds)], strict=True)
    ]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *kept]))


def covered_ground(boxes: Cuboids, others: Cuboids) -> NDArray[np.float64]:
    """Share (N,) of the footprint of each box that another one covers."""
    areas, other_areas = (own.sizes[:, 0] * own.sizes[:, 1] for own in (boxes, others))
    ious = paired_bev_iou(boxes, others)
    return np.asarray(ious / (1.0 + ious) * (areas + other_areas) / areas)


def surest_tracks(
    tracks: Sequence[Track],
    *,
    by: str = "score",
    overlap_of: Callable[[Cuboids, Cuboids], NDArray[np.float64]] = paired_bev_iou,
) -> list[Track]:
    """Leave out tracks that a surer one of another category covers for more than half of their boxes.

    Detectors find a cyclist and a pedestrian in one place, and both are tracked.

    Parameters
    ----------
    tracks : in any order; of two that are as sure the first stays
    by : attribute that says how sure a track is
    overlap_of : how far boxes are covered by others, pair by pair, 0 to 1
    """
    surest_first = np.argsort([-float(track.attributes[by]) for track in tracks], kind="stable")
    ranks = np.empty(len(tracks), np.int64)
    ranks[surest_first] = np.arange(len(tracks))
    covered: dict[int, list[int]] = {}
    for doubtful, sure in _covered(tracks, ranks, overlap_of):
        covered.setdefault(doubtful, []).append(sure)
    kept: set[int] = set()
    for i in surest_first.tolist():
        # What is left out itself covers nothing.
        if kept.isdisjoint(covered.get(i, ())):
            kept.add(i)
    return [track for i, track in enumerate(tracks) if i in kept]


def _covered(
    tracks: Sequence[Track], ranks: NDArray[np.int64], overlap_of: Callable[[Cuboids, Cuboids], NDArray[np.float64]]
) -> list[tuple[int, int]]:
    """Pairs of a track and a surer one of another category that covers more than half of its boxes."""
    if not tracks:
        return []
    lengths = np.array([len(track) for track in tracks])
    times = np.concatenate([track.timestamps_ns for track in tracks])
    order = np.argsort(times, kind="stable")
    numbers, frames = np.repeat(np.arange(len(tracks)), lengths)[order], times[order]
    cuboids = Cuboids.concatenate([track.cuboids for track in tracks])[order]
    rows, columns = near_pairs(frames, cuboids, frames, cuboids)
    kinds = np.unique([track.category for track in tracks], return_inverse=True)[1]
    rivals = (kinds[numbers[rows]] != kinds[numbers[columns]]) & (ranks[numbers[rows]] > ranks[numbers[columns]])
    rows, columns = rows[rivals], columns[rivals]
    overlapping = overlap_of(cuboids[rows], cuboids[columns]) > _LARGEST_OVERLAP
    pairs, counts = np.unique(numbers[[rows[overlapping], columns[overlapping]]], axis=1, return_counts=True)
    doubtful, sure = pairs[:, counts > _LARGEST_SHARE * lengths[pairs[0]]].tolist()
    return list(zip(doubtful, sure, strict=True))
