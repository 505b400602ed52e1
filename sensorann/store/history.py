"""What happened: events by object, person, kind and time, and how one object or box came to be as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from sensorann.errors import StoreError
from sensorann.store import journal, projection, schema
from sensorann.store.journal import JournalEvent
from sensorann.store.patch import BoxChange, DocumentChange, objects_of
from sensorann.store.store import Store

_EVENT, _TOUCHED = schema.event, schema.touched


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which events are meant; None is any.

    Attributes
    ----------
    drive, object_id, actor, kind : names
    since_ns, until_ns : Unix time of the writer, ns, both included
    """

    drive: str | None = None
    object_id: str | None = None
    actor: str | None = None
    kind: str | None = None
    since_ns: int | None = None
    until_ns: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one event did to an object.

    Attributes
    ----------
    event : the event
    documents : changes of the object's head, of comments and of reviews
    boxes : changes of its boxes, or of the one box that was asked for
    """

    event: JournalEvent
    documents: tuple[DocumentChange, ...]
    boxes: tuple[BoxChange, ...]


def log(store: Store, chosen: Filter | None = None, *, last: int | None = None) -> list[JournalEvent]:
    """Events in their order.

    Parameters
    ----------
    store : store
    chosen : which ones
    last : at most so many, the newest ones

    Raises
    ------
    StoreError
        When the drive is unknown.
    """
    chosen = chosen or Filter()
    wanted = {"drive": chosen.drive, "actor": chosen.actor, "kind": chosen.kind}
    statement = select(_EVENT).order_by(_EVENT.c.seq.desc()).limit(last)
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(_EVENT.c[name] == value)
    if chosen.since_ns is not None:
        statement = statement.where(_EVENT.c.time_ns >= chosen.since_ns)
    if chosen.until_ns is not None:
        statement = statement.where(_EVENT.c.time_ns <= chosen.until_ns)
    if chosen.object_id is not None:
        touching = select(_TOUCHED.c.seq).where(_TOUCHED.c.object == chosen.object_id)
        statement = statement.where(_EVENT.c.seq.in_(touching))
    with store.reading() as connection:
        found = [journal.event_of(row) for row in connection.execute(statement)]
        if chosen.drive is not None and not found:
            projection.require_drive(connection, chosen.drive)
    return found[::-1]


def event_hash(store: Store, seq: int) -> str:
    """Hash of an event, in hexadecimal: it names the state of all labels after it.

    Raises
    ------
    StoreError
        When there is none of that number.
    """
    with store.reading() as connection:
        return journal.event(connection, seq).hash.hex()


def story(
    store: Store, drive: str, object_id: str, timestamp_ns: int | None = None, *, until_ns: int | None = None
) -> list[Step]:
    """Return how an object, or its box at an instant, came to be as it is, from its first event to its last.

    Parameters
    ----------
    store, drive, object_id : the object
    timestamp_ns : instant of the box, ns
    until_ns : only events up to this Unix time, ns

    Raises
    ------
    StoreError
        When the drive is unknown, or the object or box never was in it.
    """
    events = log(store, Filter(drive=drive, object_id=object_id, until_ns=until_ns))
    steps = [step for event in events if (step := _step(event, object_id, timestamp_ns)) is not None]
    if not any(step.boxes or step.documents for step in steps):
        where = "" if timestamp_ns is None else f" with a box at {timestamp_ns}"
        raise StoreError(f"no object {object_id!r}{where} was ever in drive {drive!r}")
    return steps


def _step(event: JournalEvent, object_id: str, timestamp_ns: int | None) -> Step | None:
    boxes = tuple(
        change
        for change in event.patch.boxes
        if change.object == object_id and timestamp_ns in (None, change.timestamp_ns)
    )
    documents = tuple(_about(event, object_id, timestamp_ns))
    return Step(event=event, documents=documents, boxes=boxes) if boxes or documents else None


def _about(event: JournalEvent, object_id: str, timestamp_ns: int | None) -> Iterator[DocumentChange]:
    """Documents about an object; where one box is asked for, those about other boxes are left out."""
    for change in event.patch.documents:
        if object_id in objects_of(change) and (timestamp_ns is None or _concerns(change, timestamp_ns)):
            yield change


def _concerns(change: DocumentChange, timestamp_ns: int) -> bool:
    """What was said of an object as a whole concerns each of its boxes; its category and pictures are not the box."""
    return "object" in change.body and change.body.get("timestamp_ns") in (None, timestamp_ns)
