"""The format of a store: the number that it carries, and what this program makes of another one."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select

from sensorann.errors import StoreError
from sensorann.store.schema import FORMAT_VERSION, meta

_FORMAT = "format_version"
_FOUND = select(meta.c.value).where(meta.c.name == _FORMAT)


def format_version(connection: Connection, name: str) -> int:
    """Format of a store.

    Raises
    ------
    StoreError
        When it is none.
    """
    if not {"meta", "event", "head"} <= set(inspect(connection).get_table_names()):
        what = "a SQLite database" if connection.dialect.name == "sqlite" else "a database"
        raise StoreError(f"{name} is {what}, but no label store: make one with `sensorann store init`")
    return _said(connection, name)


def set_format_version(connection: Connection, version: int) -> None:
    """Write down the format that a store has from now on."""
    connection.execute(meta.update().where(meta.c.name == _FORMAT).values(value=str(version)))


def check_not_newer(found: int, name: str, *, newest: int = FORMAT_VERSION) -> None:
    """Refuse a store from the future.

    Raises
    ------
    StoreError
        When its format is newer than this program.
    """
    if found > newest:
        raise StoreError(f"{name} has format {found}, this sensorann reads up to {newest}: upgrade sensorann")


def check_still_today(connection: Connection, name: str) -> None:
    """Refuse to write into a store that somebody migrated since it was opened.

    Raises
    ------
    StoreError
        When its format is another one by now.
    """
    check_not_newer(_said(connection, name), name)


def _said(connection: Connection, name: str) -> int:
    said = connection.execute(_FOUND).scalar_one_or_none()
    if said is None or not said.isdecimal():
        raise StoreError(f"{name}: its format should be a number, got {said!r}: go back to a copy")
    return int(said)
