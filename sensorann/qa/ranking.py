"""Boxes of one category with their scores, and which boxes of the truth they find, the surest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.geometry.assignment import starts_of
from sensorann.kernels import matching
from sensorann.qa.pairing import category_name
from sensorann.scene import Labels, Track

SCORE = "score"


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class ScoredBoxes:
    """Boxes of one category, in order of their frame.

    Attributes
    ----------
    frames : (N,) int64, rising
    cuboids : N boxes
    scores : (N,) float64, the higher the surer
    """

    frames: NDArray[np.int64]
    cuboids: Cuboids
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Ranking:
    """What the boxes of the other found, by falling score.

    Attributes
    ----------
    scores : (M,) float64, falling
    boxes : (M,) int64, box of the other
    found : (M,) int64, box of the truth that it found, -1 where it found none
    n_truth : boxes of the truth
    """

    scores: NDArray[np.float64]
    boxes: NDArray[np.int64]
    found: NDArray[np.int64]
    n_truth: int


def scored_boxes(labels: Labels, truth: Labels, category: str, instants_ns: NDArray[np.int64]) -> ScoredBoxes:
    """Gather the boxes of one category of the truth's ontology at some instants (F,), rising.

    The score of a box is its attribute ``score``, else that of its track.

    Raises
    ------
    ArgumentError
        When a score is not a finite number, or some boxes have one and others do not.
    """
    tracks = [
        track[np.isin(track.timestamps_ns, instants_ns)]
        for track in labels.tracks
        if category_name(truth, track.category) == category
    ]
    empty = Cuboids.from_yaws(np.zeros((0, 3)), np.ones((0, 3)), np.zeros(0), frame=labels.frame)
    times = np.concatenate([np.zeros(0, np.int64), *(track.timestamps_ns for track in tracks)])
    scores = np.concatenate([np.zeros(0), *(_scores(track) for track in tracks)])
    unknown = np.isnan(scores)
    if unknown.any() and not unknown.all():
        raise ArgumentError(f"{category}: {int(unknown.sum())} of {len(scores)} boxes have no attribute {SCORE!r}")
    order = np.argsort(times, kind="stable")
    return ScoredBoxes(
        frames=np.searchsorted(instants_ns, times[order]),
        cuboids=Cuboids.concatenate([empty, *(track.cuboids for track in tracks)])[order],
        # A person's boxes have no scores: one is as sure as the other.
        scores=np.where(unknown, 1.0, scores)[order],
    )


def ranked(
    truth: ScoredBoxes,
    other: ScoredBoxes,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    nearness: NDArray[np.float64],
) -> Ranking:
    """Let the boxes of the other take the nearest free box of the truth, the surest first.

    Parameters
    ----------
    truth, other : N and M boxes of one category
    rows, columns : (P,) int64, box of the other, rising, and box of the truth: who may find whom
    nearness : (P,) float64, the higher the nearer

    Returns
    -------
    Ranking
        Of equal scores the later box comes first, as in the devkit of nuScenes.
    """
    order = np.lexsort([np.arange(len(other)), other.scores])[::-1]
    choice = matching.greedy_choice(
        np.ascontiguousarray(order), starts_of(rows, len(other)), columns, nearness, len(truth)
    )
    found = np.append(columns, -1)[choice]
    return Ranking(scores=other.scores[order], boxes=order, found=found[order], n_truth=len(truth))


def _scores(track: Track) -> NDArray[np.float64]:
    """Scores (N,) of the boxes of a track; NaN where nobody said."""
    whole = track.attributes.get(SCORE)
    said = track.box_attributes.get(SCORE, (None,) * len(track))
    values = [whole if value is None else value for value in said]
    for value in values:
        if value is not None and (isinstance(value, bool | str) or not np.isfinite(value)):
            raise ArgumentError(f"track {track.id}: the attribute {SCORE!r} must be a finite number, got {value!r}")
    return np.array([np.nan if value is None else value for value in values], np.float64)
