"""`sensorann store verify`: tells whether the store is what was written."""

import sensorann as sa
from sensorann.cli.labels import whole_store
from sensorann.cli.output import AsJson, print_json
from sensorann.store import verify as verified


def verify(store: str, /, *, rebuild: bool = False, as_json: AsJson = False) -> int:
    """Check every event's hash and order, replay the journal against the labels, and let the database check itself.

    Exit status 1 when something is wrong. Keep the printed hash elsewhere: with it, nobody can change the past unseen.

    For example:

        sensorann store verify labels.db
        sensorann store verify labels.db --rebuild

    Parameters
    ----------
    store
        The store: a file, or a PostgreSQL address.
    rebuild
        Write the labels anew from the journal where they differ from it.
    as_json
        Print JSON instead of text.
    """
    with sa.open_store(whole_store(store)) as opened:
        found = verified(opened, rebuild=rebuild)
    wrong = bool(found.faults) and not found.rebuilt
    if as_json:
        print_json({"events": found.n_events, "head": found.head, "faults": found.faults, "rebuilt": found.rebuilt})
        return int(wrong)
    for fault in found.faults:
        print(fault)
    if not wrong:
        done = "rebuilt from its journal" if found.rebuilt else "as it was written"
        print(f"{opened.name}: {done}, {found.n_events} events, the last one's hash is {found.head}")
    return int(wrong)
