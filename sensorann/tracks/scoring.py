"""How far boxes are from the truth: box by box, at equal ids and instants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Labels, Source, Track

GOOD_IOU = 0.7


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Scores:
    """Boxes beside the truth, as columns of N pairs.

    Attributes
    ----------
    track_ids, categories : (N,) str; the category as the truth names it
    timestamps_ns : (N,) int64
    center_errors : (N,) float64, distance of the centres in metres
    yaw_errors : (N,) float64, radians, 0 to pi
    ious : (N,) float64, intersection over union in space
    n_missing : boxes of the truth without a partner
    n_extra : boxes without a partner in the truth
    """

    track_ids: NDArray[np.str_]
    categories: NDArray[np.str_]
    timestamps_ns: NDArray[np.int64]
    center_errors: NDArray[np.float64]
    yaw_errors: NDArray[np.float64]
    ious: NDArray[np.float64]
    n_missing: int
    n_extra: int

    def __len__(self) -> int:
        return len(self.center_errors)

    def of_category(self, category: str) -> Scores:
        """Select the pairs of one category; what has no partner is not counted."""
        mine = self.categories == category
        columns = ("track_ids", "categories", "timestamps_ns", "center_errors", "yaw_errors", "ious")
        return replace(self, n_missing=0, n_extra=0, **{name: getattr(self, name)[mine] for name in columns})


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreSummary:
    """Scores in a few numbers; NaN where there is no pair.

    Attributes
    ----------
    n_boxes : pairs
    center_mean_m, center_p95_m : metres
    yaw_mean_deg : degrees
    iou_mean : 0 to 1
    share_good : share of pairs with an IoU above `GOOD_IOU`
    """

    n_boxes: int
    center_mean_m: float
    center_p95_m: float
    yaw_mean_deg: float
    iou_mean: float
    share_good: float


def score_boxes(labels: Labels, truth: Labels, *, sources: Collection[Source] | None = None) -> Scores:
    """Compare every box with the true box of the same track at the same instant.

    Parameters
    ----------
    labels : what is judged
    truth : what is right, in the same frame
    sources : only boxes of these sources are judged; all when not given

    Returns
    -------
    Scores
        In the order of the truth's tracks and instants.

    Raises
    ------
    ArgumentError
        When the two are not in the same frame.
    """
    if labels.frame != truth.frame:
        raise ArgumentError(
            f"labels in the {labels.frame} frame cannot be compared with truth in the {truth.frame} frame"
        )
    judged = {track.id: _of_sources(track, sources) for track in labels.tracks}
    pairs = [(judged[true.id], true) for true in truth.tracks if true.id in judged]
    rows = [np.intersect1d(ours.timestamps_ns, true.timestamps_ns, return_indices=True) for ours, true in pairs]
    columns = [_compare(ours.cuboids[i], true.cuboids[j]) for (ours, true), (_, i, j) in zip(pairs, rows, strict=True)]
    counts = [len(common) for common, _, _ in rows]
    n_pairs = sum(counts)
    errors = np.concatenate([np.empty((0, 3)), *columns])
    return Scores(
        track_ids=np.repeat(np.array([true.id for _, true in pairs], np.str_), counts),
        categories=np.repeat(np.array([true.category for _, true in pairs], np.str_), counts),
        timestamps_ns=np.concatenate([np.empty(0, np.int64), *(common for common, _, _ in rows)]),
        center_errors=errors[:, 0],
        yaw_errors=errors[:, 1],
        ious=errors[:, 2],
        n_missing=truth.n_boxes - n_pairs,
        n_extra=sum(len(track) for track in judged.values()) - n_pairs,
    )


def summarise(scores: Scores) -> ScoreSummary:
    """Condense scores into a few numbers."""
    if len(scores) == 0:
        nan = float("nan")
        return ScoreSummary(
            n_boxes=0, center_mean_m=nan, center_p95_m=nan, yaw_mean_deg=nan, iou_mean=nan, share_good=nan
        )
    return ScoreSummary(
        n_boxes=len(scores),
        center_mean_m=float(scores.center_errors.mean()),
        center_p95_m=float(np.percentile(scores.center_errors, 95)),
        yaw_mean_deg=float(np.degrees(scores.yaw_errors.mean())),
        iou_mean=float(scores.ious.mean()),
        share_good=float((scores.ious > GOOD_IOU).mean()),
    )


def every_nth_box(labels: Labels, n: int) -> Labels:
    """Keep every n-th box of each track, from the first on, and its last: keyframes to try an interpolation with.

    Raises
    ------
    ArgumentError
        When n is below one.
    """
    if n < 1:
        raise ArgumentError(f"one box in n can be kept for n >= 1, got {n}")
    kept = (track[np.unique(np.r_[0 : len(track) : n, max(len(track) - 1, 0) : len(track)])] for track in labels.tracks)
    return replace(labels, tracks=tuple(kept))


def _of_sources(track: Track, sources: Collection[Source] | None) -> Track:
    return track if sources is None else track[np.isin(track.sources, [int(source) for source in sources])]


def _compare(ours: Cuboids, true: Cuboids) -> NDArray[np.float64]:
    """Centre error, yaw error and IoU (N, 3), row by row."""
    distances = np.linalg.norm(ours.centers - true.centers, axis=1)
    turns = np.abs(wrap_angle(ours.yaws - true.yaws))
    return np.column_stack([distances, turns, paired_iou_3d(ours, true)])
