"""`sensorann store init`: an empty store."""

import sensorann as sa
from sensorann.cli.labels import whole_store


def init(store: str, /) -> None:
    """Make an empty label store; one that is there already stays as it is.

    For example:

        sensorann store init labels.db
        sensorann store init postgresql://anna@server/labels

    Parameters
    ----------
    store
        Path of a file on a local disk, or the address of an empty PostgreSQL database.
    """
    with sa.open_store(whole_store(store), create=True) as opened:
        n = len(opened.drives())
    print(f"{opened.name}: a label store with {n} {'drive' if n == 1 else 'drives'}")
