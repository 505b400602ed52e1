"""`sensorann store drives`: what a store holds."""

from rich.console import Console
from rich.table import Table

import sensorann as sa
from sensorann.cli.labels import whole_store
from sensorann.cli.output import AsJson, print_json
from sensorann.store.counting import drive_counts


def drives(store: str, /, *, as_json: AsJson = False) -> None:
    """List the drives of a store with their objects and boxes.

    For example:

        sensorann store drives labels.db

    Parameters
    ----------
    store
        The store: a file, or a PostgreSQL address.
    as_json
        Print JSON instead of a table.
    """
    with sa.open_store(whole_store(store)) as opened:
        counts = drive_counts(opened)
    if as_json:
        print_json(counts)
        return
    table = Table("drive", "objects", "boxes", "human", "last event", box=None)
    for row in counts:
        table.add_row(*(str(row[name]) for name in ("drive", "objects", "boxes", "human", "last_event")))
    Console().print(table)
