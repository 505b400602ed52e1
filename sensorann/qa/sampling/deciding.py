"""What was looked at, and what that decides: yes, no, or go on, with the interval that holds the share of errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sensorann.qa.sampling.intervals import clopper_pearson, clustered_size, design_effect, finite_size
from sensorann.qa.sampling.lots import Item, Sample
from sensorann.qa.sampling.plans import Verdict

# What can be wrong with an object.
ERROR_CODES = (
    "missing",
    "spurious",
    "duplicate",
    "class",
    "attribute",
    "centre",
    "size",
    "yaw",
    "flip",
    "loose",
    "identity",
    "fragment",
    "gap",
    "time",
    "physics",
    "projection",
    "relation",
    "event",
    "guideline",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What somebody found when looking at an object.

    Attributes
    ----------
    errors : of `ERROR_CODES`; none where it is right
    reviewer : who looked
    fingerprint : of what was looked at
    note : what was said about it
    """

    errors: tuple[str, ...]
    reviewer: str
    fingerprint: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """Objects looked at, wrong ones among them, and the 95 % interval of the share."""

    n: int
    wrong: int
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """What the looks at a sample say.

    Attributes
    ----------
    verdict : of the plan
    count : of all objects. The interval allows for how much of the lot was seen; where drives were drawn first, for
        objects of one drive that err together instead
    plain : the same as if objects were drawn one by one from a very large lot
    design_effect : how many times more objects a sample of drives needs, because those of one drive err together
    kinds : by kind of object
    codes : how often each error was found
    stale : objects that were right and have changed since: to be looked at again, and not counted
    left : objects of the sample that nobody has looked at
    """

    verdict: Verdict
    count: Count
    plain: Count
    design_effect: float
    kinds: Mapping[str, Count]
    codes: Mapping[str, int]
    stale: tuple[Item, ...]
    left: tuple[Item, ...]


def assess(sample: Sample, looks: Mapping[tuple[str, str], Look], now: Mapping[tuple[str, str], str]) -> Assessment:
    """Judge a sample by what was found in it so far.

    An object that was wrong stays so, also when it was mended since: the rest of the lot was not. One that was right
    and then changed has not been looked at.

    Parameters
    ----------
    sample : what was drawn
    looks : by drive and object
    now : fingerprints of the objects as they are
    """
    stale = [
        item
        for item in sample.items
        if item.key in looks and not looks[item.key].errors and looks[item.key].fingerprint != now.get(item.key)
    ]
    seen = [item for item in sample.items if item.key in looks and item not in stale]
    wrong = [bool(looks[item.key].errors) for item in seen]
    drives = [item.drive for item in seen]
    population = sum(sample.population.values()) if sample.n_drives is None else None
    kinds = {kind: [w for item, w in zip(seen, wrong, strict=True) if item.kind == kind] for kind in sample.population}
    return Assessment(
        verdict=sample.plan.verdict(len(seen), sum(wrong)) if seen else "continue",
        count=_count(wrong, population=population, drives=drives if population is None else None),
        plain=_count(wrong),
        design_effect=design_effect(wrong, drives) if seen else 1.0,
        kinds={kind: _count(own, population=sample.population[kind]) for kind, own in kinds.items()},
        codes=dict(Counter(code for item in seen for code in looks[item.key].errors).most_common()),
        stale=tuple(stale),
        left=tuple(item for item in sample.items if item.key not in looks),
    )


def _count(wrong: Sequence[bool], *, population: int | None = None, drives: Sequence[str] | None = None) -> Count:
    """Count, with the interval of as many independent objects of a very large lot as say the same."""
    n, errors = len(wrong), sum(wrong)
    if n == 0:
        return Count(n=0, wrong=0, low=0.0, high=1.0)
    if population is not None and n >= population:
        return Count(n=n, wrong=errors, low=errors / n, high=errors / n)
    worth = float(n)
    if drives is not None:
        worth = clustered_size(wrong, drives)
    elif population is not None:
        worth = finite_size(n, population)
    low, high = clopper_pearson(errors / n * worth, worth)
    return Count(n=n, wrong=errors, low=low, high=high)
