"""`sensorann store show`: an object or a box, and why it is as it is."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.labels import drive_address
from sensorann.cli.times import unix_ns
from sensorann.errors import StoreError
from sensorann.scene import Source, Track
from sensorann.store import Step, Store, StoredTrack, story, track_as_of
from sensorann.store.boxes import boxes_of
from sensorann.store.machine import MACHINE
from sensorann.store.telling import box_text, keyframes_text, machine_text, step_text, time_text


def show(
    store: str,
    object_id: Annotated[str, Parameter(name="OBJECT")],
    /,
    *,
    at: int | None = None,
    as_of: str | None = None,
    why: bool = False,
) -> None:
    """Show an object, or its box at an instant, and why it is as it is.

    For example:

        sensorann store show labels.db#0000 17
        sensorann store show labels.db#0000 17 --at 1316926409850000000 --why
        sensorann store show labels.db#0000 17 --as-of 2026-11-27T14:30

    Parameters
    ----------
    store
        STORE#DRIVE.
    object_id
        Id of the object.
    at
        Instant in the recording, ns; the box nearest to it is shown.
    as_of
        Time of day when somebody looked: what the store held then is shown. 2026-11-27, or 2026-11-27T14:30; UTC unless
        it says otherwise.
    why
        Tell every event that made it what it is: who, when, with what, and who accepted it.
    """
    place, drive = drive_address(store)
    then_ns = None if as_of is None else unix_ns(as_of, "--as-of")
    with sa.open_store(place) as opened:
        stored = _stored(opened, drive, object_id, then_ns)
        instant = at if stored is None or at is None else _nearest(stored.track, at)
        if stored is not None:
            _show(stored, instant)
        if why or stored is None:
            _tell(story(opened, drive, object_id, instant, until_ns=then_ns), object_id, instant)


def _stored(store: Store, drive: str, object_id: str, then_ns: int | None) -> StoredTrack | None:
    """Load the object as it is, or as it was; None where it was deleted, which its story tells."""
    try:
        return store.track(drive, object_id) if then_ns is None else track_as_of(store, drive, object_id, then_ns)
    except StoreError:
        story(store, drive, object_id, until_ns=then_ns)  # says so where it never was
        print(f"object {object_id}: not there any more")
        return None


def _nearest(track: Track, at: int) -> int:
    if not len(track):
        raise StoreError(f"object {track.id} has no box")
    return int(track.timestamps_ns[np.abs(track.timestamps_ns - at).argmin()])


def _show(stored: StoredTrack, instant: int | None) -> None:
    track = stored.track
    attributes = "".join(f", {name} {value}" for name, value in track.attributes.items())
    counts = ", ".join(f"{n} {source.label}" for source in Source if (n := int((track.sources == source).sum())))
    print(f"object {track.id}: {track.category}{attributes}; boxes: {counts or 'none'}; version {stored.version}")
    if instant is None:
        return
    box = boxes_of(track)[instant]
    print(f"box at {instant}: {box_text(box)}")
    if box.source in MACHINE:
        keyframes = track.timestamps_ns[~np.isin(track.sources, MACHINE)]
        around = [*keyframes[keyframes < instant][-1:], *keyframes[keyframes > instant][:1]]
        print(f"nearest keyframes: {', '.join(map(str, around)) or 'none'}")


def _tell(steps: list[Step], object_id: str, instant: int | None) -> None:
    for step in steps:
        event = step.event
        machine = machine_text(event)
        print(f"event {event.seq}, {time_text(event.time_ns)}, {event.actor} with {event.client}: {event.kind}")
        for line in [
            *step_text(step),
            *([rests_on] if (rests_on := keyframes_text(event, object_id, instant)) else []),
            *([f"with {machine}"] if machine else []),
            *([event.text] if event.text else []),
        ]:
            print(f"    {line}")
