"""`sensorann store migrate`: a store of an older version becomes one of today."""

from pathlib import Path

from sensorann.store import migrate as migrated


def migrate(store: Path, /) -> None:
    """Bring a store of an older version up to this one; nobody may have it open. A killed migration leaves the old one.

    For example:

        sensorann store migrate labels.db

    Parameters
    ----------
    store
        A SQLite store.
    """
    before, after = migrated(store)
    print(f"{store}: format {after}" + (", nothing to do" if before == after else f", it was {before}"))
