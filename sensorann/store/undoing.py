"""Which event an undo or a redo takes back: per person and per drive, without limit.

The journal alone tells: an undo names the event that it took back, so the one before it comes next. Each question
reads a few rows, however long the history is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from sensorann.store import journal, projection
from sensorann.store.committing import commit
from sensorann.store.journal import Note
from sensorann.store.kinds import BESIDE_LABELS
from sensorann.store.schema import event

_COLUMNS = (event.c.seq, event.c.kind, event.c.undoes)


def undoable(connection: Connection, drive: str, actor: str) -> int | None:
    """Number of the event that the next undo takes back; None when nothing is left."""
    last = _previous(connection, drive, actor, None)
    while last is not None and last.kind == "undo":
        undone = _row(connection, last.undoes)
        # What holds is the state before the undone event; a redo stands for the edit that it brought back.
        last = _previous(connection, drive, actor, _origin(connection, undone).seq)
    return None if last is None else int(last.seq)


def redoable(connection: Connection, drive: str, actor: str) -> int | None:
    """Number of the undo that the next redo takes back; None when something was edited since, or nothing undone."""
    last = _previous(connection, drive, actor, None)
    while last is not None and last.kind == "redo":
        last = _previous(connection, drive, actor, last.undoes)
    return int(last.seq) if last is not None and last.kind == "undo" else None


def take_back(connection: Connection, drive: str, target: int | None, *, kind: str, actor: str) -> int | None:
    """Write the opposite of an event, as an undo or a redo; return its number, None where there is none.

    Raises
    ------
    EditConflictError
        When somebody changed the same fields afterwards.
    StoreError
        When there is no such drive.
    """
    if target is None:
        projection.require_drive(connection, drive)
        return None
    patch = journal.event(connection, target).patch.inverse()
    commit(connection, drive, patch, Note(kind=kind), actor=actor, undoes=target)
    return target


def _origin(connection: Connection, row: Row[*tuple[Any, ...]]) -> Row[*tuple[Any, ...]]:
    """Follow redo to undo to the edit that they are about."""
    while row.kind in ("undo", "redo"):
        row = _row(connection, row.undoes)
    return row


def _row(connection: Connection, seq: int) -> Row[*tuple[Any, ...]]:
    return connection.execute(select(*_COLUMNS).where(event.c.seq == seq)).one()


def _previous(connection: Connection, drive: str, actor: str, before: int | None) -> Row[*tuple[Any, ...]] | None:
    """Return the last edit, undo or redo of a person in a drive, before an event."""
    statement = select(*_COLUMNS).where(
        event.c.drive == drive, event.c.actor == actor, event.c.kind.not_in(BESIDE_LABELS)
    )
    if before is not None:
        statement = statement.where(event.c.seq < before)
    return connection.execute(statement.order_by(event.c.seq.desc()).limit(1)).one_or_none()
