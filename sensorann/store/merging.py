"""Three-way merge: what I saw, what I want, and what is there by now.

Fields that only one side changed are taken from that side. A field that both changed to different values is a conflict,
which the caller has to decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sensorann.errors import StoreError
from sensorann.store.patch import FIELDS, Body, Box, dumped


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """One field that two people changed to different values.

    Attributes
    ----------
    object_id : the object, or the key of another document
    timestamp_ns : instant of the box; None where the object as a whole is meant
    field : ``center``, ``size``, ``rotation``, ``sigma``, ``source``, ``category``, an attribute, or ``presence``
    seen, mine, theirs : values: as the caller saw it, as he wants it, as it is by now; None where it is not there
    event : the event that set theirs, 0 where that is no longer known
    """

    object_id: str
    timestamp_ns: int | None
    field: str
    seen: Any
    mine: Any
    theirs: Any
    event: int


class EditConflictError(StoreError):
    """Somebody else changed the same fields meanwhile; nothing was written.

    Attributes
    ----------
    conflicts : what has to be decided
    """

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        first = conflicts[0]
        when = "" if first.timestamp_ns is None else f" at {first.timestamp_ns}"
        more = f" and {len(conflicts) - 1} more" if len(conflicts) > 1 else ""
        by = f" by event {first.event}" if first.event else ""
        super().__init__(
            f"object {first.object_id}{when}: {first.field} was {_short(first.seen)}, you want {_short(first.mine)}, "
            f"it was changed to {_short(first.theirs)}{by} meanwhile{more}: load it again and decide"
        )
        self.conflicts = conflicts

    def __reduce__(self) -> tuple[object, ...]:
        return (EditConflictError, (self.conflicts,))


PRESENCE = "presence"
# field, as seen, mine, theirs
Clash = tuple[str, Any, Any, Any]


def merge_boxes(seen: Box | None, mine: Box | None, theirs: Box | None) -> tuple[Box | None, list[Clash]]:
    """Merge one box field by field.

    Returns
    -------
    the merged box (mine where fields clash), and the clashes
    """
    if mine == theirs or theirs == seen:
        return mine, []
    if seen is None or mine is None or theirs is None:
        return mine, [(PRESENCE, _box_value(seen), _box_value(mine), _box_value(theirs))]
    merged, clashes = _merge_fields(_fields(seen), _fields(mine), _fields(theirs))
    numbers = b"".join(merged[name] for name in FIELDS)
    attributes = dumped(merged["attributes"]) if merged["attributes"] else None
    readable = [
        (name, _readable(name, was), _readable(name, wanted), _readable(name, now))
        for name, was, wanted, now in clashes
    ]
    return Box(merged["source"], numbers, attributes), readable


def merge_bodies(seen: Body | None, mine: Body | None, theirs: Body | None) -> tuple[Body | None, list[Clash]]:
    """Merge one document field by field, and objects within it name by name.

    Returns
    -------
    the merged body (mine where fields clash), and the clashes
    """
    if mine == theirs or theirs == seen:
        return mine, []
    if seen is None or mine is None or theirs is None:
        return mine, [(PRESENCE, seen, mine, theirs)]
    return _merge_fields(seen, mine, theirs)


def _merge_fields(seen: Body, mine: Body, theirs: Body) -> tuple[dict[str, Any], list[Clash]]:
    merged: dict[str, Any] = {}
    clashes: list[Clash] = []
    for name in dict.fromkeys([*theirs, *mine]):
        was, wanted, now = (side.get(name) for side in (seen, mine, theirs))
        if wanted == now or now == was:
            value = wanted
        elif wanted == was:
            value = now
        elif isinstance(was, Mapping) and isinstance(wanted, Mapping) and isinstance(now, Mapping):
            value, within = _merge_fields(was, wanted, now)
            clashes += [(f"{name}.{inner}", *sides) for inner, *sides in within]
        else:
            value = wanted
            clashes.append((name, was, wanted, now))
        if value is not None:
            merged[name] = value
    return merged, clashes


def _fields(box: Box) -> dict[str, Any]:
    numbers = {name: box.numbers[8 * part.start : 8 * part.stop] for name, part in FIELDS.items()}
    return {"attributes": json.loads(box.attributes or "{}"), "source": box.source, **numbers}


def _readable(name: str, value: Any) -> Any:
    return np.frombuffer(value, "<f8").tolist() if name in FIELDS and value is not None else value


def box_fields(box: Box) -> dict[str, Any]:
    """Fields of a box by name: lists of numbers, its source, its attributes."""
    return {name: _readable(name, value) for name, value in _fields(box).items()}


def _box_value(box: Box | None) -> dict[str, Any] | None:
    return None if box is None else box_fields(box)


def _short(value: Any) -> str:
    if value is None:
        return "absent"
    if isinstance(value, list):
        return "(" + ", ".join(f"{one:.6g}" if isinstance(one, float) else str(one) for one in value[:9]) + ")"
    return "there" if isinstance(value, Mapping) else str(value)


def conflicts_of(clashes: list[Clash], *, object_id: str, timestamp_ns: int | None, event: int) -> Iterator[Conflict]:
    """Say of each clash what it is about."""
    for field, seen, mine, theirs in clashes:
        yield Conflict(
            object_id=object_id,
            timestamp_ns=timestamp_ns,
            field=field,
            seen=seen,
            mine=mine,
            theirs=theirs,
            event=event,
        )
