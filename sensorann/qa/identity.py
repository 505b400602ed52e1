"""Identity metrics: one name per object over the whole drive, and how many boxes then carry the right one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorann.geometry.assignment import best_pairs, numbered
from sensorann.qa.pairing import Pairing


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """E. Ristani et al., ECCV Workshops 2016.

    Attributes
    ----------
    tp, fn, fp : boxes that carry the right name, boxes of the truth that no such box covers, boxes that do not
    """

    tp: int
    fn: int
    fp: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return self.tp / max(1.0, self.tp + 0.5 * self.fn + 0.5 * self.fp)

    @property
    def recall(self) -> float:
        """Share of the truth's boxes that carry the right name."""
        return self.tp / max(1, self.tp + self.fn)

    @property
    def precision(self) -> float:
        """Share of the other's boxes that carry the right name."""
        return self.tp / max(1, self.tp + self.fp)


def identity(pairing: Pairing, *, threshold: float = 0.5) -> Identity:
    """Give each object of the truth one object of the other so that most boxes agree.

    Parameters
    ----------
    pairing : Pairing
    threshold : least similarity of boxes that are the same
    """
    close = np.flatnonzero(pairing.similarities >= threshold)
    objects, names = pairing.truth.ids[pairing.rows[close]], pairing.other.ids[pairing.columns[close]]
    n_names = max(pairing.other.n_ids, 1)
    keys, pair_of = numbered(objects * n_names + names)
    counts = np.bincount(pair_of, minlength=len(keys))
    chosen = best_pairs(keys // n_names, keys % n_names, counts.astype(np.float64))
    tp = int(counts[chosen].sum())
    return Identity(tp=tp, fn=len(pairing.truth) - tp, fp=len(pairing.other) - tp)
