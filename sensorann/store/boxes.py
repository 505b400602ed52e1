"""Boxes of tracks as rows of the store, and back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.scene import Attribute, Track
from sensorann.store.patch import FIELDS, N_NUMBERS, NUMBERS_BYTES, Body, Box, dumped

# object, instant, source, numbers, attributes: what is read of the table `box`.
Row = tuple[str, int, int, bytes, str | None]


def boxes_of(track: Track) -> dict[int, Box]:
    """Boxes of a track by instant."""
    n = len(track)
    numbers = numbers_of(track).tobytes()
    texts = [_attributes_text(track.box_attributes, i) for i in range(n)] if track.box_attributes else [None] * n
    return {
        timestamp_ns: Box(source, numbers[i * NUMBERS_BYTES : (i + 1) * NUMBERS_BYTES], texts[i])
        for i, (timestamp_ns, source) in enumerate(
            zip(track.timestamps_ns.tolist(), track.sources.tolist(), strict=True)
        )
    }


def numbers_of(track: Track) -> NDArray[np.float64]:
    """Numbers (N, 22) of the boxes of a track, as the store holds them."""
    boxes = track.cuboids
    columns = (boxes.centers, boxes.sizes, boxes.rotations.reshape(len(track), 9), track.sigmas)
    return np.concatenate(columns, axis=1).astype("<f8")


def tracks_of(heads: Mapping[str, Body], rows: Sequence[Row], *, frame: str) -> tuple[Track, ...]:
    """Build tracks, in the order of their heads.

    Parameters
    ----------
    heads : body of every track by its id
    rows : boxes, those of one object together and in time order
    frame : of the boxes
    """
    objects, *columns = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    times, sources, numbers, attributes = columns
    table = np.frombuffer(b"".join(numbers), "<f8").reshape(-1, N_NUMBERS)
    all_times, all_sources = np.array(times, np.int64), np.array(sources, np.uint8)
    spans, start = {}, 0
    for object_id, n in Counter(objects).items():
        spans[object_id] = slice(start, start + n)
        start += n
    return tuple(
        _track(object_id, body, all_times[span], all_sources[span], table[span], attributes[span], frame)
        for object_id, body in heads.items()
        for span in (spans.get(object_id, slice(0, 0)),)
    )


def _track(
    object_id: str, body: Body, times: Any, sources: Any, table: Any, texts: Sequence[str | None], frame: str
) -> Track:
    return Track(
        id=object_id,
        category=body["category"],
        timestamps_ns=times,
        cuboids=Cuboids(
            centers=table[:, FIELDS["center"]],
            sizes=table[:, FIELDS["size"]],
            rotations=table[:, FIELDS["rotation"]].reshape(-1, 3, 3),
            frame=frame,
        ),
        sources=sources,
        sigmas=table[:, FIELDS["sigma"]],
        attributes=body["attributes"],
        box_attributes=_attribute_columns(body["box_attributes"], texts),
    )


def _attribute_columns(names: Sequence[str], texts: Sequence[str | None]) -> dict[str, tuple[Attribute | None, ...]]:
    if not names and not any(texts):
        return {}
    values = [{} if text is None else _attributes(text) for text in texts]
    # A merge of two people's edits may bring a name that the head of the track does not know yet.
    every = dict.fromkeys([*names, *(name for row in values for name in row)])
    return {name: tuple(row.get(name) for row in values) for name in every}


def _attributes_text(columns: Mapping[str, Sequence[Attribute | None]], i: int) -> str | None:
    there = {name: values[i] for name, values in columns.items() if values[i] is not None}
    return dumped(there) if there else None


@lru_cache(maxsize=4096)
def _attributes(text: str) -> Mapping[str, Attribute]:
    """Read attributes; most boxes of a drive share a few texts."""
    parsed: Mapping[str, Attribute] = json.loads(text)
    return parsed
