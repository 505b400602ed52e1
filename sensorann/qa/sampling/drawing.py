"""Which items to look at: a random sample that takes of every kind its share."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from sensorann.errors import ArgumentError


def stratified(strata: Sequence[Hashable], n: int, *, seed: int) -> tuple[int, ...]:
    """Draw n of N items, from every stratum its share to within one item, in random order.

    Systematic sampling: strata are laid end to end, shuffled within, and every N / n-th item is taken from a random
    start on. So every item has the same chance, those of small strata too, and the plain share of errors is unbiased
    (W. Cochran, "Sampling Techniques", 3rd ed., chapter 8).

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
    numbers = {name: number for number, name in enumerate(dict.fromkeys(strata))}
    of_items = np.array([numbers[stratum] for stratum in strata], np.int64)
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(strata))
    row = shuffled[np.argsort(random.permutation(len(numbers))[of_items[shuffled]], kind="stable")]
    step = len(strata) / n
    # Rounding may carry the last one to the very end.
    taken = np.minimum(np.floor((random.random() + np.arange(n)) * step), len(strata) - 1).astype(np.int64)
    return tuple(random.permutation(row[taken]).tolist())
