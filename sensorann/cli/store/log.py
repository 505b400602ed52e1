"""`sensorann store log`: who changed what, when, with what."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

import sensorann as sa
from sensorann.cli.labels import place_and_drive
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.times import unix_ns
from sensorann.store import Filter, JournalEvent
from sensorann.store import log as events_of
from sensorann.store.telling import summary_text, time_text


def log(
    store: str,
    /,
    *,
    object_id: Annotated[str | None, Parameter(name="--object")] = None,
    actor: str | None = None,
    kind: str | None = None,
    since: str | None = None,
    until: str | None = None,
    n: Annotated[int | None, Parameter(name=["-n", "--number"], validator=Number(gte=1))] = None,
    as_json: AsJson = False,
) -> None:
    """List events in their order.

    For example:

        sensorann store log labels.db#0000 --object 17
        sensorann store log labels.db --actor anna --since 2026-11-01 -n 20

    Parameters
    ----------
    store
        STORE for all of it, STORE#DRIVE for one drive.
    object_id
        Only events that touched this object.
    actor
        Only events of this person.
    kind
        Only events of this kind: edit, interpolate, import, merge, undo, accept ...
    since
        Only events from this time on: 2026-11-27, or 2026-11-27T14:30; UTC unless it says otherwise.
    until
        Only events up to this time.
    n
        At most so many, the newest ones.
    as_json
        Print JSON instead of text.
    """
    place, drive = place_and_drive(store)
    chosen = Filter(
        drive=drive,
        object_id=object_id,
        actor=actor,
        kind=kind,
        since_ns=None if since is None else unix_ns(since, "--since"),
        until_ns=None if until is None else unix_ns(until, "--until"),
    )
    with sa.open_store(place) as opened:
        events = events_of(opened, chosen, last=n)
    if as_json:
        print_json([_document(event) for event in events])
        return
    if not events:
        print("no events")
    for event in events:
        what = event.drive if event.object_id is None else f"{event.drive}, object {event.object_id}"
        print(f"{event.seq}  {time_text(event.time_ns)}  {event.actor}  {event.kind}  {what}: {summary_text(event)}")


def _document(event: JournalEvent) -> dict[str, object]:
    return {
        "seq": event.seq,
        "time_ns": event.time_ns,
        "actor": event.actor,
        "client": event.client,
        "kind": event.kind,
        "drive": event.drive,
        "objects": list(event.patch.objects),
        "undoes": event.undoes,
        "spent_s": event.spent_s,
        "note": event.text,
        "machine": dict(event.machine),
        "boxes": len(event.patch.boxes),
        "hash": event.hash.hex(),
    }
