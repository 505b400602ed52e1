"""The projection: what holds now, kept in the transaction that adds an event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable, bindparam, select

from sensorann.errors import StoreError
from sensorann.scene import Labels
from sensorann.store import schema
from sensorann.store.boxes import Row, tracks_of
from sensorann.store.documents import LABEL_KINDS, labels_of
from sensorann.store.patch import Body, Box, BoxChange, DocumentChange, Patch, dumped

DOCUMENT, BOX = schema.document, schema.box
# So many of a patch's boxes are looked up one by one; above, all of the drive are read at once.
_FEW = 50
# Statements are built once: that costs as much as running them.
_BOX_HERE = (BOX.c.drive == bindparam("d"), BOX.c.object == bindparam("o"), BOX.c.timestamp_ns == bindparam("t"))
_DOCUMENT_HERE = (
    DOCUMENT.c.drive == bindparam("d"),
    DOCUMENT.c.kind == bindparam("k"),
    DOCUMENT.c.key == bindparam("n"),
)
_BOX_COLUMNS = (BOX.c.object, BOX.c.timestamp_ns, BOX.c.source, BOX.c.numbers, BOX.c.attributes, BOX.c.event)
_DOCUMENT_COLUMNS = (DOCUMENT.c.kind, DOCUMENT.c.key, DOCUMENT.c.body, DOCUMENT.c.event, DOCUMENT.c.version)
_ONE_BOX = select(*_BOX_COLUMNS).where(*_BOX_HERE)
_ONE_DOCUMENT = select(*_DOCUMENT_COLUMNS).where(*_DOCUMENT_HERE)
_CHANGE_BOX, _REMOVE_BOX = BOX.update().where(*_BOX_HERE), BOX.delete().where(*_BOX_HERE)
_TOUCH = schema.touched.insert()
_CHANGE_DOCUMENT, _REMOVE_DOCUMENT = DOCUMENT.update().where(*_DOCUMENT_HERE), DOCUMENT.delete().where(*_DOCUMENT_HERE)


class StoredBox(NamedTuple):
    """A box and the event that set it."""

    box: Box
    event: int


class StoredDocument(NamedTuple):
    """A document, the event that set it, and the last one that touched its object."""

    body: Body
    event: int
    version: int


def current_boxes(connection: Connection, drive: str, patch: Patch) -> dict[tuple[str, int], StoredBox]:
    """What is there now at the boxes of a patch, and, where it is a large one, all around."""
    if len(patch.boxes) <= _FEW:
        rows = [
            row
            for change in patch.boxes
            for row in connection.execute(_ONE_BOX, {"d": drive, "o": change.object, "t": change.timestamp_ns})
        ]
    else:
        rows = list(connection.execute(select(*_BOX_COLUMNS).where(BOX.c.drive == drive)))
    return {(row[0], row[1]): StoredBox(Box(row[2], row[3], row[4]), row[5]) for row in rows}


def box_times(connection: Connection, drive: str, object_id: str) -> list[int]:
    """Instants of all boxes of an object."""
    statement = select(BOX.c.timestamp_ns).where(BOX.c.drive == drive, BOX.c.object == object_id)
    return list(connection.scalars(statement))


def document(connection: Connection, drive: str, kind: str, key: str) -> StoredDocument | None:
    """One document as it is now."""
    row = connection.execute(_ONE_DOCUMENT, {"d": drive, "k": kind, "n": key}).one_or_none()
    return None if row is None else StoredDocument(json.loads(row.body), row.event, row.version)


def documents(connection: Connection, drive: str, kinds: Iterable[str]) -> list[tuple[str, str, StoredDocument]]:
    """Documents of some kinds, in the order in which they came: kind, key, document."""
    statement = select(*_DOCUMENT_COLUMNS).where(DOCUMENT.c.drive == drive, DOCUMENT.c.kind.in_(list(kinds)))
    return [
        (row.kind, row.key, StoredDocument(json.loads(row.body), row.event, row.version))
        for row in connection.execute(statement.order_by(DOCUMENT.c.created, DOCUMENT.c.place))
    ]


def bodies(connection: Connection, drive: str, kind: str) -> dict[str, Body]:
    """Bodies of all documents of one kind by key, in order; the drive has to be there."""
    require_drive(connection, drive)
    return {key: stored.body for _, key, stored in documents(connection, drive, [kind])}


def drive_names(connection: Connection) -> tuple[str, ...]:
    """Names of all drives, in the order in which they came."""
    statement = select(DOCUMENT.c.drive).where(DOCUMENT.c.kind == "drive").order_by(DOCUMENT.c.created)
    return tuple(connection.scalars(statement))


def require_drive(connection: Connection, drive: str) -> Body:
    """Return what holds for a drive as a whole.

    Raises
    ------
    StoreError
        When the store has no such drive.
    """
    found = document(connection, drive, "drive", "")
    if found is None:
        names = drive_names(connection)
        there = f"there are: {', '.join(names[:12])}" if names else "it holds no drive yet"
        raise StoreError(f"no drive {drive!r} in this store, {there}")
    return found.body


def load(connection: Connection, drive: str, object_id: str | None = None) -> tuple[Labels, dict[str, int]]:
    """Load the labels of a drive, or of one object of it.

    Returns
    -------
    labels, and the version of every object: the number of the last event that touched it

    Raises
    ------
    StoreError
        When there is no such drive or object.
    """
    about = require_drive(connection, drive)
    columns = (BOX.c.object, BOX.c.timestamp_ns, BOX.c.source, BOX.c.numbers, BOX.c.attributes)
    statement = select(*columns).where(BOX.c.drive == drive)
    if object_id is None:
        found = documents(connection, drive, LABEL_KINDS)
    else:
        head = document(connection, drive, "track", object_id)
        if head is None:
            raise StoreError(f"no object {object_id!r} in drive {drive!r}")
        found = [("drive", "", StoredDocument(about, 0, 0)), ("track", object_id, head)]
        statement = statement.where(BOX.c.object == object_id)
    return assembled(drive, found, connection.execute(statement.order_by(BOX.c.object, BOX.c.timestamp_ns)).all())


def assembled(
    drive: str, found: Sequence[tuple[str, str, StoredDocument]], rows: Sequence[Row]
) -> tuple[Labels, dict[str, int]]:
    """Put labels together from documents in order and boxes, those of one object together and in time order.

    Returns
    -------
    labels, and the version of every object
    """
    (about,) = (stored.body for kind, _, stored in found if kind == "drive")
    heads = {key: stored for kind, key, stored in found if kind == "track"}
    tracks = tracks_of({key: stored.body for key, stored in heads.items()}, rows, frame=about["frame"])
    labels = labels_of(drive, ((kind, key, stored.body) for kind, key, stored in found), tracks)
    return labels, {key: stored.version for key, stored in heads.items()}


def apply(connection: Connection, drive: str, seq: int, patch: Patch) -> None:
    """Bring the projection up to an event, in the transaction that adds it."""
    _apply_documents(connection, drive, seq, patch.documents)
    _apply_boxes(connection, drive, seq, patch.boxes)
    objects = patch.objects
    if objects:
        connection.execute(_TOUCH, [{"drive": drive, "object": name, "seq": seq} for name in objects])
        heads = [{"d": drive, "k": "track", "n": name, "version": seq} for name in objects]
        connection.execute(_CHANGE_DOCUMENT, heads)


def _apply_documents(connection: Connection, drive: str, seq: int, changes: tuple[DocumentChange, ...]) -> None:
    stamped = {"event": seq, "version": seq}
    added = [
        {
            "drive": drive,
            "kind": c.kind,
            "key": c.key,
            "body": dumped(c.after),
            "created": seq,
            "place": place,
            **stamped,
        }
        for place, c in enumerate(changes)
        if c.before is None and c.after is not None
    ]
    changed = [
        {"d": drive, "k": c.kind, "n": c.key, "body": dumped(c.after), **stamped}
        for c in changes
        if c.before is not None and c.after is not None
    ]
    gone = [{"d": drive, "k": c.kind, "n": c.key} for c in changes if c.after is None]
    _execute_many(connection, (DOCUMENT.insert(), added), (_CHANGE_DOCUMENT, changed), (_REMOVE_DOCUMENT, gone))


def _apply_boxes(connection: Connection, drive: str, seq: int, changes: tuple[BoxChange, ...]) -> None:
    added = [
        {"drive": drive, "object": c.object, "timestamp_ns": c.timestamp_ns, "event": seq, **c.after._asdict()}
        for c in changes
        if c.before is None and c.after is not None
    ]
    changed = [
        {"d": drive, "o": c.object, "t": c.timestamp_ns, "event": seq, **c.after._asdict()}
        for c in changes
        if c.before is not None and c.after is not None
    ]
    gone = [{"d": drive, "o": c.object, "t": c.timestamp_ns} for c in changes if c.after is None]
    _execute_many(connection, (BOX.insert(), added), (_CHANGE_BOX, changed), (_REMOVE_BOX, gone))


def _execute_many(connection: Connection, *work: tuple[Executable, list[dict[str, Any]]]) -> None:
    for statement, rows in work:
        if rows:
            connection.execute(statement, rows)
