"""What is in the labels of a release: whom they show how often, what was repaired, what changed since the last one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sensorann.scene import Labels
from sensorann.store.journal import JournalEvent
from sensorann.store.kinds import BESIDE_LABELS
from sensorann.store.signing import SignOff


def representation(labels: Labels) -> dict[str, Any]:
    """Count what labels show: objects and boxes by category, attributes by how many objects have them."""
    objects: Counter[str] = Counter()
    boxes: Counter[str] = Counter()
    attributes: Counter[str] = Counter()
    for track in labels.tracks:
        objects[track.category] += 1
        boxes[track.category] += len(track)
        attributes.update({*track.attributes, *track.box_attributes})
    times = np.unique(np.concatenate([np.zeros(0, np.int64), *(track.timestamps_ns for track in labels.tracks)]))
    return {
        "objects": dict(objects),
        "boxes": dict(boxes),
        "boxes_in_pictures": sum(len(track.boxes) for track in labels.image_tracks),
        "attributes": dict(attributes),
        "instants": len(times),
        "first_ns": int(times[0]) if len(times) else None,
        "last_ns": int(times[-1]) if len(times) else None,
    }


def repairs(events: Sequence[JournalEvent]) -> dict[str, Any]:
    """Count what checks suggested and somebody took, by rule; repairs that were taken back are not counted."""
    standing = [event for event in events if event.kind == "repair" and event.seq in _in_force(events)]
    rules = Counter(str(event.machine.get("rule", "unknown")) for event in standing)
    return {"repaired_by_rule": dict(rules), "repaired_by": sorted({event.actor for event in standing})}


def _in_force(events: Iterable[JournalEvent]) -> set[int]:
    """Numbers of the events that no later one takes back: undone, and not brought back again."""
    gone: set[int] = set()
    kept: set[int] = set()
    for event in sorted(events, key=lambda one: -one.seq):
        if event.seq not in gone:
            kept.add(event.seq)
            if event.undoes is not None:
                gone.add(event.undoes)
    return kept


def changes(events: Sequence[JournalEvent], signed: Sequence[SignOff], *, files_root_sha256: str) -> dict[str, Any]:
    """Count what happened to the labels since somebody last stood for other files."""
    before = max((one.event for one in signed if one.files_root_sha256 != files_root_sha256), default=None)
    later = [event for event in events if event.kind not in BESIDE_LABELS and event.seq > (before or 0)]
    return {
        "since_event": before,
        "events_by_kind": dict(Counter(event.kind for event in later)),
        "objects_touched": len({object_id for event in later for object_id in event.patch.objects}),
    }


def quality_measures(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Sort the figures of a manifest under characteristics of data quality, as ISO/IEC 5259-2 calls them.

    A characteristic that nothing in the store speaks of is None. They are figures, and no proof of conformity.
    """
    shown, review = manifest["representation"], manifest["review"]
    looked_at = {name: body["looked_at"] for name, body in review["samples"].items() if "looked_at" in body}
    n_boxes = sum(shown["boxes"].values())
    newest = manifest["annotation"]["last_event_utc"]
    return {
        "accuracy": looked_at or None,
        "completeness": {"open_comments": review["open_comments"], "tasks": _states(review["tasks"])},
        "consistency": {"rework_rate": review["rework_rate"], "repaired": manifest["qa"]["repaired_by_rule"]},
        "currentness": {"last_event_utc": newest},
        "balance": {name: round(n / n_boxes, 4) for name, n in shown["boxes"].items()} if n_boxes else None,
        "traceability": {"events": manifest["annotation"]["events"], "last_hash": manifest["annotation"]["last_hash"]},
        "representativeness": None,
        "diversity": None,
    }


def utc(time_ns: int) -> str:
    """Write an instant as ISO 8601, to the second."""
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="seconds")


def _states(told: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return dict(Counter(str(task["state"]) for task in told))
