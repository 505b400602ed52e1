"""What a database says when it cannot, in one line that names the store and the way out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sensorann.errors import StoreError

# A piece of the driver's words, and ours.
_SAYINGS = (
    ("file is not a database", "is not a SQLite database"),
    ("disk is full", "the disk is full; this edit was not kept, all earlier ones are: make space and repeat it"),
    ("No space left", "the disk is full; this edit was not kept, all earlier ones are: make space and repeat it"),
    ("database is locked", "another program holds the store locked: wait for it or end it, then repeat"),
    ("lock timeout", "another program holds the store locked: wait for it or end it, then repeat"),
    ("readonly database", "cannot be written: the file or its disk is read-only"),
    ("read-only transaction", "cannot be written: this server is read-only"),
    ("unable to open database file", "cannot be opened: is its folder there, and may you read and write in it?"),
    ("disk image is malformed", "is damaged: run `sensorann store verify`, then go back to a copy"),
    ("must be owner", "this login may not do that: the owner of the store may, who made it"),
    ("permission denied", "this login may not do that: the owner of the store may, who made it"),
    ("append-only", "the journal is append-only: events are neither changed nor deleted"),
    ("disk I/O error", "the disk cannot be read or written; this edit was not kept"),
)


@contextmanager
def failures_named(store: str) -> Iterator[None]:
    """Turn errors of the database into a `StoreError` that names the store."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(f"{store}: {_told(error)}") from error
    except UnicodeEncodeError as error:
        raise StoreError(f"{store}: a name holds a character that no database takes: {error}") from error


def _told(error: Exception) -> str:
    words = str(error.orig if isinstance(error, DBAPIError) else error)
    for piece, saying in _SAYINGS:
        if piece in words:
            return saying
    return " ".join(words.split())
