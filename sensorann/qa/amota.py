"""AMOTA: tracking accuracy and precision over all recalls, as a tracker with scores can choose any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.geometry.assignment import best_pairs
from sensorann.qa.pairing import Pairing

N_RECALLS = 40
# One pair more is worth more than any overlap.
_PER_PAIR = 1000.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class ScoredSequence:
    """Tracks of one drive beside the truth.

    Attributes
    ----------
    pairing : overlaps of truth and tracks
    scores : (M,) float64, finite, of each box of the tracks; a track is judged by the mean over its boxes
    neutral : (N,) bool, boxes of the truth that do not count, missed or found; none when not given
    harmless : (M,) bool, boxes of the tracks that do not count where they find nothing; none when not given
    """

    pairing: Pairing
    scores: NDArray[np.float64]
    neutral: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    harmless: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        n, m = len(self.pairing.truth), len(self.pairing.other)
        scores = as_array(self.scores, (m,), np.float64, name="scores of tracks", finite=True)
        object.__setattr__(self, "scores", scores)
        for name, count in (("neutral", n), ("harmless", m)):
            given = getattr(self, name)
            marked = as_array(given, (count,), np.bool_, name=name) if len(given) else np.zeros(count, np.bool_)
            object.__setattr__(self, name, marked)

    def track_scores(self) -> NDArray[np.float64]:
        """Score (M,) of the track of each box."""
        ids = self.pairing.other.ids
        return np.asarray((np.bincount(ids, self.scores) / np.maximum(1, np.bincount(ids)))[ids])


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """Counts of the tracks of at least a score.

    Attributes
    ----------
    n_truth : boxes of the truth that count
    hits : pairs, neutral ones too
    misses, false, id_switches : boxes missed, boxes that are not there, changes of name from one frame to the next
    overlap_sum : sum over the hits
    """

    n_truth: int
    hits: int
    misses: int
    false: int
    id_switches: int
    overlap_sum: float

    @property
    def mota(self) -> float:
        """Accuracy: 1 less errors per box of the truth."""
        return 1 - self.errors / self.n_truth

    @property
    def motp(self) -> float:
        """Mean overlap of the hits."""
        return self.overlap_sum / max(1, self.hits)

    @property
    def errors(self) -> int:
        """All that is wrong."""
        return self.misses + self.false + self.id_switches

    def scaled_mota(self, recall: float) -> float:
        """Accuracy (0 to 1) of what can be reached at a recall."""
        unreached = (1 - recall) * self.n_truth
        return min(1.0, max(0.0, 1 - (self.errors - unreached) / (recall * self.n_truth)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Amota:
    """X. Weng et al., IROS 2020: sums over 40 recalls, of which those never reached count 0.

    Each recall takes the score of a box of its own, so fewer than 40 boxes never reach them all, however good they are.

    Attributes
    ----------
    samota, amota, amotp : means of scaled accuracy, of accuracy and of precision
    best : the counts at the score of the best accuracy
    """

    samota: float
    amota: float
    amotp: float
    best: Operation


def evaluate(sequences: Sequence[ScoredSequence], *, threshold: float = 0.25) -> Amota:
    """Sweep the least score of tracks over 40 recalls, all sequences together.

    Parameters
    ----------
    sequences : drives that are judged as one, tracks of one category
    threshold : least overlap of boxes that are the same

    Raises
    ------
    ArgumentError
        When no box of the truth counts.
    """
    everything, found = _operation(sequences, threshold, -np.inf)
    if not everything.n_truth:
        raise ArgumentError("no box of the truth counts: there is nothing to find")
    hit_scores = np.concatenate([one.track_scores()[hit] for one, hit in zip(sequences, found, strict=True)])
    rows: list[tuple[float, Operation]] = []
    for score, recall in _steps(hit_scores, everything.hits + everything.misses):
        # As AB3DMOT has it: a box that found something once is not harmless at later steps, either.
        sequences = [_unexcused(one, hit) for one, hit in zip(sequences, found, strict=True)]
        row, found = _operation(sequences, threshold, score)
        rows.append((recall, row))
    return Amota(
        samota=sum(row.scaled_mota(recall) for recall, row in rows) / N_RECALLS,
        amota=sum(row.mota for _, row in rows) / N_RECALLS,
        amotp=sum(row.motp for _, row in rows) / N_RECALLS,
        best=max((row for _, row in rows), key=lambda row: row.mota, default=everything),
    )


def _steps(hit_scores: NDArray[np.float64], n_truth: int) -> list[tuple[float, float]]:
    """Score and recall of each step: the score of the hit whose recall is nearest to the one aimed at."""
    falling = np.sort(hit_scores)[::-1]
    steps, recall = [], 0.0
    for i, score in enumerate(falling):
        is_last = i == len(falling) - 1
        if not is_last and (i + 2) / n_truth - recall < recall - (i + 1) / n_truth:
            continue
        steps.append((float(score), recall))
        recall += 1 / N_RECALLS
    return steps[1:]  # the first one stands for a recall of 0


def _unexcused(one: ScoredSequence, boxes: NDArray[np.int64]) -> ScoredSequence:
    harmless = one.harmless.copy()
    harmless[boxes] = False
    return replace(one, harmless=harmless)


def _operation(
    sequences: Sequence[ScoredSequence], threshold: float, least: float
) -> tuple[Operation, list[NDArray[np.int64]]]:
    """Counts of all tracks of at least a score, and which boxes of the tracks of each sequence are hits."""
    parts, found = [], []
    for one in sequences:
        kept = one.track_scores() >= least
        candidates = np.flatnonzero((one.pairing.similarities >= threshold) & kept[one.pairing.columns])
        rows, columns = one.pairing.rows[candidates], one.pairing.columns[candidates]
        chosen = candidates[best_pairs(rows, columns, one.pairing.similarities[candidates] + _PER_PAIR)]
        found.append(one.pairing.columns[chosen])
        parts.append(_counts(one, kept, chosen))
    totals = np.array([(0.0,) * 6, *parts]).sum(axis=0)
    n_truth, hits, misses, false, id_switches = (int(value) for value in totals[:5])
    whole = Operation(
        n_truth=n_truth,
        hits=hits,
        misses=misses,
        false=false,
        id_switches=id_switches,
        overlap_sum=float(totals[5]),
    )
    return whole, found


def _counts(one: ScoredSequence, kept: NDArray[np.bool_], chosen: NDArray[np.int64]) -> tuple[float, ...]:
    """Count in the order of `Operation`."""
    rows, columns = one.pairing.rows[chosen], one.pairing.columns[chosen]
    names = np.full(len(one.pairing.truth), -1)
    names[rows] = one.pairing.other.ids[columns]
    unmatched = kept & ~one.harmless
    unmatched[columns] = False
    missed = (names < 0) & ~one.neutral
    return (
        float((~one.neutral).sum()),
        float(len(chosen)),
        float(missed.sum()),
        float(unmatched.sum()),
        float(_switches(one, names)),
        float(one.pairing.similarities[chosen].sum()),
    )


def _switches(one: ScoredSequence, names: NDArray[np.int64]) -> int:
    """Changes of name (N,) between two boxes of an object that follow each other, both found, neither neutral.

    As AB3DMOT has it, the first box of an object may be neutral.
    """
    ids = one.pairing.truth.ids
    order = np.argsort(ids, kind="stable")
    same, own, neutral = np.diff(ids[order]) == 0, names[order], one.neutral[order]
    is_first = np.insert(~same, 0, True)[: len(own)]
    counted = same & (own[1:] >= 0) & (own[:-1] >= 0) & ~neutral[1:] & (~neutral | is_first)[:-1]
    return int((counted & (np.diff(own) != 0)).sum())
