"""What a sample says of the whole: the interval that holds the share of errors, though errors come in clusters."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from scipy.special import betaincinv, ndtri, stdtrit

from sensorann.errors import ArgumentError


def clopper_pearson(errors: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval that holds a share at least as often as it says, whatever the share (C. Clopper, E. Pearson, 1934).

    Parameters
    ----------
    errors, n : so many of so many; need not be whole, since a clustered sample is worth fewer items than it has
    confidence : 0 to 1, both tails alike

    Raises
    ------
    ArgumentError
        When there is no sample, or more errors than items.
    """
    if not (n > 0 and 0 <= errors <= n):
        raise ArgumentError(f"an interval takes a sample and at most as many errors, got {errors} of {n}")
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if errors == 0 else float(betaincinv(errors, n - errors + 1.0, tail))
    high = 1.0 if errors == n else float(betaincinv(errors + 1.0, n - errors, 1.0 - tail))
    return low, high


def zero_error_size(limit: float, *, confidence: float = 0.95) -> int:
    """Fewest items without any error that show a share of errors below a limit.

    Raises
    ------
    ArgumentError
        When the limit or the confidence does not lie between 0 and 1.
    """
    if not (0 < limit < 1 and 0 < confidence < 1):
        raise ArgumentError(f"a limit and a confidence lie between 0 and 1, got {limit} and {confidence}")
    return math.ceil(math.log(1.0 - confidence) / math.log1p(-limit))


def intraclass_correlation(wrong: Sequence[bool], clusters: Sequence[Hashable]) -> float:
    """How alike items of one cluster are, 0 to 1, by one-way analysis of variance (Snedecor and Cochran, ch. 13).

    NaN where no cluster has two items, or all are of one cluster.
    """
    values = np.asarray(wrong, np.float64)
    names = list(dict.fromkeys(clusters))
    numbers = {name: number for number, name in enumerate(names)}
    owners = np.array([numbers[name] for name in clusters], np.int64)
    sizes = np.bincount(owners, minlength=len(names)).astype(np.float64)
    n, k = len(values), len(names)
    if k < 2 or n <= k:
        return math.nan
    means = np.bincount(owners, values, minlength=k) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (k - 1)
    within = ((values - means[owners]) ** 2).sum() / (n - k)
    typical = (n - (sizes**2).sum() / n) / (k - 1)
    total = between + (typical - 1.0) * within
    return float(max(0.0, (between - within) / total)) if total > 0 else 0.0


def design_effect(wrong: Sequence[bool], clusters: Sequence[Hashable]) -> float:
    """How many times more items a clustered sample needs than one of single items: 1 + (m - 1) rho (L. Kish, 1965).

    m is the size of the cluster that a random item is in, so that a large one counts for what it weighs.
    """
    rho = intraclass_correlation(wrong, clusters)
    if math.isnan(rho):
        return 1.0
    sizes = np.array([list(clusters).count(name) for name in dict.fromkeys(clusters)], np.float64)
    return 1.0 + (float((sizes**2).sum() / sizes.sum()) - 1.0) * rho


def clustered_size(wrong: Sequence[bool], clusters: Sequence[Hashable]) -> float:
    """Number of single items that say as much as these do of clusters that nobody looked into.

    The size by the design effect, less because the spread among few clusters is itself a guess (E. Korn and
    B. Graubard, Survey Methodology 24, 1998). One cluster says nothing of others, and counts as one item.
    """
    k = len(set(clusters))
    if k < 2:
        return 1.0
    doubt = float(ndtri(0.975) / stdtrit(k - 1, 0.975)) ** 2
    return max(1.0, len(wrong) / design_effect(wrong, clusters) * doubt)


def finite_size(n: float, population: int) -> float:
    """Sample size that says as much of a very large population as n says of one of this size.

    The variance of a share shrinks by (N - n) / (N - 1) where nothing is drawn twice; with everything seen, nothing is
    left to guess.
    """
    if not 0 < n <= population:
        raise ArgumentError(f"a sample of {population} items holds 1 to {population}, got {n}")
    return math.inf if n >= population else n * (population - 1) / (population - n)
