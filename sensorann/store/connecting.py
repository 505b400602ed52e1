"""Connections to the database: how SQLite and PostgreSQL are told to keep what they acknowledge."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError as AddressError

from sensorann.errors import MissingDataError, StoreError
from sensorann.store.failures import failures_named

# SQLite's write-ahead log needs memory that all writers share, which these do not give.
_NETWORK_FILE_SYSTEMS = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "beegfs",
        "gpfs",
        "pvfs2",
        "9p",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.ceph-fuse",
        "fuse.s3fs",
        "fuse.gcsfuse",
        "fuse.rclone",
        "fuse.davfs2",
    ]
)
_DRIVER = "postgresql+psycopg"
_MOUNTS = Path("/proc/self/mounts")
WAIT_S = 30.0


def is_server(address: Path | str) -> bool:
    """Tell whether an address names a server rather than a file."""
    return "://" in str(address)


def shown_address(address: Path | str) -> str:
    """Address of a store or of a drive in it, as messages and the journal name it: without a password.

    Raises
    ------
    StoreError
        When it is no address.
    """
    if not is_server(address):
        return str(address)
    store, mark, drive = str(address).partition("#")
    return f"{_server_url(store).render_as_string(hide_password=True)}{mark}{drive}"


def connect(address: Path | str, *, create: bool, wait_s: float) -> tuple[Engine, str]:
    """Return an engine for an address, and the address as messages name it (without a password).

    Raises
    ------
    MissingDataError
        When there is no such file and none is to be created.
    StoreError
        When the address is wrong, or on a disk where SQLite cannot keep its promises.
    """
    if is_server(address):
        return _connect_server(str(address), wait_s)
    path = Path(address)
    if not create and not path.exists():
        raise MissingDataError(f"{path} does not exist: make a store with `sensorann store init {path}`")
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is no file: a label store is one file, or a PostgreSQL address")
    system = file_system_of(path, _MOUNTS.read_text() if _MOUNTS.exists() else "")
    if system in _NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"{path} lies on a network file system ({system}), where SQLite may lose or damage edits: "
            "use a local disk, or a PostgreSQL store"
        )
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": wait_s})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine, str(path)


def file_system_of(path: Path, mounts: str) -> str:
    """Kind of the file system that a path lies on, as the table of mounts says it; empty where it does not."""
    place = str(path.resolve())
    best, kind = "", ""
    for line in mounts.splitlines():
        words = line.split()
        point = words[1].replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, words[2]
    return kind


@contextmanager
def reading(engine: Engine, name: str) -> Iterator[Connection]:
    """Give a connection that sees one state of the store, whatever is written meanwhile."""
    with failures_named(name), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, name: str) -> Iterator[Connection]:
    """Give a connection whose changes are all kept at the end of the block, or none of them."""
    with failures_named(name), engine.connect() as connection:
        connection = connection.execution_options(writing=True)
        with connection.begin():
            yield connection


def login(engine: Engine, name: str, actor: str | None) -> str:
    """Name of who edits: the login of a server, else the one given or the user of this machine.

    Raises
    ------
    StoreError
        When another name than the server's login is given.
    """
    if engine.dialect.name == "sqlite":
        return actor or os.environ.get("SENSORANN_ACTOR") or getpass.getuser()
    with reading(engine, name) as connection:
        user = str(connection.exec_driver_sql("SELECT session_user").scalar_one())
    if actor not in (None, user):
        raise StoreError(f"{name}: edits carry the name of the login, {user}, not {actor}: log in as {actor}")
    return user


def _connect_server(address: str, wait_s: float) -> tuple[Engine, str]:
    url = _server_url(address).set(drivername=_DRIVER)
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except ImportError as error:
        raise StoreError("PostgreSQL stores need psycopg: pip install 'sensorann[postgres]'") from error

    def prepare(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {round(wait_s * 1000)}")
            cursor.execute("SET synchronous_commit = on")  # whatever the server's default
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine, shown_address(address)


def _server_url(address: str) -> URL:
    expected = "a store on a server is postgresql://USER@HOST:PORT/DATABASE"
    try:
        url = make_url(address)
    except (AddressError, ValueError) as error:
        raise StoreError(expected) from error
    if url.drivername not in ("postgresql", _DRIVER):
        raise StoreError(f"{expected}, got one of {url.drivername}")
    return url


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions on its own, and too late
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer that first reads could find that another one wrote in between: it locks at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")
