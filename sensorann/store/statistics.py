"""What work a labelling took: boxes by source, actions and seconds per object and per person, rework."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from sensorann.scene import Source
from sensorann.store import projection, schema
from sensorann.store.kinds import AUTOMATIC, BESIDE_LABELS
from sensorann.store.patch import unpacked
from sensorann.store.store import Store

# Longer than this between two actions is a pause, of which so much counts as work.
PAUSE_S = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """What somebody did, or what was done to something.

    Attributes
    ----------
    actions : edits by hand, undos and redos among them
    seconds : as the viewer measured them; where it did not, the time since the person's last action, pauses cut
    """

    actions: int
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """Figures of one drive.

    Attributes
    ----------
    boxes : source to number of boxes
    keyframe_share : boxes that people placed, of all; None where there is no box
    people, objects : effort by person and by object
    rework_rate : reviews that ended in rework, of all; None where nothing was reviewed
    """

    boxes: Mapping[str, int]
    keyframe_share: float | None
    people: Mapping[str, Effort]
    objects: Mapping[str, Effort]
    rework_rate: float | None


def statistics(store: Store, drive: str) -> Statistics:
    """Count the work on a drive.

    Raises
    ------
    StoreError
        When there is no such drive.
    """
    with store.reading() as connection:
        projection.require_drive(connection, drive)
        boxes = _boxes(connection, drive)
        events = _seconds(_events(connection, drive))
        touched = defaultdict(list)
        for object_id, seq in connection.execute(_touched(drive)):
            touched[seq].append(object_id)
        reviews = _reviews(connection, drive)
    actions = [(row, seconds) for row, seconds in events if row.kind not in (*BESIDE_LABELS, *AUTOMATIC)]
    people = _efforts((row.actor, seconds) for row, seconds in actions)
    objects = _efforts(
        (object_id, seconds / len(touched[row.seq])) for row, seconds in actions for object_id in touched[row.seq]
    )
    n_boxes = sum(boxes.values())
    return Statistics(
        boxes=boxes,
        keyframe_share=boxes[Source.HUMAN.label] / n_boxes if n_boxes else None,
        people=people,
        objects=objects,
        rework_rate=reviews["rework"] / reviews.total() if reviews else None,
    )


def _boxes(connection: Connection, drive: str) -> dict[str, int]:
    box = schema.box
    counted = select(box.c.source, func.count()).where(box.c.drive == drive).group_by(box.c.source)
    found = {row[0]: row[1] for row in connection.execute(counted)}
    return {source.label: found.get(source, 0) for source in Source}


def _events(connection: Connection, drive: str) -> Iterable[Row[*tuple[Any, ...]]]:
    event = schema.event
    columns = (event.c.seq, event.c.time_ns, event.c.actor, event.c.kind, event.c.spent_s)
    return connection.execute(select(*columns).where(event.c.drive == drive).order_by(event.c.seq))


def _touched(drive: str) -> Any:
    touched = schema.touched
    return select(touched.c.object, touched.c.seq).where(touched.c.drive == drive)


def _reviews(connection: Connection, drive: str) -> Counter[str]:
    """Count how the reviews of tasks ended, by the state that they led to."""
    event = schema.event
    moves = select(event.c.patch).where(event.c.drive == drive, event.c.kind == "status")
    ends: Counter[str] = Counter()
    for (text,) in connection.execute(moves):
        for change in unpacked(text, b"").documents:
            if change.after is not None and change.after["state"] in ("accepted", "rework"):
                ends[change.after["state"]] += 1
    return ends


def _seconds(
    events: Iterable[Row[*tuple[Any, ...]]],
) -> list[tuple[Row[*tuple[Any, ...]], float]]:
    """Give every event the seconds that its person worked on it."""
    last_ns: dict[str, int] = {}
    timed = []
    for row in events:
        waited = (row.time_ns - last_ns.get(row.actor, row.time_ns)) * 1e-9
        timed.append((row, min(max(waited, 0.0), PAUSE_S) if row.spent_s is None else row.spent_s))
        last_ns[row.actor] = row.time_ns
    return timed


def _efforts(seconds: Iterable[tuple[str, float]]) -> dict[str, Effort]:
    lists = defaultdict(list)
    for name, value in seconds:
        lists[name].append(value)
    return {name: Effort(actions=len(values), seconds=sum(values)) for name, values in lists.items()}
