"""`sensorann store review plan`: draws the objects to look at."""

from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

import sensorann as sa
from sensorann.cli.labels import place_and_drive
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.store.sample.lots import check_strata, current_lot
from sensorann.errors import UsageError
from sensorann.qa.sampling import STRATA, Plan, Sample, SequentialPlan, SinglePlan, drawn, sample_body, smallest_plan
from sensorann.store.sampling import add_sample, samples

# A sequential plan that is not clear yet ends at so many times the fixed one.
_TIMES_SINGLE = 3


def plan(
    store: str,
    /,
    *,
    name: str | None = None,
    kind: Literal["single", "sequential"] = "single",
    good: float = 0.01,
    bad: float = 0.05,
    alpha: float = 0.05,
    beta: float = 0.1,
    n: int | None = None,
    c: int | None = None,
    by: str = "class,source",
    drives: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    drive: str | None = None,
    seed: int = 0,
    as_json: AsJson = False,
) -> None:
    """Draw a sample of the objects of a store that tells good labels from bad ones.

    A single plan looks at a fixed number, as few as keep both risks. A sequential one stops as soon as it is clear,
    which takes fewer on average. Of a small lot fewer are enough. The plan and its draw are kept in the journal.

    For example:

        sensorann store review plan labels.db --good 0.01 --bad 0.05
        sensorann store review plan labels.db#0000 --kind sequential --by class
        sensorann store review plan labels.db --by class,range --drive kitti/training --n 125 --c 3
        sensorann store review plan labels.db --drives 20 --seed 7

    Parameters
    ----------
    store
        STORE for all of its drives, or STORE#DRIVE.
    name
        Name of the sample; a number when not given.
    kind
        single or sequential.
    good
        Share of wrong objects that should be accepted.
    bad
        Share of wrong objects that should be rejected.
    alpha
        How often a good lot may be rejected.
    beta
        How often a bad lot may be accepted.
    n
        Look at so many, instead of the smallest number that keeps the risks; needs --c.
    c
        Accept where so many are wrong at most.
    by
        Kinds of which each gives its share: class, range (needs --drive), source, with commas between them.
    drives
        Draw so many drives first, and objects of these alone: fewer to open, and a wider interval in the end.
    drive
        Root of the recordings, each called like its drive in the store.
    seed
        Of the draw; the same one draws the same objects.
    as_json
        Print JSON instead of text.
    """
    if (n is None) != (c is None):
        raise UsageError("--n and --c belong together")
    if n is not None and kind == "sequential":
        raise UsageError("--n and --c are of a single plan")
    strata = check_strata(by, STRATA)
    if "range" in strata and drive is None:
        raise UsageError("--by range needs the recordings: add --drive ROOT")
    place, only = place_and_drive(store)
    with sa.open_store(place) as opened:
        lot = current_lot(opened, opened.drives() if only is None else [only], by=strata, recordings=drive)
        single = smallest_plan(good=good, bad=bad, alpha=alpha, beta=beta, population=max(len(lot), 1))
        chosen: Plan = single if n is None or c is None else SinglePlan(n=n, c=c)
        if kind == "sequential":
            # The test is over by then in nearly all cases, and its risks are nearly kept.
            longest = min(len(lot), _TIMES_SINGLE * single.n)
            chosen = SequentialPlan(good=good, bad=bad, alpha=alpha, beta=beta, n_max=longest)
        sample = drawn(lot, chosen, good=good, bad=bad, by=strata, seed=seed, n_drives=drives)
        title = name or str(len(samples(opened)) + 1)
        add_sample(opened, title, sample_body(sample))
    if as_json:
        print_json({"sample": title, **sample_body(sample)})
    else:
        _print(title, sample)


def _print(title: str, sample: Sample) -> None:
    n_objects = sum(sample.population.values())
    if isinstance(sample.plan, SinglePlan):
        told = f"look at {sample.plan.n} of {n_objects} objects, accept where at most {sample.plan.c} are wrong"
    else:
        told = f"look at up to {len(sample.items)} of {n_objects} objects, until it is clear"
    print(f"sample {title}: {told}")
    for stratum, number in sample.population.items():
        taken = sum(item.kind == stratum for item in sample.items)
        print(f"    {stratum}: {taken} of {number}")
