"""The journal: events in one row each, every one carrying the hash of its predecessor."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

import sensorann
from sensorann.errors import StoreError
from sensorann.store import schema
from sensorann.store.patch import Patch, dumped, packed, unpacked

_log = logging.getLogger(__name__)
# What the hash of an event covers, in this order: all of its row but the hash itself.
_HASHED = tuple(column.name for column in schema.event.columns if column.name != "hash")
_READ_AT_ONCE = 1000
# Statements are built once: that costs as much as running them.
_LAST = select(schema.head)
_LAST_LOCKED = _LAST.with_for_update()
_ADD, _MOVE_HEAD = schema.event.insert(), schema.head.update()


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What is said about an edit beside its content.

    Attributes
    ----------
    kind : ``edit``, ``interpolate``, ``fit``, ``merge``, ``split``, ``import``, ``accept`` ...
    text : why, in words
    machine : parameters of a machine's result: method, seed, keyframes used, hash of the calibration
    spent_s : how long the person worked on it, seconds; None where nobody measured
    """

    kind: str = "edit"
    text: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    spent_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEvent:
    """One event of the journal.

    Attributes
    ----------
    seq : its number, 1, 2, 3 ... without gaps: the order of events whatever clocks say
    time_ns : Unix time at the writer, ns
    actor, client : who, with which program and version
    kind, text, machine, spent_s : see `Note`
    drive : empty for events that concern the whole store
    object_id : the object, where it is a single one
    undoes : number of the event that an undo or a redo takes back
    patch : what changed
    hash : SHA-256 over the row, the hash of the predecessor included
    """

    seq: int
    time_ns: int
    actor: str
    client: str
    kind: str
    drive: str
    object_id: str | None
    undoes: int | None
    spent_s: float | None
    text: str
    machine: Mapping[str, Any]
    patch: Patch
    hash: bytes


def last_event(connection: Connection, *, lock: bool = True) -> tuple[int, int, bytes]:
    """Return number, time and hash of the last event, and lock the journal for this transaction."""
    row = connection.execute(_LAST_LOCKED if lock else _LAST).one()
    return row.seq, row.time_ns, row.hash


def append(
    connection: Connection, patch: Patch, note: Note, *, actor: str, drive: str, undoes: int | None = None
) -> int:
    """Add one event in the caller's transaction; return its number."""
    last, last_ns, last_hash = last_event(connection)
    now_ns = time.time_ns()
    if now_ns < last_ns:
        _log.warning(
            "the clock is %.1f s behind the last event: events keep their order by number", (last_ns - now_ns) * 1e-9
        )
    text, numbers = packed(patch)
    objects = patch.objects
    row = {
        "seq": last + 1,
        "time_ns": now_ns,
        "actor": actor,
        "client": f"sensorann {sensorann.__version__}",
        "kind": note.kind,
        "drive": drive,
        "object": objects[0] if len(objects) == 1 else None,
        "undoes": undoes,
        "spent_s": None if note.spent_s is None else float(note.spent_s),
        "note": note.text,
        "machine": dumped(note.machine),
        "patch": text,
        "numbers": numbers,
        "prev_hash": last_hash,
    }
    row["hash"] = row_hash(row)
    connection.execute(_ADD, row)
    connection.execute(_MOVE_HEAD, {"seq": last + 1, "time_ns": now_ns, "hash": row["hash"]})
    return last + 1


def row_hash(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over all values of a row, each with its type and length, so that none can lend a byte to the next."""
    digest = hashlib.sha256()
    for name in _HASHED:
        value = row[name]
        content = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
        digest.update(f"{name}:{type(value).__name__}:{len(content)}:".encode())
        digest.update(content)
    return digest.digest()


def rows(connection: Connection, *, drive: str | None = None, last: int | None = None) -> Generator[Row[Any]]:
    """Rows of the journal in order; read in portions, as a journal may not fit into memory. Close it when done.

    Parameters
    ----------
    connection : connection
    drive : only rows of this drive
    last : only rows up to this number
    """
    statement = select(schema.event).order_by(schema.event.c.seq)
    if drive is not None:
        statement = statement.where(schema.event.c.drive == drive)
    if last is not None:
        statement = statement.where(schema.event.c.seq <= last)
    with connection.execute(statement, execution_options={"yield_per": _READ_AT_ONCE}) as result:
        yield from result


def rows_singly(connection: Connection, seq: int) -> Iterator[Row[Any]]:
    """Rows of the journal after an event, each by a question of its own: the database looks no row ahead."""
    statement = select(schema.event).where(schema.event.c.seq > bindparam("last")).order_by(schema.event.c.seq).limit(1)
    while (row := connection.execute(statement, {"last": seq}).one_or_none()) is not None:
        yield row
        seq = row.seq


def event_of(row: Row[Any]) -> JournalEvent:
    """Read a row of the journal.

    Raises
    ------
    StoreError
        When it is damaged; the message names the event.
    """
    try:
        patch, machine = unpacked(row.patch, row.numbers), json.loads(row.machine)
    except (StoreError, ValueError) as error:
        raise StoreError(f"event {row.seq}: {error}") from error
    return JournalEvent(
        seq=row.seq,
        time_ns=row.time_ns,
        actor=row.actor,
        client=row.client,
        kind=row.kind,
        drive=row.drive,
        object_id=row.object,
        undoes=row.undoes,
        spent_s=row.spent_s,
        text=row.note,
        machine=machine,
        patch=patch,
        hash=row.hash,
    )


def event(connection: Connection, seq: int) -> JournalEvent:
    """Read one event.

    Raises
    ------
    StoreError
        When there is none of that number.
    """
    row = connection.execute(select(schema.event).where(schema.event.c.seq == seq)).one_or_none()
    if row is None:
        raise StoreError(f"there is no event {seq}")
    return event_of(row)
