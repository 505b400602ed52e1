"""How an event comes about: its names are checked, it meets what is there by now, and is written with what follows.

Each function works in the transaction of a connection that holds the lock on the journal.
"""

from __future__ import annotations

from sqlalchemy import Connection

from sensorann.errors import StoreError
from sensorann.scene import Labels, Track
from sensorann.store import journal, projection
from sensorann.store.difference import difference
from sensorann.store.journal import Note
from sensorann.store.patch import Patch
from sensorann.store.reconciling import reconcile


def commit(
    connection: Connection, drive: str, patch: Patch, note: Note, *, actor: str, undoes: int | None = None
) -> int | None:
    """Write an event; return its number, None when the store is so already.

    Raises
    ------
    EditConflictError
        When somebody changed one of the same fields to another value.
    """
    _check_names(drive, patch)
    merged = reconcile(connection, drive, patch)
    if not merged and undoes is None:
        return None
    return _write(connection, drive, merged, note, actor=actor, undoes=undoes)


def commit_new_drive(connection: Connection, labels: Labels, note: Note, *, actor: str) -> int:
    """Write labels as a drive that is not there yet; return the number of the event.

    Raises
    ------
    StoreError
        When the store has that drive already, or it has no name.
    """
    drive = labels.drive_name
    if not drive or "#" in drive:
        raise StoreError(f"a drive in a store needs a name without '#', got {drive!r}")
    patch = difference(None, labels)
    _check_names(drive, patch)
    if projection.document(connection, drive, "drive", "") is not None:
        raise StoreError(f"this store has a drive {drive!r} already: import under another name")
    return _write(connection, drive, patch, note, actor=actor)


def check_frame(connection: Connection, drive: str, track: Track) -> None:
    """Refuse boxes in another frame than those of the drive.

    Raises
    ------
    StoreError
        When they are, or there is no such drive.
    """
    frame = projection.require_drive(connection, drive)["frame"]
    if track.cuboids.frame != frame:
        raise StoreError(
            f"the boxes of drive {drive} are in the frame {frame!r}, those of object {track.id} in "
            f"{track.cuboids.frame!r}"
        )


def _write(
    connection: Connection, drive: str, patch: Patch, note: Note, *, actor: str, undoes: int | None = None
) -> int:
    seq = journal.append(connection, patch, note, actor=actor, drive=drive, undoes=undoes)
    projection.apply(connection, drive, seq, patch)
    return seq


def _check_names(drive: str, patch: Patch) -> None:
    """Refuse what SQLite would take and PostgreSQL would not."""
    names = {drive, *(change.key for change in patch.documents), *(change.object for change in patch.boxes)}
    for name in names:
        if "\0" in name:
            raise StoreError(f"a name in a store holds no zero byte, got {name!r}")
