"""An edit meets what is in the store by now: it applies as it is, merges, or is a conflict."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from sensorann.store import projection
from sensorann.store.merging import PRESENCE, Conflict, EditConflictError, conflicts_of, merge_bodies, merge_boxes
from sensorann.store.patch import BoxChange, DocumentChange, Patch


def reconcile(connection: Connection, drive: str, patch: Patch) -> Patch:
    """Return the patch that leads from what is there now to the wish of the caller.

    It is `patch` itself where nobody was faster; otherwise fields that only others changed keep their values. What is
    there already is left out.

    Parameters
    ----------
    connection : holds the lock on the journal
    drive : drive
    patch : from what the caller saw to what he wants

    Raises
    ------
    EditConflictError
        When somebody changed one of the same fields to another value.
    """
    conflicts: list[Conflict] = []
    documents = tuple(_documents(connection, drive, patch.documents, conflicts))
    boxes = tuple(_boxes(connection, drive, patch, conflicts))
    merged = Patch(documents=documents, boxes=boxes)
    if not conflicts:
        conflicts += _homeless_boxes(connection, drive, merged)
    if conflicts:
        raise EditConflictError(tuple(conflicts))
    return merged


def _documents(
    connection: Connection, drive: str, changes: Iterable[DocumentChange], conflicts: list[Conflict]
) -> Iterable[DocumentChange]:
    for change in changes:
        there = projection.document(connection, drive, change.kind, change.key)
        now = None if there is None else there.body
        after, clashes = merge_bodies(change.before, change.after, now)
        conflicts += conflicts_of(
            clashes, object_id=change.key, timestamp_ns=None, event=0 if there is None else there.event
        )
        if after != now:
            yield DocumentChange(change.kind, change.key, now, after)


def _boxes(connection: Connection, drive: str, patch: Patch, conflicts: list[Conflict]) -> Iterable[BoxChange]:
    current = projection.current_boxes(connection, drive, patch)
    for change in patch.boxes:
        there = current.get((change.object, change.timestamp_ns))
        now = None if there is None else there.box
        if now == change.before:
            yield change
            continue
        after, clashes = merge_boxes(change.before, change.after, now)
        conflicts += conflicts_of(
            clashes,
            object_id=change.object,
            timestamp_ns=change.timestamp_ns,
            event=0 if there is None else there.event,
        )
        if after != now:
            yield BoxChange(change.object, change.timestamp_ns, now, after)


def _homeless_boxes(connection: Connection, drive: str, patch: Patch) -> list[Conflict]:
    """Boxes that would be left without their object: somebody deleted it, or added to it while it was deleted."""
    heads = {change.key: change.after is not None for change in patch.documents if change.kind == "track"}
    conflicts = []
    gone = {(change.object, change.timestamp_ns) for change in patch.boxes if change.after is None}
    for object_id in dict.fromkeys(change.object for change in patch.boxes if change.after is not None):
        if not heads.get(object_id, projection.document(connection, drive, "track", object_id) is not None):
            conflicts.append(_presence(object_id, None, mine="boxes", theirs=None))
    for object_id in (key for key, stays in heads.items() if not stays):
        left = [t for t in projection.box_times(connection, drive, object_id) if (object_id, t) not in gone]
        conflicts += [_presence(object_id, timestamp_ns, mine=None, theirs="a box") for timestamp_ns in left]
    return conflicts


def _presence(object_id: str, timestamp_ns: int | None, *, mine: str | None, theirs: str | None) -> Conflict:
    return Conflict(
        object_id=object_id,
        timestamp_ns=timestamp_ns,
        field=PRESENCE,
        seen=theirs if theirs is None else None,
        mine=mine,
        theirs=theirs,
        event=0,
    )
