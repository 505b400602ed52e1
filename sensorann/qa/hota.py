"""HOTA: detection and association weighed alike, over all strictnesses of what counts as found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.assignment import best_pairs, numbered
from sensorann.qa.clear import EPSILON
from sensorann.qa.pairing import Pairing

_Number = TypeVar("_Number", np.int64, np.float64)
ALPHAS = np.arange(0.05, 0.99, 0.05)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Hota:
    """J. Luiten et al., International Journal of Computer Vision 129, 2021; one value per threshold of `ALPHAS`.

    Attributes
    ----------
    tp, fn, fp : (19,) int64, boxes found, missed and invented
    association, association_recall, association_precision : (19,) float64
    localisation : (19,) float64, mean similarity of the boxes found; 1 where there is none
    """

    tp: NDArray[np.int64]
    fn: NDArray[np.int64]
    fp: NDArray[np.int64]
    association: NDArray[np.float64]
    association_recall: NDArray[np.float64]
    association_precision: NDArray[np.float64]
    localisation: NDArray[np.float64]

    @property
    def detection(self) -> NDArray[np.float64]:
        """Detection accuracy (19,)."""
        return np.asarray(self.tp / np.maximum(1, self.tp + self.fn + self.fp))

    @property
    def hota_per_alpha(self) -> NDArray[np.float64]:
        """Geometric mean (19,) of detection and association."""
        return np.asarray(np.sqrt(self.detection * self.association))

    @property
    def hota(self) -> float:
        """The mean over all thresholds."""
        return float(self.hota_per_alpha.mean())


def hota(pairing: Pairing) -> Hota:
    """Weigh how well objects are found and how well they keep their names."""
    truth, other = pairing.truth, pairing.other
    objects, names = truth.ids[pairing.rows], other.ids[pairing.columns]
    # Pairs of objects as single numbers: most of all pairs never meet.
    keys, pair_of = numbered(objects * max(other.n_ids, 1) + names)
    n_truth = np.bincount(truth.ids, minlength=truth.n_ids)[keys // max(other.n_ids, 1)]
    n_other = np.bincount(other.ids, minlength=other.n_ids)[keys % max(other.n_ids, 1)]
    potential = np.bincount(pair_of, _shares(pairing), minlength=len(keys))
    alignment = potential / (n_truth + n_other - potential)
    matched = best_pairs(pairing.rows, pairing.columns, alignment[pair_of] * pairing.similarities)
    similarities = pairing.similarities[matched]
    # How many of the rising thresholds each pair meets; a pair that meets k of them counts for the first k.
    n_levels = len(ALPHAS) + 1
    levels = np.searchsorted(ALPHAS - EPSILON, similarities, side="right")
    tp = _at_least(np.bincount(levels, minlength=n_levels))
    similarity_sums = _at_least(np.bincount(levels, similarities, minlength=n_levels))
    cells = np.bincount(pair_of[matched] * n_levels + levels, minlength=len(keys) * n_levels)
    meetings = _at_least(cells.reshape(len(keys), n_levels)).T
    at_least_one = np.maximum(1, tp)
    tiny = 1e-10
    return Hota(
        tp=tp,
        fn=len(truth) - tp,
        fp=len(other) - tp,
        association=(meetings * meetings / np.maximum(1, n_truth + n_other - meetings)).sum(axis=1) / at_least_one,
        association_recall=(meetings * meetings / np.maximum(1, n_truth)).sum(axis=1) / at_least_one,
        association_precision=(meetings * meetings / np.maximum(1, n_other)).sum(axis=1) / at_least_one,
        localisation=np.maximum(tiny, similarity_sums) / np.maximum(tiny, tp),
    )


def _at_least(per_level: NDArray[_Number]) -> NDArray[_Number]:
    """Sums (..., 19) over all pairs that meet each threshold, of sums (..., 20) over pairs by how many they meet."""
    return np.asarray(np.cumsum(per_level[..., :0:-1], axis=-1)[..., ::-1])


def _shares(pairing: Pairing) -> NDArray[np.float64]:
    """Similarity of each pair (P,) over all that its two boxes have with any box of the frame."""
    own = pairing.similarities
    of_rows = np.bincount(pairing.rows, own, minlength=len(pairing.truth))[pairing.rows]
    of_columns = np.bincount(pairing.columns, own, minlength=len(pairing.other))[pairing.columns]
    return own / (of_rows + of_columns - own)
