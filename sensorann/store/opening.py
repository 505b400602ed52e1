"""Open a label store: a SQLite file, or a database on a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect

from sensorann.errors import StoreError
from sensorann.store import connecting, schema
from sensorann.store.failures import failures_named
from sensorann.store.store import Store
from sensorann.store.versions import check_not_newer, format_version


def open_store(
    address: Path | str, *, actor: str | None = None, create: bool = False, wait_s: float = connecting.WAIT_S
) -> Store:
    """Open a label store.

    Parameters
    ----------
    address : path of a SQLite file, or ``postgresql://USER@HOST:PORT/DATABASE``
    actor : whose edits these are; the login of a PostgreSQL server, which cannot be another, else the variable
        SENSORANN_ACTOR or the user of this machine when not given
    create : make an empty store where there is none
    wait_s : how long to wait for another writer, seconds

    Raises
    ------
    MissingDataError
        When there is no file at the path and none is to be created.
    StoreError
        When there is something else, its format is newer or older, or the database does not answer.
    """
    engine, name = connecting.connect(address, create=create, wait_s=wait_s)
    try:
        if create:
            _create(engine, name)
        _check_format(engine, name)
        if create:
            _write_ahead(engine, name)
        return Store(engine, name, connecting.login(engine, name, actor))
    except BaseException:
        engine.dispose()
        raise


def _create(engine: Engine, name: str) -> None:
    with connecting.writing(engine, name) as connection:
        if inspect(connection).get_table_names():
            return  # a store already, or somebody else's: nothing of it is changed
        schema.create_tables(connection)


def _write_ahead(engine: Engine, name: str) -> None:
    """Let readers and writers not wait for each other; the file remembers it."""
    if engine.dialect.name == "sqlite":
        with failures_named(name), engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA journal_mode = WAL")  # outside a transaction


def _check_format(engine: Engine, name: str) -> None:
    with connecting.reading(engine, name) as connection:
        found = format_version(connection, name)
    check_not_newer(found, name)
    if found < schema.FORMAT_VERSION:
        raise StoreError(
            f"{name} has format {found}, this sensorann writes {schema.FORMAT_VERSION}: "
            f"run `sensorann store migrate {name}`"
        )
