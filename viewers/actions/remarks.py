"""What is said about a drive and its objects: tags, events, comments, and the verdicts of a review."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from sensorann.scene import Attribute, Event, Tag
from sensorann.store.reviewing import Comment, comments, decide, decision
from sensorann.store.reviewing import comment as say
from sensorann.store.reviewing import resolve as settle
from viewers.session import Session


def tag(session: Session, name: str, value: Attribute | None, *, whole_drive: bool = False) -> None:
    """Tag this frame or the whole drive; another value of the same name is replaced, None takes it away."""
    instant = None if whole_drive else session.timestamp_ns
    others = tuple(one for one in session.labels.tags if (one.name, one.timestamp_ns) != (name, instant))
    new = () if value is None else (Tag(name=name, value=value, timestamp_ns=instant),)
    session.commit(replace(session.labels, tags=others + new), "tag")


def mark_event(session: Session, category: str) -> None:
    """Mark the start of an event at this frame; the second time, its end, before or after."""
    begun = session.event_begun
    if begun is None or begun[0] != category:
        session.event_begun = (category, session.timestamp_ns)
        session.message = f"{category}: mark its end"
        return
    start, end = sorted((begun[1], session.timestamp_ns))
    taken = {event.id for event in session.labels.events}
    free = next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)
    event = Event(id=free, category=category, start_ns=start, end_ns=end)
    session.commit(replace(session.labels, events=(*session.labels.events, event)), "event")
    session.event_begun = None


def comment(session: Session, text: str) -> None:
    """Say something about the selected object: of its box in this frame, or of all where it has none here.

    Raises
    ------
    SensorannError
        When nothing is selected.
    """
    track_id = session.track.id
    instant = None if session.box_here(track_id) is None else session.timestamp_ns
    say(session.store, session.name, track_id, text, timestamp_ns=instant)


def open_comments(session: Session) -> tuple[Comment, ...]:
    """What was said about the selected object and is not settled; nothing where none is selected."""
    if not session.selected:
        return ()
    said = comments(session.store, session.name, object_id=session.track.id)
    return tuple(one for one in said if one.resolved_by is None)


def verdict_text(session: Session) -> str:
    """What was decided about the selected object, by whom, and whether it changed since; empty where nobody did."""
    body = decision(session.store, session.name, session.track.id)
    if body is None:
        return ""
    changed = ", changed since" if session.version(session.track.id) > body["version"] else ""
    return f"{body['decision']}ed by {body['by']}{changed}"


def resolve(session: Session) -> None:
    """Settle all that was said about the selected object.

    Raises
    ------
    SensorannError
        When nothing is selected.
    """
    said, track_id = open_comments(session), session.track.id
    for one in said:
        settle(session.store, session.name, one.id)
    session.message = f"object {track_id}: {len(said)} comments settled"


def review(session: Session, verdict: Literal["accept", "reject"]) -> None:
    """Accept or reject the selected object as it is now; a verdict is taken back by its opposite.

    Raises
    ------
    SensorannError
        When nothing is selected, or your role does not review.
    """
    track_id = session.track.id
    decide(session.store, session.name, track_id, verdict)
    session.message = f"object {track_id}: {verdict}ed"
