"""How good somebody is, by objects whose right labels are known and that nobody can tell from the others.

Found or not is a coin for each object, not for each box: the boxes of a track are right or wrong together. What is
known of the coin after so many throws is a Beta distribution; before the first, every share is as likely (Laplace).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from sensorann.errors import ArgumentError
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.qa.agreement.clustering import overlaps
from sensorann.qa.agreement.gathering import Gathered, gather
from sensorann.qa.agreement.units import units_of
from sensorann.qa.pairing import category_name
from sensorann.qa.sampling.drawing import stratified
from sensorann.scene import Labels

# An object is found by whoever has it in so many of its frames.
_LEAST_SHARE = 0.5
_TAIL = 0.025


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What is known of a share after counting.

    Attributes
    ----------
    hits, n : so many of so many
    """

    hits: int
    n: int

    @property
    def mean(self) -> float:
        """Mean of the Beta distribution that follows from an even one."""
        return (self.hits + 1) / (self.n + 2)

    @property
    def interval(self) -> tuple[float, float]:
        """Holds the share with a probability of 95 %."""
        ends = betaincinv(self.hits + 1.0, self.n - self.hits + 1.0, [_TAIL, 1.0 - _TAIL])
        return float(ends[0]), float(ends[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class Skill:
    """How good somebody is.

    Attributes
    ----------
    recall : gold objects that were found, in at least half of their frames and of the right category
    precision : objects of theirs that are right, of all that lie where gold objects are
    """

    recall: Share
    precision: Share


def gold_skills(
    gold: Labels,
    labellings: Mapping[str, Labels],
    *,
    objects: Collection[str] | None = None,
    min_iou: float | None = None,
) -> dict[str, Skill]:
    """Measure everybody against gold objects.

    Parameters
    ----------
    gold : right labels; what they do not hold is taken for wrong, unless `objects` are named
    labellings : by the name of who made them, in the frame of the gold
    objects : ids of the gold objects that count; then only objects that overlap one of these can be wrong, since
        nothing is known of the others
    min_iou : see `gather`

    Raises
    ------
    ArgumentError
        When an id is unknown, there is no gold object, or see `gather`.
    """
    known = {track.id for track in gold.tracks if len(track)}
    chosen = known if objects is None else set(objects)
    if unknown := chosen - known:
        raise ArgumentError(f"no gold object {', '.join(sorted(unknown))}")
    if not chosen:
        raise ArgumentError("there are no gold objects to measure anybody by")
    return {name: _skill(gold, labels, chosen, objects is None, min_iou) for name, labels in labellings.items()}


def drawn_gold(labels: Labels, n: int, *, seed: int) -> tuple[str, ...]:
    """Draw gold objects, from every category by its share; another seed hides others.

    Raises
    ------
    ArgumentError
        When there are fewer objects.
    """
    strata = [category_name(labels, track.category) for track in labels.tracks if len(track)]
    ids = [track.id for track in labels.tracks if len(track)]
    return tuple(ids[row] for row in stratified(strata, n, seed=seed))


def _skill(gold: Labels, labels: Labels, chosen: Collection[str], everything: bool, min_iou: float | None) -> Skill:
    if not labels.n_boxes:
        return Skill(recall=Share(hits=0, n=len(chosen)), precision=Share(hits=0, n=0))
    table = gather({"gold": gold, "person": labels}, min_iou=min_iou)
    is_chosen = np.array([track.id in chosen for track in table.tracks]) & (table.owners == 0)
    right = _right_pairs(table)
    right = right[is_chosen[right[:, 0]]]
    hits = np.bincount(right.reshape(-1), minlength=len(table.tracks))
    n_found = sum(
        bool(hits[row] >= _LEAST_SHARE * len(gold.track(table.tracks[row].id))) for row in np.flatnonzero(is_chosen)
    )
    claimed = np.flatnonzero(table.owners == 1)
    if not everything:
        shared = overlaps(table.rows, table.frames, table.cuboids, table.owners).sums
        claimed = np.unique([other for one, other in shared if is_chosen[one]]).astype(np.int64)
    n_right = sum(bool(hits[row] >= _LEAST_SHARE * len(table.tracks[row])) for row in claimed)
    return Skill(recall=Share(hits=n_found, n=len(chosen)), precision=Share(hits=n_right, n=len(claimed)))


def _right_pairs(table: Gathered) -> NDArray[np.int64]:
    """Track of the gold and track of the person (P, 2) of every box that is where it should be, and what."""
    units = units_of(table)
    both = units[np.asarray((units >= 0).all(axis=1))]
    rows = table.rows[both]
    shared = paired_iou_3d(table.cuboids[both[:, 0]], table.cuboids[both[:, 1]])
    enough = shared >= table.least_overlaps[rows].min(axis=1)
    same: NDArray[np.int64] = rows[enough & (table.categories[rows[:, 0]] == table.categories[rows[:, 1]])]
    return same
