"""Which tracks of several labellings are of one object: complete-link clustering by their overlap in all instants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.assignment import near_pairs
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.scene import Motion, Ontology

# Small boxes lose more overlap by the same centimetres.
_VEHICLE_IOU, _OTHER_IOU = 0.5, 0.3
# Neighbours may overlap for a moment, and hardly on average: tracks need less of it than boxes to be the same.
_OF_TRACKS = 0.5


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Overlaps:
    """How tracks of different labellings lie in each other.

    Attributes
    ----------
    sums : pair of tracks (the lower number first) to the sum of the overlaps of their boxes
    frames : of each track
    """

    sums: dict[tuple[int, int], float]
    frames: tuple[frozenset[int], ...]

    def n_common(self, one: int, other: int) -> int:
        """Number of instants at which both have a box."""
        return len(self.frames[one] & self.frames[other])

    def mean(self, one: int, other: int) -> float:
        """Mean overlap over the instants at which both have a box; there is one at least."""
        return self.sums.get((min(one, other), max(one, other)), 0.0) / self.n_common(one, other)


def least_overlap(categories: Sequence[str], ontology: Ontology) -> NDArray[np.float64]:
    """Least overlap (T,) of two boxes of one object, by how its category moves."""
    vehicles = [name not in ontology or ontology[name].motion is Motion.VEHICLE for name in categories]
    return np.where(vehicles, _VEHICLE_IOU, _OTHER_IOU)


def overlaps(
    rows: NDArray[np.int64], frames: NDArray[np.int64], cuboids: Cuboids, owners: NDArray[np.int64]
) -> Overlaps:
    """Add up the overlaps of the boxes of every two tracks of different labellings.

    Parameters
    ----------
    rows : (N,) int64, track of each box
    frames : (N,) int64, rising
    cuboids : N boxes
    owners : (T,) int64, labelling of each track
    """
    sums: dict[tuple[int, int], float] = {}
    mine = [np.flatnonzero(owners[rows] == owner) for owner in range(int(owners.max(initial=-1)) + 1)]
    for ours, theirs in combinations(mine, 2):
        first, second = near_pairs(frames[ours], cuboids[ours], frames[theirs], cuboids[theirs])
        shared = paired_iou_3d(cuboids[ours[first]], cuboids[theirs[second]])
        pairs = np.column_stack([rows[ours[first]], rows[theirs[second]]])[shared > 0]
        keys, pair_of = np.unique(pairs, axis=0, return_inverse=True)
        totals = np.bincount(pair_of.reshape(-1), shared[shared > 0], minlength=len(keys))
        sums |= {(min(a, b), max(a, b)): total for (a, b), total in zip(keys.tolist(), totals.tolist(), strict=True)}
    return Overlaps(sums=sums, frames=tuple(frozenset(frames[rows == track].tolist()) for track in range(len(owners))))


def clusters_of(shared: Overlaps, least: NDArray[np.float64]) -> NDArray[np.int64]:
    """Join tracks to objects, those first that overlap most over the whole drive; whatever they are called.

    Two objects become one where every two of their tracks that meet at an instant are of different labellings and
    overlap enough on average (complete link, as consensus merges of boxes have it), half of what their boxes need. So
    pieces of one person's track, which never meet, come together through the whole track of another.

    Parameters
    ----------
    shared : see `overlaps`
    least : (T,) float64, least overlap of boxes; the lower of two tracks counts

    Returns
    -------
    (T,) int64
        Object of each track, in order of its first track.
    """

    def belong(one: int, other: int) -> bool:
        if not shared.n_common(one, other):
            return True
        # Two tracks of one person do not overlap in any sum, so that they never are the same object at an instant.
        return bool(shared.mean(one, other) >= _OF_TRACKS * min(least[one], least[other]))

    members = {track: [track] for track in range(len(least))}
    cluster = list(range(len(least)))
    for one, other in sorted(shared.sums, key=lambda pair: (-shared.sums[pair], pair)):
        kept, gone = sorted((cluster[one], cluster[other]))
        if kept != gone and all(belong(*pair) for pair in product(members[kept], members[gone])):
            for track in members.pop(gone):
                members[kept].append(track)
                cluster[track] = kept
    return np.unique(np.array(cluster, np.int64), return_inverse=True)[1].astype(np.int64)
