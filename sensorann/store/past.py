"""Labels as they were at some time of the past: the journal replayed up to it."""

from __future__ import annotations

import json

from sqlalchemy import Connection, func, select

from sensorann.errors import StoreError
from sensorann.store import journal, projection
from sensorann.store.documents import LABEL_KINDS
from sensorann.store.projection import StoredDocument
from sensorann.store.replaying import Replay, State
from sensorann.store.schema import event
from sensorann.store.store import Store
from sensorann.store.stored import Snapshot, StoredTrack


def load_as_of(store: Store, drive: str, time_ns: int) -> Snapshot:
    """Load the labels of a drive as they were after the last event that was written by some time.

    Clocks of writers count, as in `log`; where one ran backwards, events keep their order by number.

    Parameters
    ----------
    store, drive : where the labels are
    time_ns : Unix time, ns

    Raises
    ------
    StoreError
        When the drive was not there then.
    """
    with store.reading() as connection:
        last = _last_by(connection, drive, time_ns)
        replay = Replay()
        for row in journal.rows(connection, drive=drive, last=last):
            replay.add(journal.event_of(row))
        if (drive, "drive", "") not in replay.state.document:
            projection.require_drive(connection, drive)
            raise StoreError(f"drive {drive!r} was not in this store yet, or not any more, at that time")
    return _snapshot(replay.state, drive, last)


def track_as_of(store: Store, drive: str, object_id: str, time_ns: int) -> StoredTrack:
    """Load one object as it was; see `load_as_of`.

    Raises
    ------
    StoreError
        When the drive or the object was not there then.
    """
    then = load_as_of(store, drive, time_ns)
    if object_id not in then.versions:
        raise StoreError(f"no object {object_id!r} in drive {drive!r} at that time")
    return StoredTrack(drive=drive, track=then.labels.track(object_id), version=then.versions[object_id])


def _last_by(connection: Connection, drive: str, time_ns: int) -> int:
    statement = select(func.max(event.c.seq)).where(event.c.drive == drive, event.c.time_ns <= time_ns)
    return int(connection.execute(statement).scalar_one() or 0)


def _snapshot(state: State, drive: str, seq: int) -> Snapshot:
    ordered = sorted(state.document.items(), key=lambda item: item[1][3:])
    documents = [
        (kind, key, StoredDocument(json.loads(body), set_by, version))
        for (_, kind, key), (body, set_by, version, *_) in ordered
        if kind in LABEL_KINDS
    ]
    rows = [
        (name, timestamp_ns, box.source, box.numbers, box.attributes)
        for (_, name, timestamp_ns), (box, _) in sorted(state.box.items())
    ]
    labels, versions = projection.assembled(drive, documents, rows)
    return Snapshot(labels=labels, versions=versions, seq=seq)
