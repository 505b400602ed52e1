"""Which items to look at: a random sample that takes of every kind its share."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError


def stratified(strata: Sequence[Hashable], n: int, *, seed: int) -> tuple[int, ...]:
    """Draw n of N items, from every stratum in proportion to its size, in random order.

    Proportional allocation by largest remainders keeps the plain share of errors unbiased; at least one of each stratum
    is taken where n allows it.

    Parameters
    ----------
    strata : (N,) what each item belongs to
    n : how many to draw
    seed : the same seed draws the same items

    Returns
    -------
    numbers of n items

    Raises
    ------
    ArgumentError
        When there are fewer items than are asked for.
    """
    if not 0 < n <= len(strata):
        raise ArgumentError(f"1 to {len(strata)} of {len(strata)} items can be drawn, got {n}")
    names = list(dict.fromkeys(strata))
    numbers = {name: number for number, name in enumerate(names)}
    of_items = np.array([numbers[stratum] for stratum in strata], np.int64)
    random = np.random.default_rng(seed)
    takes = allocated(np.bincount(of_items), n)
    drawn = [
        random.choice(np.flatnonzero(of_items == number), size=take, replace=False) for number, take in enumerate(takes)
    ]
    return tuple(random.permutation(np.concatenate(drawn)).tolist())


def allocated(sizes: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Share n among strata of some sizes (S,): at least one each where that is possible, the rest in proportion."""
    least = np.ones(len(sizes), np.int64) if n >= len(sizes) else np.zeros(len(sizes), np.int64)
    ideal = sizes * (n / sizes.sum())
    takes: NDArray[np.int64] = np.maximum(np.floor(ideal).astype(np.int64), least)
    while takes.sum() != n:
        short = takes.sum() < n
        room = takes < sizes if short else takes > least
        gap = np.where(room, (ideal - takes) * (1 if short else -1), -np.inf)
        takes[gap.argmax()] += 1 if short else -1
    return takes
