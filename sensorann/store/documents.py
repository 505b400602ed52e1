"""What labels hold beside boxes, as documents: small JSON objects with a kind and a key each.

The key of what `Labels` does not force to be unique counts its like: the second tag of one name and instant has another
key than the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from sensorann.scene import (
    Category,
    Event,
    ImageTrack,
    Labels,
    Motion,
    Ontology,
    Relation,
    Tag,
    Track,
    unusual_variety,
    variety,
)
from sensorann.store.patch import Body, dumped

Key = tuple[str, str]
LABEL_KINDS = ("drive", "track", "image_track", "event", "relation", "tag")


def drive_body(labels: Labels) -> Body:
    """Say what holds for a drive as a whole: the frame of its boxes and its categories."""
    categories = [
        {
            "name": category.name,
            "motion": category.motion.value,
            "size": list(category.size),
            "aliases": {name: list(aliases) for name, aliases in category.aliases.items()},
        }
        | unusual_variety(category)
        for category in labels.ontology.categories
    ]
    return {"frame": labels.frame, "categories": categories}


def track_body(track: Track) -> Body:
    """Say what holds for an object as a whole; the names of its boxes' attributes keep their order here."""
    return {
        "category": track.category,
        "attributes": dict(track.attributes),
        "box_attributes": list(track.box_attributes),
    }


def documents_of(labels: Labels) -> dict[Key, Body]:
    """All documents of labels by kind and key, in order."""
    documents: dict[Key, Body] = {("drive", ""): drive_body(labels)}
    documents |= {("track", track.id): track_body(track) for track in labels.tracks}
    documents |= _keyed("image_track", ((_image_track_body(one), (one.id, one.camera)) for one in labels.image_tracks))
    documents |= _keyed("event", ((_event_body(one), (one.id,)) for one in labels.events))
    documents |= _keyed("relation", ((_relation_body(one), (one.id,)) for one in labels.relations))
    documents |= _keyed("tag", ((_tag_body(one), (one.name, one.timestamp_ns)) for one in labels.tags))
    return documents


def labels_of(drive: str, documents: Iterable[tuple[str, str, Body]], tracks: tuple[Track, ...]) -> Labels:
    """Build labels from documents (kind, key, body) in order and the tracks that belong to them."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in LABEL_KINDS}
    for kind, _, body in documents:
        by_kind[kind].append(body)
    (about,) = by_kind["drive"]
    return Labels(
        drive_name=drive,
        frame=about["frame"],
        tracks=tracks,
        ontology=_ontology(about["categories"]),
        image_tracks=tuple(_image_track(body) for body in by_kind["image_track"]),
        events=tuple(Event(**body) for body in by_kind["event"]),
        relations=tuple(Relation(**body) for body in by_kind["relation"]),
        tags=tuple(Tag(**body) for body in by_kind["tag"]),
    )


def _keyed(kind: str, bodies: Iterable[tuple[Body, tuple[object, ...]]]) -> Iterator[tuple[Key, Body]]:
    seen: Counter[tuple[object, ...]] = Counter()
    for body, identity in bodies:
        yield (kind, dumped([*identity, seen[identity]])), body
        seen[identity] += 1


def _ontology(categories: Iterable[Mapping[str, Any]]) -> Ontology:
    return Ontology(
        tuple(
            Category(
                name=body["name"],
                motion=Motion(body["motion"]),
                size=tuple(body["size"]),
                aliases={name: tuple(aliases) for name, aliases in body["aliases"].items()},
                **variety(body["name"], body),
            )
            for body in categories
        )
    )


def _image_track_body(track: ImageTrack) -> Body:
    return {
        "id": track.id,
        "camera": track.camera,
        "category": track.category,
        "timestamps_ns": track.timestamps_ns.tolist(),
        "boxes": track.boxes.tolist(),
        "sources": track.sources.tolist(),
    }


def _image_track(body: Mapping[str, Any]) -> ImageTrack:
    return ImageTrack(
        id=body["id"],
        camera=body["camera"],
        category=body["category"],
        timestamps_ns=np.array(body["timestamps_ns"], np.int64),
        boxes=np.array(body["boxes"], np.float64).reshape(-1, 4),
        sources=np.array(body["sources"], np.uint8),
    )


def _event_body(event: Event) -> Body:
    return {
        "id": event.id,
        "category": event.category,
        "start_ns": event.start_ns,
        "end_ns": event.end_ns,
        "attributes": dict(event.attributes),
    }


def _relation_body(relation: Relation) -> Body:
    return {
        "id": relation.id,
        "predicate": relation.predicate,
        "subject_id": relation.subject_id,
        "object_id": relation.object_id,
    }


def _tag_body(tag: Tag) -> Body:
    return {"name": tag.name, "value": tag.value, "timestamp_ns": tag.timestamp_ns}
