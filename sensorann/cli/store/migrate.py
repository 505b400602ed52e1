"""`sensorann store migrate`: a store of an older version becomes one of today."""

from sensorann.cli.labels import whole_store
from sensorann.store import migrate as migrated
from sensorann.store.connecting import shown_address


def migrate(store: str, /) -> None:
    """Bring a store of an older version up to this one, in place; a killed migration leaves it as it was.

    On a server only the owner of the store may do it, who is the one that made it.

    For example:

        sensorann store migrate labels.db
        sensorann store migrate postgresql://anna@server/labels

    Parameters
    ----------
    store
        The store: a file, or a PostgreSQL address.
    """
    before, after = migrated(whole_store(store))
    print(f"{shown_address(store)}: format {after}" + (", nothing to do" if before == after else f", it was {before}"))
