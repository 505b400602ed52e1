"""Stores of older formats become today's, one version at a time, as a new file that then takes the old one's place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from sensorann.errors import StoreError
from sensorann.files import require_file, written_whole
from sensorann.store.connecting import is_server
from sensorann.store.failures import failures_named
from sensorann.store.schema import FORMAT_VERSION

Step = Callable[[sqlite3.Connection], None]
# Format to the step that makes the next one of it; a step leaves the rows of the journal as they are.
STEPS: Mapping[int, Step] = {}


def migrate(path: Path | str, *, steps: Mapping[int, Step] = STEPS, newest: int = FORMAT_VERSION) -> tuple[int, int]:
    """Bring a store to the newest format.

    Nobody may have it open. A killed migration leaves the old store.

    Parameters
    ----------
    path : SQLite store
    steps : format to the step that makes the next one
    newest : format to reach

    Returns
    -------
    format before and after; equal where there was nothing to do

    Raises
    ------
    StoreError
        When it is no label store, is from a newer sensorann, or lies on a server.
    """
    if is_server(path):
        raise StoreError("a PostgreSQL store is migrated through a file: export, init with this version, import")
    path = require_file(path)
    with failures_named(str(path)), closing(sqlite3.connect(path)) as old:
        found = format_version(old, str(path))
        check_not_newer(found, str(path), newest=newest)
        if found == newest:
            return found, found
        # Under this lock nobody writes between the copy and the change of places.
        old.execute("BEGIN IMMEDIATE")
        with written_whole(path) as temporary:
            _migrate_copy(path, temporary, found, steps, newest)
            old.rollback()
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return found, newest


def format_version(connection: sqlite3.Connection, name: str) -> int:
    """Format of a store.

    Raises
    ------
    StoreError
        When it is none.
    """
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"meta", "event", "head"} <= tables:
        raise StoreError(f"{name} is a SQLite database, but no label store")
    (version,) = connection.execute("SELECT value FROM meta WHERE name = 'format_version'").fetchone()
    return int(version)


def check_not_newer(found: int, name: str, *, newest: int = FORMAT_VERSION) -> None:
    """Refuse a store from the future.

    Raises
    ------
    StoreError
        When its format is newer than this program.
    """
    if found > newest:
        raise StoreError(f"{name} has format {found}, this sensorann reads up to {newest}: upgrade sensorann")


def _migrate_copy(path: Path, temporary: Path, found: int, steps: Mapping[int, Step], newest: int) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(temporary)) as copy:
        source.backup(copy)
        for version in range(found, newest):
            steps[version](copy)
            copy.execute("UPDATE meta SET value = ? WHERE name = 'format_version'", (str(version + 1),))
            copy.commit()
