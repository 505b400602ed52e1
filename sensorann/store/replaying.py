"""The journal replayed: the projection as it must be, built in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import Connection, select

from sensorann.errors import StoreError
from sensorann.store import schema
from sensorann.store.journal import JournalEvent
from sensorann.store.patch import Box, BoxChange, DocumentChange, dumped


@dataclass(slots=True)
class State:
    """Rows of the projection by their keys.

    Attributes
    ----------
    box : (drive, object, instant) to (box, event)
    document : (drive, kind, key) to [body, event, version, created, place]
    touched : (drive, object, event) of all events that touched an object, to nothing
    """

    TABLES: ClassVar = ("box", "document", "touched")
    box: dict[tuple[str, str, int], tuple[Box, int]] = field(default_factory=dict)
    document: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    touched: dict[tuple[str, str, int], None] = field(default_factory=dict)


class Replay:
    """Adds events one by one.

    Attributes
    ----------
    seq : number of the last event added
    hash : its hash
    state : what holds after it
    """

    def __init__(self) -> None:
        self.seq = 0
        self.hash = bytes(32)
        self.state = State()

    def add(self, event: JournalEvent) -> None:
        """Add the next event.

        Raises
        ------
        StoreError
            When its patch does not apply: what it changed is not what was there.
        """
        for place, document in enumerate(event.patch.documents):
            self._add_document(event, place, document)
        for box in event.patch.boxes:
            self._add_box(event, box)
        for object_id in event.patch.objects:
            self.state.touched[event.drive, object_id, event.seq] = None
            head = self.state.document.get((event.drive, "track", object_id))
            if head is not None:
                head[2] = event.seq
        self.seq, self.hash = event.seq, event.hash

    def _add_box(self, event: JournalEvent, change: BoxChange) -> None:
        boxes, key = self.state.box, (event.drive, change.object, change.timestamp_ns)
        there = boxes.get(key)
        if (None if there is None else there[0]) != change.before:
            raise StoreError(
                f"event {event.seq} does not apply: the box of object {change.object} at {change.timestamp_ns} is not "
                "the one that it changed"
            )
        if change.after is None:
            del boxes[key]
        else:
            boxes[key] = (change.after, event.seq)

    def _add_document(self, event: JournalEvent, place: int, change: DocumentChange) -> None:
        documents, key = self.state.document, (event.drive, change.kind, change.key)
        there = documents.get(key)
        before = None if change.before is None else dumped(change.before)
        if (None if there is None else there[0]) != before:
            raise StoreError(f"event {event.seq} does not apply: the {change.kind} {change.key} is not what it changed")
        if change.after is None:
            del documents[key]
        elif there is None:
            documents[key] = [dumped(change.after), event.seq, event.seq, event.seq, place]
        else:
            there[:3] = dumped(change.after), event.seq, event.seq


def stored_state(connection: Connection) -> State:
    """Read the projection as it is stored."""
    box, document, touched = schema.box, schema.document, schema.touched
    state = State()
    for row in connection.execute(select(box)):
        state.box[row.drive, row.object, row.timestamp_ns] = (Box(row.source, row.numbers, row.attributes), row.event)
    for row in connection.execute(select(document)):
        state.document[row.drive, row.kind, row.key] = [row.body, row.event, row.version, row.created, row.place]
    for row in connection.execute(select(touched)):
        state.touched[row.drive, row.object, row.seq] = None
    return state


def write_state(connection: Connection, state: State) -> None:
    """Write the projection anew, in the caller's transaction."""
    for table in schema.PROJECTION:
        connection.execute(table.delete())
    rows = {
        schema.box: [
            {"drive": drive, "object": name, "timestamp_ns": timestamp_ns, "event": seq} | value._asdict()
            for (drive, name, timestamp_ns), (value, seq) in state.box.items()
        ],
        schema.document: [
            dict(zip(schema.document.columns.keys(), (*key, *values), strict=True))
            for key, values in state.document.items()
        ],
        schema.touched: [{"drive": drive, "object": name, "seq": seq} for drive, name, seq in state.touched],
    }
    for table, content in rows.items():
        if content:
            connection.execute(table.insert(), content)
