"""Two boxes where only one object can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids, paired_bev_iou, paired_iou_3d
from sensorann.qa.checking.all_boxes import boxes_of
from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.scene import Motion, Source

# Two labels of one object share this much of their volume, at least in so many of the frames that both have.
_SAME, _SAME_SHARE = 0.25, 0.5
# Distinct objects share no more of their footprints than this: people's boxes hold their swinging limbs.
_APART = {Motion.VEHICLE: 0.05, Motion.TWO_WHEELER: 0.15, Motion.PEDESTRIAN: 0.3, Motion.STATIC: 0.1}
# Who rides on, in or behind whom.
_TOGETHER = frozenset(
    {
        frozenset({"trailer", "truck"}),
        frozenset({"trailer", "car"}),
        frozenset({"trailer", "van"}),
        frozenset({"trailer", "tram"}),
        frozenset({"bicycle_rack", "bicycle"}),
        frozenset({"bicycle_rack", "motorcycle"}),
        frozenset({"pedestrian", "push_cart"}),
        frozenset({"pedestrian", "stroller"}),
        frozenset({"pedestrian", "wheelchair"}),
        frozenset({"pedestrian", "personal_mobility"}),
        frozenset({"pedestrian", "bicycle"}),
        frozenset({"pedestrian", "motorcycle"}),
    }
)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Encounter:
    """Two tracks that overlap at some instant.

    Attributes
    ----------
    a, b : the paths; b is the one with fewer boxes that a person placed, else with fewer boxes
    times_ns : (K,) int64, instants at which both have a box and overlap in plan
    footprints, volumes : (K,) float64, intersection over union there
    n_common : instants at which both have a box
    """

    a: Path
    b: Path
    times_ns: NDArray[np.int64]
    footprints: NDArray[np.float64]
    volumes: NDArray[np.float64]
    n_common: int

    @property
    def is_one_object(self) -> bool:
        """Tell whether both are labels of the same object."""
        return int((self.volumes > _SAME).sum()) > _SAME_SHARE * self.n_common


def encounters(evidence: Evidence) -> list[Encounter]:
    """Find all pairs of tracks whose footprints overlap at some instant."""
    tracks = tuple(path.track for path in evidence.paths)
    owners, rows, times = boxes_of(tracks)
    if not len(owners):
        return []
    boxes = Cuboids.concatenate([track.cuboids for track in tracks])
    starts = np.concatenate([[0], np.cumsum([len(track) for track in tracks])])
    numbers = starts[owners] + rows
    first, second = _close_pairs(boxes, numbers, times)
    footprints = paired_bev_iou(boxes[first], boxes[second])
    met = footprints > 0
    first, second, footprints = first[met], second[met], footprints[met]
    volumes = paired_iou_3d(boxes[first], boxes[second])
    owner_of = np.repeat(np.arange(len(tracks)), np.diff(starts))
    keys = owner_of[first] * len(tracks) + owner_of[second]
    all_times = np.concatenate([track.timestamps_ns for track in tracks])
    found = []
    for key in np.unique(keys):
        mine = keys == key
        pair = [evidence.paths[int(key) // len(tracks)], evidence.paths[int(key) % len(tracks)]]
        a, b = sorted(pair, key=_worth, reverse=True)
        n_common = len(np.intersect1d(a.track.timestamps_ns, b.track.timestamps_ns))
        found.append(
            Encounter(
                a=a,
                b=b,
                times_ns=all_times[first[mine]],
                footprints=footprints[mine],
                volumes=volumes[mine],
                n_common=n_common,
            )
        )
    return found


def _worth(path: Path) -> tuple[int, int]:
    """What would be lost with a track: boxes that a person placed, and boxes."""
    return int((path.track.sources == Source.HUMAN).sum()), len(path.track)


def doubled(evidence: Evidence) -> Iterator[Suspicion]:
    """Two tracks of one object."""
    for met in encounters(evidence):
        if not met.is_one_object:
            continue
        worst = int(np.argmax(met.volumes))
        share = float(np.median(met.volumes[met.volumes > _SAME]))
        yield Suspicion(
            object=met.b.track.id,
            timestamp_ns=int(met.times_ns[worst]),
            value=share,
            limit=_SAME,
            message=f"shares {share:.0%} of its volume with track {met.a.track.id} in {len(met.volumes)} frames: "
            "the same object?",
            repair=(
                Edit(
                    action="delete_doubled",
                    arguments={"track_id": met.b.track.id, "other_id": met.a.track.id},
                ),
            ),
        )


def interpenetrating(evidence: Evidence) -> Iterator[Suspicion]:
    """Two objects that stand in each other."""
    for met in encounters(evidence):
        names = frozenset({met.a.category.name, met.b.category.name})
        if met.is_one_object or names in _TOGETHER:
            continue
        limit = max(_APART[met.a.motion], _APART[met.b.motion])
        shares = np.where(met.volumes > 0, met.footprints, 0.0)
        worst = int(np.argmax(shares))
        if shares[worst] > limit:
            n_deep = int((shares > limit).sum())
            yield Suspicion(
                object=met.b.track.id,
                timestamp_ns=int(met.times_ns[worst]),
                value=float(shares[worst]),
                limit=limit,
                message=f"stands in track {met.a.track.id}: footprints share {shares[worst]:.0%}, {n_deep} frames",
            )


def _close_pairs(
    boxes: Cuboids, numbers: NDArray[np.int64], times: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of all pairs of boxes at one instant that are near enough to touch."""
    radii = np.linalg.norm(boxes.sizes[:, :2], axis=1) / 2
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for own in np.split(numbers, np.flatnonzero(np.diff(times)) + 1):
        centers = boxes.centers[own, :2]
        apart = np.linalg.norm(centers[:, None] - centers, axis=2)
        i, j = np.nonzero(np.triu(apart < radii[own][:, None] + radii[own], k=1))
        low, high = np.minimum(own[i], own[j]), np.maximum(own[i], own[j])
        firsts.append(low)
        seconds.append(high)
    return np.concatenate(firsts), np.concatenate(seconds)
