"""Is the store what was written? The chain of hashes, the journal replayed, the database's own check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from sensorann.errors import StoreError
from sensorann.store import journal
from sensorann.store.replaying import Replay, State, stored_state, write_state
from sensorann.store.store import Store

_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What a check found.

    Attributes
    ----------
    n_events : events of the journal, up to the first that is wrong
    head : hash of the last event, in hexadecimal: write it down elsewhere, and nobody can change the past unseen
    faults : one sentence each; empty where all is well
    rebuilt : whether the projection was written anew
    """

    n_events: int
    head: str
    faults: tuple[str, ...]
    rebuilt: bool = False


def verify(store: Store, *, rebuild: bool = False) -> Verification:
    """Check a store.

    Every event's hash and order, the journal replayed against the projection, and the database's own check.

    Parameters
    ----------
    store : store
    rebuild : write the projection anew from the journal where it differs; needs a journal without a fault
    """
    found = None
    try:
        with store.writing() if rebuild else store.reading() as connection:
            found = _verify(connection, rebuild=rebuild)
    except StoreError as error:
        # A damaged file may also refuse to end the transaction that only read it.
        if found is None or found.rebuilt:
            found = Verification(n_events=0, head="", faults=(str(error),))
    return found


def head_hash(store: Store) -> str:
    """Hash of the last event, in hexadecimal: it names the state of the whole store."""
    with store.reading() as connection:
        _, _, last = journal.last_event(connection, lock=False)
    return last.hex()


def _verify(connection: Connection, *, rebuild: bool) -> Verification:
    replay, faults = _replayed(connection)
    head = replay.hash.hex()
    if not faults:
        faults = list(_end_faults(connection, replay))
    if faults:
        return Verification(n_events=replay.seq, head=head, faults=tuple(faults))
    try:
        differing = list(_differences(replay.state, stored_state(connection)))
    except DBAPIError as error:
        unreadable = f"the journal is whole, the labels beside it cannot be read: {_one_line(error)}"
        return Verification(n_events=replay.seq, head=head, faults=(unreadable,))
    if differing and rebuild:
        write_state(connection, replay.state)
    more = [f"and {len(differing) - _SHOWN} more items"] if len(differing) > _SHOWN else []
    faults = [*_database_faults(connection), *differing[:_SHOWN], *more]
    return Verification(n_events=replay.seq, head=head, faults=tuple(faults), rebuilt=bool(differing) and rebuild)


def _replayed(connection: Connection) -> tuple[Replay, list[str]]:
    """Replay the journal up to its first fault."""
    replay = Replay()
    try:
        with closing(journal.rows(connection)) as rows:
            return replay, _add_all(replay, rows)
    except (DBAPIError, UnicodeDecodeError):
        pass  # a row that cannot be read spoils all that are read with it
    try:
        return replay, _add_all(replay, journal.rows_singly(connection, replay.seq))
    except (DBAPIError, UnicodeDecodeError) as error:
        return replay, [f"event {replay.seq + 1} cannot be read: {_one_line(error)}"]


def _add_all(replay: Replay, rows: Iterable[Row[Any]]) -> list[str]:
    for row in rows:
        faults = list(_chain_faults(row._asdict(), replay))
        if faults:
            return faults
        try:
            replay.add(journal.event_of(row))
        except StoreError as error:
            return [str(error)]
    return []


def _chain_faults(row: Mapping[str, Any], replay: Replay) -> Iterator[str]:
    seq, last = row["seq"], replay.seq
    if seq != last + 1:
        yield f"event {last + 1} is missing: {last} is followed by {seq}"
    elif journal.row_hash(row) != row["hash"]:
        yield f"event {seq} was changed after it was written: its hash does not fit its content"
    elif row["prev_hash"] != replay.hash:
        yield f"event {seq} does not follow event {last}: that one was replaced, hash and all"


def _end_faults(connection: Connection, replay: Replay) -> Iterator[str]:
    seq, _, end = journal.last_event(connection, lock=False)
    last = replay.seq
    if seq > last:
        yield f"event {last + 1} is missing: the journal was cut short, its last event is {seq}"
    elif (seq, end) != (last, replay.hash):
        yield f"event {last} is not the one that the store wrote last"


def _differences(expected: State, found: State) -> Iterator[str]:
    for name in expected.TABLES:
        wanted, there = getattr(expected, name), getattr(found, name)
        for key in wanted.keys() | there.keys():
            if wanted.get(key) != there.get(key):
                yield f"{name} {' '.join(map(str, key))} differs from the journal"


def _database_faults(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(3)"):
        if line != "ok":
            yield f"SQLite's own check: {' '.join(line.split())}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
