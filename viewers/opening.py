"""Open a session: a recording, and the store that keeps what people say about it."""

from __future__ import annotations

from sensorann.errors import ArgumentError
from sensorann.scene import Drive, Labels
from sensorann.store import Store
from viewers.recording import BYTES_PER_GB, CachedDrive
from viewers.session import Session

_CACHE_BYTES = 2 * BYTES_PER_GB


def open_session(drive: Drive, store: Store, *, name: str | None = None, cache_bytes: int = _CACHE_BYTES) -> Session:
    """Open a session on a drive; a store that does not have it yet begins with empty labels.

    Parameters
    ----------
    drive : recording
    store : where edits go; stays open when the session closes
    name : of the drive in the store; the recording's own when not given
    cache_bytes : of sweeps and images that are kept in memory

    Raises
    ------
    ArgumentError
        When the drive has no frames, or its stored labels are in the ego frame although there are ego poses.
    """
    name = drive.name if name is None else name
    natural = "ego" if drive.trajectory is None else "world"
    if name not in store.drives():
        store.import_labels(Labels(drive_name=name, frame=natural, tracks=()))
    seen = store.load(name)
    if seen.labels.frame != natural:
        raise ArgumentError(
            f"{store.name}#{name} has boxes in the {seen.labels.frame} frame, recording {drive.name} needs them in the "
            f"{natural} frame"
        )
    session = Session(CachedDrive(drive, most_bytes=cache_bytes), store, seen)
    if not len(session.frames):
        session.close()
        raise ArgumentError(f"drive {drive.name} has no frames")
    return session
