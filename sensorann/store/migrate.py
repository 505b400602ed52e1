"""Stores of older formats become today's, one version at a time, in one transaction.

A file of another kind would be written anew and renamed. A database takes the same care in place, on a server too:
programs that have the store open go on seeing it, and a killed migration is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection

from sensorann.store import connecting
from sensorann.store.schema import FORMAT_VERSION
from sensorann.store.versions import check_not_newer, format_version, set_format_version

Step = Callable[[Connection], None]


def _find_events_by_time(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE INDEX event_by_time ON event (time_ns)")


# Format to the step that makes the next one of it; a step leaves the rows of the journal as they are. Steps are written
# in SQL, as the tables of `schema` move on.
STEPS: Mapping[int, Step] = MappingProxyType({1: _find_events_by_time})


def migrate(
    address: Path | str,
    *,
    steps: Mapping[int, Step] = STEPS,
    newest: int = FORMAT_VERSION,
    wait_s: float = connecting.WAIT_S,
) -> tuple[int, int]:
    """Bring a store to the newest format; a killed migration leaves it as it was.

    Parameters
    ----------
    address : see `open_store`; on a server only the owner of the tables may do it
    steps : format to the step that makes the next one
    newest : format to reach
    wait_s : how long to wait for a writer, seconds

    Returns
    -------
    format before and after; equal where there was nothing to do

    Raises
    ------
    MissingDataError
        When there is no file at the path.
    StoreError
        When it is no label store, or is from a newer sensorann.
    """
    engine, name = connecting.connect(address, create=False, wait_s=wait_s)
    try:
        with connecting.writing(engine, name) as connection:
            found = format_version(connection, name)
            check_not_newer(found, name, newest=newest)
            if found < newest:
                _keep_others_out(connection)
            for version in range(found, newest):
                steps[version](connection)
                set_format_version(connection, version + 1)
    finally:
        engine.dispose()
    return found, newest


def _keep_others_out(connection: Connection) -> None:
    """Let everybody wait for the end of the migration; whoever then writes sees the new format."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE meta, head, event IN ACCESS EXCLUSIVE MODE")
