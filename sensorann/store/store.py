"""An open label store: every edit is one event, safe when the call returns, and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from sensorann.scene import Labels, Track
from sensorann.store import connecting, journal, projection, undoing
from sensorann.store.committing import check_frame, commit, commit_new_drive
from sensorann.store.difference import difference, track_difference
from sensorann.store.journal import Note
from sensorann.store.machine import keyframes, machine_patch
from sensorann.store.patch import Patch
from sensorann.store.stored import Snapshot, StoredTrack
from sensorann.store.versions import check_still_today


class Store:
    """A label store; `open_store` opens one.

    An edit is a pair: what was seen and what is wanted. Fields that somebody else changed meanwhile keep his values. A
    field that both changed raises `EditConflictError` with both versions, from whatever method edits, undoes or redoes,
    and nothing is written.

    Attributes
    ----------
    name : its address, as messages show it
    actor : who edits
    """

    def __init__(self, engine: Engine, name: str, actor: str) -> None:
        self._engine, self.name, self.actor = engine, name, actor

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back all connections; what was acknowledged is safe without it too."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store."""
        with connecting.reading(self._engine, self.name) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that holds the lock on the journal; all of the block is kept, or nothing."""
        with connecting.writing(self._engine, self.name) as connection:
            journal.last_event(connection)
            check_still_today(connection, self.name)
            yield connection

    def drives(self) -> tuple[str, ...]:
        """Names of the drives, in the order in which they came."""
        with self.reading() as connection:
            return projection.drive_names(connection)

    def load(self, drive: str) -> Snapshot:
        """Load the labels of a drive.

        Raises
        ------
        StoreError
            When there is no such drive.
        """
        with self.reading() as connection:
            labels, versions = projection.load(connection, drive)
            seq, *_ = journal.last_event(connection, lock=False)
        return Snapshot(labels=labels, versions=versions, seq=seq)

    def track(self, drive: str, object_id: str) -> StoredTrack:
        """Load one object.

        Raises
        ------
        StoreError
            When there is no such drive or object.
        """
        with self.reading() as connection:
            labels, versions = projection.load(connection, drive, object_id)
        return StoredTrack(drive=drive, track=labels.tracks[0], version=versions[object_id])

    def import_labels(self, labels: Labels, *, drive: str | None = None, note: Note | None = None) -> int:
        """Take labels in as a new drive, in one event; return its number.

        Parameters
        ----------
        labels : labels
        drive : its name in the store; that of the labels when not given
        note : what is said about it

        Raises
        ------
        StoreError
            When the store has that drive already, or it has no name.
        """
        named = replace(labels, drive_name=labels.drive_name if drive is None else drive)
        with self.writing() as connection:
            return commit_new_drive(connection, named, note or Note(kind="import"), actor=self.actor)

    def create(self, drive: str, track: Track, *, note: Note | None = None) -> StoredTrack:
        """Add an object.

        Raises
        ------
        EditConflictError
            When there is one of that id.
        StoreError
            When the drive is unknown, or lives in another frame.
        """
        with self.writing() as connection:
            check_frame(connection, drive, track)
            commit(connection, drive, track_difference(None, track), note or Note(kind="create"), actor=self.actor)
        return self.track(drive, track.id)

    def edit(self, seen: StoredTrack, wanted: Track, *, note: Note | None = None) -> StoredTrack:
        """Change an object: boxes, category, attributes.

        Parameters
        ----------
        seen : the object as it was loaded
        wanted : the object as it should be
        note : what is said about it

        Returns
        -------
        the object as it is now, what others changed meanwhile included
        """
        patch = track_difference(seen.track, wanted)
        with self.writing() as connection:
            head = projection.document(connection, seen.drive, "track", wanted.id)
            seq = commit(connection, seen.drive, patch, note or Note(kind="edit"), actor=self.actor)
            untouched = head is not None and head.version == seen.version
        if untouched:  # nobody was faster: what is wanted is what is there
            return StoredTrack(drive=seen.drive, track=wanted, version=seq or seen.version)
        return self.track(seen.drive, wanted.id)

    def delete(self, seen: StoredTrack, *, note: Note | None = None) -> int | None:
        """Delete an object with all its boxes; return the number of the event."""
        with self.writing() as connection:
            projection.require_drive(connection, seen.drive)
            patch = track_difference(seen.track, None)
            return commit(connection, seen.drive, patch, note or Note(kind="delete"), actor=self.actor)

    def save(self, seen: Snapshot, wanted: Labels, *, note: Note | None = None) -> Snapshot:
        """Change any number of objects in one event: a merge, a split, a repair.

        Parameters
        ----------
        seen : the drive as it was loaded
        wanted : the labels as they should be
        note : what is said about it

        Returns
        -------
        the drive as it is now, what others changed meanwhile included
        """
        patch = difference(seen.labels, wanted)
        with self.writing() as connection:
            projection.require_drive(connection, seen.drive)
            last, *_ = journal.last_event(connection)
            seq = commit(connection, seen.drive, patch, note or Note(kind="edit"), actor=self.actor) or last
        if last != seen.seq:
            return self.load(seen.drive)
        # Nobody was faster: what is wanted is what is there.
        changed = dict.fromkeys(patch.objects, seq)
        versions = {track.id: changed.get(track.id, seen.versions.get(track.id, seq)) for track in wanted.tracks}
        return Snapshot(labels=replace(wanted, drive_name=seen.drive), versions=versions, seq=seq)

    def complete(self, drive: str, computed: Labels, *, note: Note, new_objects: bool = True) -> Snapshot:
        """Replace the machine boxes of a drive by those of a new result, in one event; no other box is touched.

        Interpolated and fitted boxes are a machine's. Where a person placed a box meanwhile, that one stays. The event
        names the keyframes that the result rests on.

        Parameters
        ----------
        drive : drive
        computed : result of `interpolate` or the like
        note : kind and parameters of the machine
        new_objects : add objects that the store does not have; False where the result was computed from this drive, so
            that it does not bring back what somebody deleted meanwhile

        Raises
        ------
        StoreError
            When the drive is unknown, or lives in another frame.
        """
        said = replace(note, machine={**note.machine, "keyframes": keyframes(computed)})
        with self.writing() as connection:
            stored, _ = projection.load(connection, drive)
            patch = machine_patch(stored, computed, new_objects=new_objects)
            commit(connection, drive, patch, said, actor=self.actor)
        return self.load(drive)

    def undo(self, drive: str) -> int | None:
        """Take back the last of your own edits of a drive that is not undone yet, as an event of its own.

        Returns
        -------
        number of the event that was undone; None when there is nothing left
        """
        with self.writing() as connection:
            target = undoing.undoable(connection, drive, self.actor)
            return undoing.take_back(connection, drive, target, kind="undo", actor=self.actor)

    def redo(self, drive: str) -> int | None:
        """Take back the last undo, if nothing was edited since; see `undo`.

        Returns
        -------
        number of the undo that was taken back; None when there is none
        """
        with self.writing() as connection:
            target = undoing.redoable(connection, drive, self.actor)
            return undoing.take_back(connection, drive, target, kind="redo", actor=self.actor)

    def next_undo(self, drive: str) -> journal.JournalEvent | None:
        """Event that `undo` would take back; None when there is nothing left."""
        with self.reading() as connection:
            target = undoing.undoable(connection, drive, self.actor)
            return None if target is None else journal.event(connection, target)

    def next_redo(self, drive: str) -> journal.JournalEvent | None:
        """Undo that `redo` would take back; None when there is none."""
        with self.reading() as connection:
            target = undoing.redoable(connection, drive, self.actor)
            return None if target is None else journal.event(connection, target)

    def commit(self, drive: str, patch: Patch, note: Note) -> int | None:
        """Write one event; return its number, None when the store is so already."""
        with self.writing() as connection:
            return commit(connection, drive, patch, note, actor=self.actor)
