"""What changed between two states of labels, written to the store as one event."""

from __future__ import annotations

from dataclasses import replace

from sensorann.scene import Labels, Track
from sensorann.store import Note, Snapshot, Store, StoredTrack

# So many objects are read one by one after an undo; above, the whole drive is.
_FEW = 8


def keep(store: Store, seen: Snapshot, wanted: Labels, note: Note) -> Snapshot:
    """Write an edit as one event and return the drive as it is now, what others changed meanwhile included.

    The usual edit, of one object, costs the same however many there are.

    Parameters
    ----------
    store : store
    seen : the drive as the person saw it
    wanted : labels as they should be; what an edit leaves alone is the same object as in `seen`
    note : what is said about it

    Raises
    ------
    EditConflictError
        When somebody changed one of the same fields to another value.
    """
    before = {track.id: track for track in seen.labels.tracks}
    changed = [track for track in wanted.tracks if before.get(track.id) is not track]
    same_tracks = len(wanted.tracks) == len(before) + sum(track.id not in before for track in changed)
    if len(changed) != 1 or not same_tracks or not _only_tracks(seen.labels, wanted):
        return store.save(seen, wanted, note=note)
    (track,) = changed
    if track.id not in before:
        return _with(seen, store.create(seen.drive, track, note=note))
    as_seen = StoredTrack(drive=seen.drive, track=before[track.id], version=seen.versions[track.id])
    return _with(seen, store.edit(as_seen, track, note=note))


def changed_ids(seen: Labels, wanted: Labels) -> set[str]:
    """Ids of the tracks that an edit changes, adds or takes away."""
    before = {track.id: track for track in seen.tracks}
    after = {track.id: track for track in wanted.tracks}
    return {track_id for track_id in {*before, *after} if before.get(track_id) is not after.get(track_id)}


def take_back(store: Store, seen: Snapshot, *, redo: bool = False) -> tuple[Snapshot, str] | None:
    """Undo the person's last edit of the drive, or redo the last undo; an import is not undone here.

    Returns
    -------
    the drive as it is now, and the kind of edit that was taken back or brought back; None when there is nothing left

    Raises
    ------
    EditConflictError
        When somebody changed the same fields afterwards.
    """
    target = store.next_redo(seen.drive) if redo else store.next_undo(seen.drive)
    if target is None or target.kind == "import":
        return None
    (store.redo if redo else store.undo)(seen.drive)
    patch = target.patch
    only_tracks = all(change.kind == "track" for change in patch.documents)
    if not only_tracks or len(patch.objects) > _FEW:
        return store.load(seen.drive), target.kind
    came = {change.key for change in patch.documents if change.before is None}
    for object_id in patch.objects:
        seen = _without(seen, object_id) if object_id in came else _with(seen, store.track(seen.drive, object_id))
    return seen, target.kind


def _only_tracks(seen: Labels, wanted: Labels) -> bool:
    parts = ("ontology", "image_tracks", "events", "relations", "tags")
    return all(getattr(seen, name) is getattr(wanted, name) for name in parts)


def _with(seen: Snapshot, stored: StoredTrack) -> Snapshot:
    """Put one object, as it is now, in its place, a new one at the end."""
    new: tuple[Track, ...] = () if stored.track.id in seen.versions else (stored.track,)
    tracks = tuple(stored.track if track.id == stored.track.id else track for track in seen.labels.tracks)
    return Snapshot(
        labels=replace(seen.labels, tracks=tracks + new),
        versions={**seen.versions, stored.track.id: stored.version},
        # Where another event lies between, the drive was not seen since.
        seq=stored.version if stored.version == seen.seq + 1 else seen.seq,
    )


def _without(seen: Snapshot, object_id: str) -> Snapshot:
    tracks = tuple(track for track in seen.labels.tracks if track.id != object_id)
    versions = {name: version for name, version in seen.versions.items() if name != object_id}
    return Snapshot(labels=replace(seen.labels, tracks=tracks), versions=versions, seq=seen.seq)
