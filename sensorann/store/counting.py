"""How much there is: objects and boxes of every drive, counted by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from sensorann.scene import Source
from sensorann.store import projection, schema
from sensorann.store.store import Store


def drive_counts(store: Store) -> list[dict[str, Any]]:
    """Count, per drive: objects, boxes, boxes that people placed, and the number of its last event."""
    box, document, event = schema.box, schema.document, schema.event
    boxes = select(box.c.drive, box.c.source, func.count()).group_by(box.c.drive, box.c.source)
    objects = select(document.c.drive, func.count()).where(document.c.kind == "track").group_by(document.c.drive)
    last = select(event.c.drive, func.max(event.c.seq)).group_by(event.c.drive)
    with store.reading() as connection:
        names = projection.drive_names(connection)
        n_boxes = {(drive, source): n for drive, source, n in connection.execute(boxes)}
        n_objects = {row[0]: row[1] for row in connection.execute(objects)}
        last_events = {row[0]: row[1] for row in connection.execute(last)}
    return [
        {
            "drive": name,
            "objects": n_objects.get(name, 0),
            "boxes": sum(n_boxes.get((name, source), 0) for source in Source),
            "human": n_boxes.get((name, Source.HUMAN), 0),
            "last_event": last_events[name],
        }
        for name in names
    ]
