"""`sensorann store review record`: what was found when an object was looked at."""

from typing import Annotated

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.labels import drive_address
from sensorann.cli.store.sample.lots import open_sample
from sensorann.errors import StoreError, UsageError
from sensorann.qa.sampling import ERROR_CODES, fingerprint
from sensorann.store.sampling import record_look


def record(
    store: str,
    object_id: Annotated[str, Parameter(name="OBJECT")],
    /,
    *,
    right: Annotated[bool, Parameter(negative="")] = False,
    wrong: str = "",
    sample: str | None = None,
    note: str = "",
) -> None:
    """Record that an object of the sample is right, or what is wrong with it.

    Errors: missing, spurious, duplicate, class, attribute, centre, size, yaw, flip, loose, identity, fragment, gap,
    time, physics, projection, relation, event, guideline. In a store with roles, reviewers and leads look, and nobody
    at an object of their own.

    For example:

        sensorann store review record labels.db#0000 17 --right
        sensorann store review record labels.db#0000 4 --wrong flip,size --note "the trailer is in the box"

    Parameters
    ----------
    store
        STORE#DRIVE.
    object_id
        Id of the object.
    right
        Nothing is wrong with it.
    wrong
        What is wrong, with commas between several errors.
    sample
        Name of the sample; the only undecided one when not given.
    note
        Said about it in the evidence.
    """
    errors = tuple(dict.fromkeys(word.strip() for word in wrong.split(",") if word.strip()))
    if right == bool(errors):
        raise UsageError("an object is either --right or --wrong with an error")
    if unknown := set(errors) - set(ERROR_CODES):
        raise UsageError(f"--wrong takes {', '.join(ERROR_CODES)}, got {', '.join(sorted(unknown))!r}")
    place, drive = drive_address(store)
    with sa.open_store(place) as opened:
        current = open_sample(opened, sample)
        if (drive, object_id) not in {item.key for item in current.sample.items}:
            raise StoreError(f"object {object_id} of {drive} is not in sample {current.name!r}: only drawn ones count")
        seen = fingerprint(opened.track(drive, object_id).track)
        record_look(opened, current.name, drive, object_id, errors=errors, fingerprint=seen, note=note)
        found = open_sample(opened, current.name).found
    print(f"sample {current.name}: {found.count.wrong} of {found.count.n} objects wrong so far, {found.verdict}")
