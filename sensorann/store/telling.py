"""Events in words: what was done to an object or a box, by how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from sensorann.geometry.rotations import wrap_angle, yaws_from_rotations
from sensorann.scene import Source
from sensorann.store.history import Step
from sensorann.store.journal import JournalEvent
from sensorann.store.merging import box_fields
from sensorann.store.patch import Body, Box, BoxChange, DocumentChange

_SHOWN = 4


def time_text(time_ns: int) -> str:
    """Write a Unix time as UTC, to the second."""
    return datetime.fromtimestamp(time_ns // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def summary_text(event: JournalEvent) -> str:
    """Say in a few words how much an event changed."""
    patch = event.patch
    counts = Counter(_manner(change) for change in patch.boxes)
    told = [f"{counts[manner]} boxes {manner}" for manner in ("added", "changed", "removed") if counts[manner]]
    if len(patch.objects) > 1:
        told.append(f"{len(patch.objects)} objects")
    told += [f"{change.kind} {_manner(change)}" for change in patch.documents if change.kind != "track"][:2]
    machine = machine_text(event)
    note = [text for text in (event.text, machine and f"({machine})") if text]
    undone = [f"of event {event.undoes}"] if event.undoes is not None else []
    return "; ".join([*undone, *told, *note])


def machine_text(event: JournalEvent) -> str:
    """Write the parameters of a machine; empty where none was at work."""
    return ", ".join(f"{name} {value}" for name, value in event.machine.items() if not isinstance(value, dict))


def keyframes_text(event: JournalEvent, object_id: str, timestamp_ns: int | None) -> str:
    """Say which keyframes a machine's boxes of an object rest on, and which lie around an instant; else empty."""
    instants = event.machine.get("keyframes", {}).get(object_id, [])
    if not instants:
        return ""
    if timestamp_ns is None:
        return f"from {len(instants)} keyframes, {instants[0]} to {instants[-1]}"
    around = [*[t for t in instants if t < timestamp_ns][-1:], *[t for t in instants if t > timestamp_ns][:1]]
    return f"from {len(instants)} keyframes, the nearest of them {' and '.join(map(str, around))}"


def step_text(step: Step) -> list[str]:
    """Say what one event did to an object or a box, one line per change."""
    lines = [line for change in step.documents for line in _document_lines(change)]
    if len(step.boxes) == 1:
        return lines + list(_box_lines(step.boxes[0]))
    counts = Counter(_manner(change) for change in step.boxes)
    return lines + [f"{n} boxes {manner}" for manner, n in counts.items()]


def box_text(box: Box) -> str:
    """Describe a box: where, how large, how turned, from what source, how sure."""
    fields = box_fields(box)
    center, size, sigma = fields["center"], fields["size"], np.array(fields["sigma"])
    known = "" if np.isnan(sigma[:3]).any() else f", sigma {np.hypot(sigma[0], sigma[1]):.2f} m"
    attributes = "".join(f", {name} {value}" for name, value in fields["attributes"].items())
    return (
        f"{Source(box.source).label}, centre ({center[0]:.2f}, {center[1]:.2f}, {center[2]:.2f}) m, "
        f"{size[0]:.2f} x {size[1]:.2f} x {size[2]:.2f} m, yaw {np.degrees(_yaw(box)):.1f} degrees{known}{attributes}"
    )


def _box_lines(change: BoxChange) -> Iterator[str]:
    if change.before is None or change.after is None:
        box = change.after or change.before
        yield f"box {_manner(change)}: {box_text(box)}" if box is not None else ""
        return
    before, after = box_fields(change.before), box_fields(change.after)
    if before["source"] != after["source"]:
        yield f"source {Source(before['source']).label} becomes {Source(after['source']).label}"
    if before["center"] != after["center"]:
        yield f"moved by {np.linalg.norm(np.subtract(after['center'], before['center'])):.3f} m"
    if before["rotation"] != after["rotation"]:
        yield f"turned by {np.degrees(wrap_angle(_yaw(change.after) - _yaw(change.before))):.2f} degrees"
    if before["size"] != after["size"]:
        edges = [" x ".join(f"{edge:.2f}" for edge in side["size"]) for side in (before, after)]
        yield f"size {edges[0]} becomes {edges[1]} m"
    yield from _value_lines(before["attributes"], after["attributes"])


def _document_lines(change: DocumentChange) -> Iterator[str]:
    if change.before is None or change.after is None:
        told = [
            f"{name} {_short(value)}"
            for name, value in change.body.items()
            if name != "object" and value not in (None, {}, [])
        ]
        yield f"{change.kind} {_manner(change)}: {', '.join(told)}"
        return
    for line in _value_lines(change.before, change.after):
        yield f"{change.kind}: {line}"


def _value_lines(before: Body, after: Body) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{name} {_short(before.get(name))} becomes {_short(after.get(name))}"


def _short(value: object) -> str:
    """Write a value; of columns only their length."""
    return f"({len(value)} values)" if isinstance(value, list) and len(value) > _SHOWN else str(value)


def _manner(change: BoxChange | DocumentChange) -> str:
    if change.before is None:
        return "added"
    return "removed" if change.after is None else "changed"


def _yaw(box: Box) -> float:
    return float(yaws_from_rotations(np.array(box_fields(box)["rotation"]).reshape(3, 3)))
