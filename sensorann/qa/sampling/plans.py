"""How much to look at before saying yes or no: a fixed sample, or one that stops as soon as it is clear."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import bdtr

from sensorann.errors import ArgumentError

# A sample beyond this is no sample any more.
_MOST = 100_000
Verdict = Literal["accept", "reject", "continue"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SinglePlan:
    """Look at n items, accept where at most c are wrong (ISO 2859-1 style).

    Attributes
    ----------
    n, c : sample size and acceptance number
    """

    n: int
    c: int

    def __post_init__(self) -> None:
        if not 0 <= self.c < self.n:
            raise ArgumentError(f"a plan looks at more items than it lets pass, got n = {self.n}, c = {self.c}")

    def acceptance(self, share: float, *, population: int | None = None, up: bool = True) -> float:
        """Probability that a lot with this share of wrong items is accepted (operating characteristic).

        Parameters
        ----------
        share : of wrong items
        population : size of the lot; very large when not given
        up : of a small lot, take the next larger whole number of wrong items, and not the next smaller one
        """
        if population is None:
            return float(bdtr(self.c, self.n, share))
        # A hair against rounding: 5 % of 40 are 2 and not 3.
        wrong = math.ceil(share * population - 1e-9) if up else math.floor(share * population + 1e-9)
        return _passes(self.n, self.c, wrong, population)

    def verdict(self, n: int, errors: int) -> Verdict:
        """Say what n items with errors among them decide."""
        if errors > self.c:
            return "reject"
        return "accept" if n >= self.n else "continue"


@dataclass(frozen=True, kw_only=True, slots=True)
class SequentialPlan:
    """Look until it is clear (A. Wald, "Sequential Analysis", 1947: the sequential probability ratio test).

    Attributes
    ----------
    good, bad : share of errors that should be accepted, and one that should not
    alpha, beta : how often a good lot is rejected, a bad one accepted, at most
    n_max : where it is decided in any case, by the nearer line; None to go on
    """

    good: float
    bad: float
    alpha: float = 0.05
    beta: float = 0.1
    n_max: int | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.good < self.bad < 1.0:
            raise ArgumentError(f"shares of errors must be 0 < good < bad < 1, got {self.good} and {self.bad}")
        if not (0.0 < self.alpha < 0.5 and 0.0 < self.beta < 0.5):
            raise ArgumentError(f"risks must lie between 0 and 0.5, got alpha {self.alpha} and beta {self.beta}")

    @property
    def lines(self) -> tuple[float, float, float]:
        """Intercepts of acceptance and rejection, and the slope, of errors against n."""
        unit = math.log(self.bad * (1 - self.good) / (self.good * (1 - self.bad)))
        slope = math.log((1 - self.good) / (1 - self.bad)) / unit
        return -math.log((1 - self.alpha) / self.beta) / unit, math.log((1 - self.beta) / self.alpha) / unit, slope

    def verdict(self, n: int, errors: int) -> Verdict:
        """Say what n items with errors among them decide."""
        accept, reject, slope = self.lines
        excess = errors - slope * n
        if excess <= accept:
            return "accept"
        if excess >= reject:
            return "reject"
        if self.n_max is not None and n >= self.n_max:
            return "accept" if excess <= (accept + reject) / 2 else "reject"
        return "continue"


Plan = SinglePlan | SequentialPlan


def smallest_plan(
    *, good: float, bad: float, alpha: float = 0.05, beta: float = 0.1, population: int | None = None
) -> SinglePlan:
    """Find the smallest fixed sample that tells good lots from bad ones.

    Parameters
    ----------
    good, bad : share of errors that should be accepted, and one that should not
    alpha, beta : how often a good lot is rejected, a bad one accepted, at most
    population : size of the lot; very large when not given. Of a small lot fewer are enough, and all of them always.

    Raises
    ------
    ArgumentError
        When shares or risks are out of range, or too close for any sample.
    """
    SequentialPlan(good=good, bad=bad, alpha=alpha, beta=beta)  # checks them
    n = 1
    for c in range(_MOST):
        n = max(n, c + 1)
        while SinglePlan(n=n, c=c).acceptance(bad, population=population) > beta:
            n += 1
        plan = SinglePlan(n=n, c=c)
        if plan.acceptance(good, population=population, up=False) >= 1.0 - alpha:
            return plan
        if n > _MOST:
            break
    raise ArgumentError(f"{good:g} and {bad:g} are too close: more than {_MOST} items would tell them apart")


def _passes(n: int, c: int, wrong: int, population: int) -> float:
    """Probability that at most c of n items are wrong, drawn without replacement from a lot with so many wrong ones."""
    if n >= population:
        return float(wrong <= c)
    right, every = population - wrong, _log_choices(population, n)
    found = range(max(0, n - right), min(c, wrong, n) + 1)
    return min(1.0, sum(math.exp(_log_choices(wrong, k) + _log_choices(right, n - k) - every) for k in found))


def _log_choices(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
