"""Reviews: comments about objects and boxes that are opened and resolved, and decisions about objects."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import func, select

from sensorann.errors import StoreError
from sensorann.store import projection, schema
from sensorann.store.journal import Note
from sensorann.store.kinds import BESIDE_LABELS
from sensorann.store.patch import Body, DocumentChange, Patch
from sensorann.store.roles import require_right
from sensorann.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """What somebody said about an object or a box.

    Attributes
    ----------
    id : names it when it is resolved
    object_id, timestamp_ns : what it is about; no instant where the object as a whole is meant
    text, author : what was said, by whom
    resolved_by : who settled it; None while it is open
    """

    id: str
    object_id: str
    timestamp_ns: int | None
    text: str
    author: str
    resolved_by: str | None


def comments(store: Store, drive: str, *, object_id: str | None = None) -> tuple[Comment, ...]:
    """Comments of a drive or of one object, open and resolved.

    Raises
    ------
    StoreError
        When there is no such drive.
    """
    with store.reading() as connection:
        found = projection.bodies(connection, drive, "comment")
    every = (_comment(key, body) for key, body in found.items())
    return tuple(one for one in every if object_id in (None, one.object_id))


def comment(store: Store, drive: str, object_id: str, text: str, *, timestamp_ns: int | None = None) -> Comment:
    """Say something about an object, or its box at an instant.

    Raises
    ------
    StoreError
        When there is no such drive, object or box.
    """
    require_right(store, "comment")
    _require_object(store, drive, object_id, timestamp_ns)
    body = {"object": object_id, "timestamp_ns": timestamp_ns, "text": text, "author": store.actor, "resolved_by": None}
    key = uuid.uuid4().hex[:8]
    store.commit(drive, Patch(documents=(DocumentChange("comment", key, None, body),)), Note(kind="comment"))
    return _comment(key, body)


def resolve(store: Store, drive: str, comment_id: str, *, text: str = "") -> None:
    """Settle a comment.

    Raises
    ------
    StoreError
        When there is no such comment.
    """
    require_right(store, "comment")
    with store.reading() as connection:
        projection.require_drive(connection, drive)
        stored = projection.document(connection, drive, "comment", comment_id)
    if stored is None:
        raise StoreError(f"no comment {comment_id!r} in drive {drive!r}")
    change = DocumentChange("comment", comment_id, stored.body, {**stored.body, "resolved_by": store.actor})
    store.commit(drive, Patch(documents=(change,)), Note(kind="resolve", text=text))


def decide(store: Store, drive: str, object_id: str, verdict: Literal["accept", "reject"], *, text: str = "") -> None:
    """Accept or reject an object as it is now; the event names the version that was looked at.

    Raises
    ------
    StoreError
        When there is no such drive or object, or your role does not review.
    """
    require_right(store, "accept and reject")
    version = _require_object(store, drive, object_id, None)
    body = {"object": object_id, "decision": verdict, "by": store.actor, "version": version}
    change = DocumentChange("review", object_id, decision(store, drive, object_id), body)
    store.commit(drive, Patch(documents=(change,)), Note(kind=verdict, text=text))


def decisions(store: Store, drive: str) -> dict[str, Body]:
    """Last decision about every object that was reviewed: decision, by, version."""
    with store.reading() as connection:
        return projection.bodies(connection, drive, "review")


def decision(store: Store, drive: str, object_id: str) -> Body | None:
    """Last decision about one object: decision, by, version; None where nobody reviewed it."""
    with store.reading() as connection:
        stored = projection.document(connection, drive, "review", object_id)
    return None if stored is None else stored.body


def changed_since(store: Store, drive: str) -> frozenset[str]:
    """Objects whose labels changed after the last decision about them: somebody has to look again."""
    touched, event = schema.touched, schema.event
    newest = (
        select(touched.c.object, func.max(touched.c.seq))
        .join(event, event.c.seq == touched.c.seq)
        .where(touched.c.drive == drive, event.c.kind.not_in(BESIDE_LABELS))
        .group_by(touched.c.object)
    )
    decided = decisions(store, drive)
    with store.reading() as connection:
        changed = {row[0]: row[1] for row in connection.execute(newest)}
    return frozenset(name for name, body in decided.items() if changed[name] > body["version"])


def _require_object(store: Store, drive: str, object_id: str, timestamp_ns: int | None) -> int:
    stored = store.track(drive, object_id)
    if timestamp_ns is not None and timestamp_ns not in stored.track.timestamps_ns:
        raise StoreError(f"object {object_id} has no box at {timestamp_ns}")
    return stored.version


def _comment(key: str, body: Mapping[str, Any]) -> Comment:
    rest = {name: value for name, value in body.items() if name != "object"}
    return Comment(id=key, object_id=body["object"], **rest)
