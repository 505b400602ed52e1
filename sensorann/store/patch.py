"""A patch: what one event changed, item by item, before and after.

An item is a document (the head of a track, a relation, a comment, ...) or one box of a track. In the journal a patch is
JSON text plus one run of bytes with the numbers of its boxes, so that one moved box takes half a kilobyte and 100,000
imported ones are packed and read as columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sensorann.errors import StoreError

Body = Mapping[str, Any]

# What the numbers of a box are: float64, little-endian.
FIELDS = {"center": slice(0, 3), "size": slice(3, 6), "rotation": slice(6, 15), "sigma": slice(15, 22)}
N_NUMBERS = 22
NUMBERS_BYTES = 8 * N_NUMBERS
_ABSENT = -1
_ROW = np.dtype(
    [
        ("object", "<i4"),
        ("timestamp_ns", "<i8"),
        ("source_before", "i1"),
        ("source_after", "i1"),
        ("attributes_before", "<i4"),
        ("attributes_after", "<i4"),
    ]
)


class Box(NamedTuple):
    """One box as the store holds it.

    Attributes
    ----------
    source : value of `Source`
    numbers : 22 float64 in `FIELDS`, as bytes: equal bytes are equal boxes, NaN included
    attributes : JSON object; None where the box has none
    """

    source: int
    numbers: bytes
    attributes: str | None


class BoxChange(NamedTuple):
    """A box that came (before is None), went (after is None) or changed."""

    object: str
    timestamp_ns: int
    before: Box | None
    after: Box | None


class DocumentChange(NamedTuple):
    """A document that came (before is None), went (after is None) or changed."""

    kind: str
    key: str
    before: Body | None
    after: Body | None

    @property
    def body(self) -> Body:
        """The document as it is now, or was before it went."""
        return self.after or self.before or {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """All that one event changes in one drive.

    Attributes
    ----------
    documents, boxes : changed items, each at most once
    """

    documents: tuple[DocumentChange, ...] = ()
    boxes: tuple[BoxChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.documents or self.boxes)

    @property
    def objects(self) -> tuple[str, ...]:
        """Ids of the objects that it touches, each once."""
        named = dict.fromkeys(change.object for change in self.boxes)
        for change in self.documents:
            named |= dict.fromkeys(objects_of(change))
        return tuple(named)

    def inverse(self) -> Patch:
        """Return the patch that takes this one back."""
        return Patch(
            documents=tuple(DocumentChange(c.kind, c.key, c.after, c.before) for c in self.documents),
            boxes=tuple(BoxChange(c.object, c.timestamp_ns, c.after, c.before) for c in self.boxes),
        )


def objects_of(change: DocumentChange) -> tuple[str, ...]:
    """Ids of the objects that a document speaks of."""
    if change.kind == "track":
        return (change.key,)
    named = change.body.get("id" if change.kind == "image_track" else "object")
    return (named,) if isinstance(named, str) else ()


def dumped(body: object) -> str:
    """Write compact JSON; what JSON has no way to write is refused.

    Raises
    ------
    StoreError
        When there is a NaN, an infinity or something that is no JSON value.
    """
    try:
        return json.dumps(body, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise StoreError(f"a label store holds what JSON can say, and not this: {error}") from error


def packed(patch: Patch) -> tuple[str, bytes]:
    """Pack a patch for the journal: JSON text and the numbers of its boxes."""
    objects = _Numbered()
    attributes = _Numbered()
    rows = np.array(
        [
            (
                objects.number(change.object),
                change.timestamp_ns,
                _ABSENT if change.before is None else change.before.source,
                _ABSENT if change.after is None else change.after.source,
                attributes.number(change.before and change.before.attributes),
                attributes.number(change.after and change.after.attributes),
            )
            for change in patch.boxes
        ],
        _ROW,
    )
    numbers = [change.before.numbers for change in patch.boxes if change.before is not None]
    numbers += [change.after.numbers for change in patch.boxes if change.after is not None]
    text = dumped(
        {
            "documents": patch.documents,
            "boxes": len(patch.boxes),
            "objects": list(objects),
            "attributes": [json.loads(text) for text in attributes],
        }
    )
    return text, rows.tobytes() + b"".join(numbers)


def unpacked(text: str, numbers: bytes) -> Patch:
    """Read a patch of the journal.

    Raises
    ------
    StoreError
        When it is damaged.
    """
    try:
        content = json.loads(text)
        documents = tuple(DocumentChange(*change) for change in content["documents"])
        boxes = tuple(_boxes(content, numbers)) if content["boxes"] else ()
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
        raise StoreError(f"a patch of the journal is damaged: {error}") from error
    return Patch(documents=documents, boxes=boxes)


def _boxes(content: Mapping[str, Any], packed_numbers: bytes) -> Iterator[BoxChange]:
    objects, attributes = content["objects"], [dumped(body) for body in content["attributes"]]
    rows = np.frombuffer(packed_numbers, _ROW, count=content["boxes"])
    start = len(rows) * _ROW.itemsize
    numbers = [packed_numbers[at : at + NUMBERS_BYTES] for at in range(start, len(packed_numbers), NUMBERS_BYTES)]
    before = iter(numbers)
    after = iter(numbers[int((rows["source_before"] != _ABSENT).sum()) :])
    for number, timestamp_ns, source_before, source_after, attributes_before, attributes_after in rows.tolist():
        yield BoxChange(
            objects[number],
            timestamp_ns,
            _box(source_before, before, attributes, attributes_before),
            _box(source_after, after, attributes, attributes_after),
        )


def _box(source: int, numbers: Iterator[bytes], attributes: Sequence[str], number: int) -> Box | None:
    if source == _ABSENT:
        return None
    return Box(source, next(numbers), None if number == _ABSENT else attributes[number])


class _Numbered(dict[str, int]):
    """Numbers distinct texts in the order in which they come."""

    def number(self, text: str | None) -> int:
        return _ABSENT if text is None else self.setdefault(text, len(self))
