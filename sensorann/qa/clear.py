"""CLEAR MOT: how many boxes were found, missed and invented, and how often an object changed its name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.assignment import starts_of
from sensorann.kernels import matching
from sensorann.qa.pairing import Pairing

EPSILON = float(np.finfo(np.float64).eps)
# An object keeps its partner of the frame before where it can, whatever the others gain.
_LOYALTY = 1000.0
MOSTLY_TRACKED, MOSTLY_LOST = 0.8, 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Clear:
    """K. Bernardin and R. Stiefelhagen, EURASIP J. Image Video Process., 2008, counted as TrackEval does.

    Attributes
    ----------
    tp, fn, fp : boxes found, missed and invented
    id_switches : times that an object is found again under another name
    fragments : times that an object is found again after it was lost
    mostly_tracked, partly_tracked, mostly_lost : objects found in more than 80 %, at least 20 %, less of their frames
    similarity_sum : sum over the boxes found
    """

    tp: int
    fn: int
    fp: int
    id_switches: int
    fragments: int
    mostly_tracked: int
    partly_tracked: int
    mostly_lost: int
    similarity_sum: float

    @property
    def mota(self) -> float:
        """Accuracy: 1 less misses, inventions and switches per box of the truth; below 0 where they are more."""
        return (self.tp - self.fp - self.id_switches) / max(1, self.tp + self.fn)

    @property
    def motp(self) -> float:
        """Mean similarity of the boxes found."""
        return self.similarity_sum / max(1, self.tp)

    @property
    def recall(self) -> float:
        """Share of the truth's boxes that were found."""
        return self.tp / max(1, self.tp + self.fn)

    @property
    def precision(self) -> float:
        """Share of the other's boxes that found something."""
        return self.tp / max(1, self.tp + self.fp)


def clear(pairing: Pairing, *, threshold: float = 0.5) -> Clear:
    """Count what was found, missed, invented and renamed.

    Parameters
    ----------
    pairing : Pairing
    threshold : least similarity of boxes that are the same
    """
    truth, other = pairing.truth, pairing.other
    if not len(truth) or not len(other):
        n_objects = truth.n_ids
        return Clear(
            tp=0, fn=len(truth), fp=len(other), id_switches=0, fragments=0,
            mostly_tracked=0, partly_tracked=0, mostly_lost=n_objects, similarity_sum=0.0,
        )  # fmt: skip
    places = _compared_frames(pairing)[truth.frames]
    matched = _loyal_matches(pairing, threshold, places)
    rows = pairing.rows[matched]
    n_found, n_all = np.bincount(truth.ids[rows], minlength=truth.n_ids), np.bincount(truth.ids)
    share = n_found / n_all
    mostly, at_least_partly = int((share > MOSTLY_TRACKED).sum()), int((share >= MOSTLY_LOST).sum())
    switches, fragments = _interruptions(pairing, matched, places)
    return Clear(
        tp=len(matched),
        fn=len(truth) - len(matched),
        fp=len(other) - len(matched),
        id_switches=switches,
        fragments=fragments,
        mostly_tracked=mostly,
        partly_tracked=at_least_partly - mostly,
        mostly_lost=truth.n_ids - at_least_partly,
        similarity_sum=float(pairing.similarities[matched].sum()),
    )


def _loyal_matches(pairing: Pairing, threshold: float, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Choose the pairs (K,) that stand for the same object, frame after frame: partners stay together if they can.

    places (N,): number of the frame of each box of the truth among the compared ones
    """
    candidates = np.flatnonzero(pairing.similarities >= threshold - EPSILON)
    rows, columns = pairing.rows[candidates], pairing.columns[candidates]
    starts, similarities = starts_of(rows, len(pairing.truth)), pairing.similarities[candidates]
    choice = matching.loyal_choice(
        starts, rows, columns, similarities, pairing.truth.ids, places, pairing.other.ids, _LOYALTY
    )
    return np.asarray(candidates[choice[choice >= 0]])


def _compared_frames(pairing: Pairing) -> NDArray[np.int64]:
    """Number (F,) of each frame among those in which both sides have boxes; the others (-1) change nothing."""
    ours, theirs = np.zeros((2, pairing.n_frames), np.bool_)
    ours[pairing.truth.frames] = True
    theirs[pairing.other.frames] = True
    both = ours & theirs
    return np.where(both, np.cumsum(both) - 1, -1)


def _interruptions(pairing: Pairing, matched: NDArray[np.int64], places: NDArray[np.int64]) -> tuple[int, int]:
    """Number of switches of identity and of fragments."""
    if not len(matched):
        return 0, 0
    rows = pairing.rows[matched]
    names = pairing.other.ids[pairing.columns[matched]]
    switches, fragments = matching.interruptions(pairing.truth.ids[rows], places[rows], names)
    return int(switches), int(fragments)
