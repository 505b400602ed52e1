"""Average precision: how many boxes are found at how few false ones, and how well those found are placed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.assignment import near_pairs
from sensorann.geometry.overlap import paired_bev_iou, paired_iou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.qa.pairing import labelled_instants_ns
from sensorann.qa.ranking import Ranking, ScoredBoxes, ranked, scored_boxes
from sensorann.scene import Labels

# nuScenes: distances of the centres in the plane, metres, and that of the errors; recalls and precisions up to 0.1 are
# noise (H. Caesar et al., CVPR 2020).
DISTANCES = (0.5, 1.0, 2.0, 4.0)
ERROR_DISTANCE = 2.0
_LEAST = 0.1
_RECALLS = np.linspace(0.0, 1.0, 101)
_FIRST = round(100 * _LEAST) + 1
# KITTI: 40 positions, 0 not among them (A. Simonelli et al., ICCV 2019).
_N_POSITIONS = 40

_Nearness = Callable[[Cuboids, Cuboids], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """Figures of one category.

    Attributes
    ----------
    by_distance : average precision of nuScenes for each of `DISTANCES`
    translation, scale, orientation : errors of nuScenes at 2 m: metres in the plane, 1 less the overlap of the sizes,
        radians; 1 where too little is found
    ap40_3d, ap40_bev : average precision of KITTI by overlap of volumes and of footprints
    """

    by_distance: tuple[float, ...]
    translation: float
    scale: float
    orientation: float
    ap40_3d: float
    ap40_bev: float

    @property
    def mean(self) -> float:
        """Average precision of nuScenes, the mean over all distances."""
        return float(np.mean(self.by_distance))


def precision(
    truth: Labels,
    other: Labels,
    category: str,
    *,
    threshold: float = 0.5,
    instants_ns: NDArray[np.int64] | None = None,
) -> Precision:
    """Measure the boxes of one category, without regard to tracks, at the instants that the truth labels.

    Boxes are ranked by their score; labels without scores are one operating point. The devkits also leave out what is
    far, small, hidden or without points; this does not: all boxes count.

    Parameters
    ----------
    truth, other : labels in one frame
    category : as the truth's ontology names it
    threshold : least overlap of boxes that are the same, for the figures of KITTI
    instants_ns : (F,) int64, rising, when the truth was labelled; the instants of its boxes when not given

    Raises
    ------
    ArgumentError
        When a score is not a finite number, or some boxes of the category have one and others do not.
    """
    instants = labelled_instants_ns(truth) if instants_ns is None else instants_ns
    right, measured = (scored_boxes(labels, truth, category, instants) for labels in (truth, other))
    near = _Pairs.of(right, measured, _closeness, within=max(DISTANCES))
    by_distance = {limit: near.ranked(right, measured, least=-limit, strictly=True) for limit in DISTANCES}
    overlaps = [
        _Pairs.of(right, measured, overlap).ranked(right, measured, least=threshold, strictly=False)
        for overlap in (paired_iou_3d, paired_bev_iou)
    ]
    translation, scale, orientation = _errors(right.cuboids, measured.cuboids, by_distance[ERROR_DISTANCE])
    return Precision(
        by_distance=tuple(_mean_precision(ranking) for ranking in by_distance.values()),
        translation=translation,
        scale=scale,
        orientation=orientation,
        ap40_3d=_ap40(overlaps[0]),
        ap40_bev=_ap40(overlaps[1]),
    )


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Pairs:
    """Boxes of the other (rows, rising) and of the truth (columns) that may be the same, (P,) each."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    nearness: NDArray[np.float64]

    @classmethod
    def of(cls, truth: ScoredBoxes, other: ScoredBoxes, nearness: _Nearness, *, within: float | None = None) -> _Pairs:
        rows, columns = near_pairs(other.frames, other.cuboids, truth.frames, truth.cuboids, within=within)
        return cls(rows=rows, columns=columns, nearness=nearness(other.cuboids[rows], truth.cuboids[columns]))

    def ranked(self, truth: ScoredBoxes, other: ScoredBoxes, *, least: float, strictly: bool) -> Ranking:
        near = self.nearness > least if strictly else self.nearness >= least
        return ranked(truth, other, self.rows[near], self.columns[near], self.nearness[near])


def _closeness(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    return -np.asarray(np.linalg.norm(a.centers[:, :2] - b.centers[:, :2], axis=1))


def _curve(ranking: Ranking) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall and precision (M,) after each box."""
    hits = np.cumsum(ranking.found >= 0)
    return hits / ranking.n_truth, hits / np.arange(1, len(hits) + 1)


def _mean_precision(ranking: Ranking) -> float:
    """Average precision as nuScenes has it: what lies above the least precision, beyond the least recall."""
    if not (ranking.found >= 0).any():
        return 0.0
    recalls, precisions = _curve(ranking)
    sampled = np.interp(_RECALLS, recalls, precisions, right=0)[_FIRST:]
    return float(np.maximum(sampled - _LEAST, 0).mean()) / (1 - _LEAST)


def _ap40(ranking: Ranking) -> float:
    """Mean over 40 recalls of the best precision at that recall or a higher one, 0 where there is none."""
    if not (ranking.found >= 0).any():
        return 0.0
    recalls, precisions = _curve(ranking)
    best_from_here = np.append(np.maximum.accumulate(precisions[::-1])[::-1], 0.0)
    # Whole boxes, not shares: 3/40 of 40 boxes must not round to a fourth.
    needed = -(-np.arange(1, _N_POSITIONS + 1) * ranking.n_truth // _N_POSITIONS)
    return float(best_from_here[np.searchsorted(np.rint(recalls * ranking.n_truth), needed)].mean())


def _errors(truth: Cuboids, other: Cuboids, ranking: Ranking) -> tuple[float, float, float]:
    """Translation, scale and orientation errors: each is the mean over the recalls reached of the running mean."""
    hit = ranking.found >= 0
    if not hit.any():
        return 1.0, 1.0, 1.0
    recalls, _ = _curve(ranking)
    scores = np.interp(_RECALLS, recalls, ranking.scores)
    last = int(np.searchsorted(_RECALLS, recalls[-1], side="right")) - 1
    if last < _FIRST:
        return 1.0, 1.0, 1.0
    ours, theirs = truth[ranking.found[hit]], other[ranking.boxes[hit]]
    least = np.minimum(ours.sizes, theirs.sizes).prod(axis=1)
    columns = (
        np.linalg.norm(ours.centers[:, :2] - theirs.centers[:, :2], axis=1),
        1 - least / (ours.volumes + theirs.volumes - least),
        np.abs(wrap_angle(ours.yaws - theirs.yaws)),
    )
    means = [float(_at_scores(scores, ranking.scores[hit], column)[_FIRST : last + 1].mean()) for column in columns]
    return means[0], means[1], means[2]


def _at_scores(
    scores: NDArray[np.float64], hit_scores: NDArray[np.float64], errors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Running means of the errors (K,) of the hits at some falling scores."""
    means = np.cumsum(errors) / np.arange(1, len(errors) + 1)
    return np.asarray(np.interp(scores[::-1], hit_scores[::-1], means[::-1])[::-1])
