"""`sensorann store review`: accept, reject, comment."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.labels import drive_address
from sensorann.errors import UsageError
from sensorann.store.reviewing import Comment, changed_since, comment, comments, decide, decisions, resolve


def review(
    store: str,
    object_id: Annotated[str | None, Parameter(name="OBJECT")] = None,
    /,
    *,
    accept: Annotated[bool, Parameter(negative="")] = False,
    reject: Annotated[bool, Parameter(negative="")] = False,
    say: str | None = None,
    at: int | None = None,
    resolved: str | None = None,
    note: str = "",
) -> None:
    """Accept or reject an object, comment on it or on a box, resolve a comment; or list what was said.

    For example:

        sensorann store review labels.db#0000
        sensorann store review labels.db#0000 17 --accept
        sensorann store review labels.db#0000 17 --say "too long" --at 1316926409850000000
        sensorann store review labels.db#0000 --resolved 5f0c2a9e

    Parameters
    ----------
    store
        STORE#DRIVE.
    object_id
        Id of the object.
    accept
        Accept the object as it is now.
    reject
        Reject the object as it is now.
    say
        Open a comment with this text.
    at
        Instant of the box that the comment is about, ns; the object as a whole when not given.
    resolved
        Id of a comment that is settled.
    note
        Said about it in the journal.
    """
    if accept + reject + (say is not None) + (resolved is not None) > 1:
        raise UsageError("one thing at a time: --accept, --reject, --say or --resolved")
    if say is not None and not say.strip():
        raise UsageError("--say needs a text")
    if at is not None and say is None:
        raise UsageError("--at says which box a comment is about: it goes with --say")
    if object_id is None and (accept or reject or say is not None):
        raise UsageError("name the OBJECT that is reviewed")
    place, drive = drive_address(store)
    with sa.open_store(place) as opened:
        if object_id is not None and (accept or reject):
            decide(opened, drive, object_id, "accept" if accept else "reject", text=note)
        elif object_id is not None and say is not None:
            comment(opened, drive, object_id, say, timestamp_ns=at)
        elif resolved is not None:
            resolve(opened, drive, resolved, text=note)
        said = comments(opened, drive, object_id=object_id)
        outdated = changed_since(opened, drive)
        decided = {key: body for key, body in decisions(opened, drive).items() if object_id in (None, key)}
    for key, body in decided.items():
        since = ", changed since: look again" if key in outdated else ""
        print(f"object {key}: {body['decision']} by {body['by']}, version {body['version']}{since}")
    for one in said:
        print(_line(one))
    if not decided and not said:
        print("nothing was said yet")


def _line(said: Comment) -> str:
    where = "" if said.timestamp_ns is None else f" at {said.timestamp_ns}"
    state = "open" if said.resolved_by is None else f"resolved by {said.resolved_by}"
    return f"{said.id} ({state}): object {said.object_id}{where}, {said.author}: {said.text}"
