"""`sensorann store review next`: names the object to look at next."""

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

import sensorann as sa
from sensorann.cli.labels import whole_store
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.store.sample.lots import open_sample
from sensorann.store.connecting import shown_address


def next(  # noqa: A001
    store: str,
    /,
    *,
    sample: str | None = None,
    n: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    as_json: AsJson = False,
) -> None:
    """Name the objects of a sample to look at next, and how it stands.

    Objects that were right and have changed since come first: nobody has looked at them as they are.

    For example:

        sensorann store review next labels.db
        sensorann store review next labels.db --n 10 --json

    Parameters
    ----------
    store
        The store.
    sample
        Name of the sample; the only undecided one when not given.
    n
        Name so many.
    as_json
        Print JSON instead of text.
    """
    place = whole_store(store)
    with sa.open_store(place) as opened:
        current = open_sample(opened, sample)
    found = current.found
    waiting = (*found.stale, *found.left)[:n] if found.verdict == "continue" else found.stale[:n]
    if as_json:
        print_json(
            {
                "sample": current.name,
                "verdict": found.verdict,
                "looked_at": asdict(found.count),
                "next": [asdict(item) for item in waiting],
            }
        )
        return
    for item in waiting:
        print(f"{shown_address(place)}#{item.drive} {item.object}: {item.kind}")
    if not waiting:
        print("nothing is left to look at: sensorann store review decide")
    print(f"sample {current.name}: {found.count.wrong} of {found.count.n} objects wrong so far, {found.verdict}")
