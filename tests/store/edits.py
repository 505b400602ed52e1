"""Small edits of tracks, and labels that hold something of everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import sensorann as sa
from sensorann.scene import Event, ImageTrack, Labels, Relation, Source, Tag, Track, sources_of
from tests.builders import START_NS, make_labels, make_track


def moved(track: Track, rows, *, by=(1.0, 0.0, 0.0)) -> Track:
    """The track with some of its boxes moved."""
    centers = track.cuboids.centers.copy()
    centers[rows] += by
    return replace(track, cuboids=replace(track.cuboids, centers=centers))


def move_box(address: str, *, actor="anna", note=None) -> None:
    """Let a person move the second box of `full_labels`' object 7 in the store's drive `monday`."""
    with sa.open_store(address, actor=actor) as store:
        seen = store.track("monday", "7")
        store.edit(seen, moved(seen.track, 1), note=note)


def resized(track: Track, rows, *, by=1.1) -> Track:
    sizes = track.cuboids.sizes.copy()
    sizes[rows] *= by
    return replace(track, cuboids=replace(track.cuboids, sizes=sizes))


def x_of(track: Track) -> list[float]:
    return track.cuboids.centers[:, 0].tolist()


def full_labels() -> Labels:
    """Labels with something in every place."""
    boxes = make_track(id="7", n=4, box_attributes={"occluded": (1, None, 2, None), "unset": (None,) * 4})
    boxes = replace(boxes, attributes={"colour": "red", "parked": True}, sigmas=np.full((4, 7), 0.1))
    picture = ImageTrack(
        id="7",
        camera="CAM_FRONT",
        category="Car",
        timestamps_ns=np.array([START_NS, START_NS + 5]),
        boxes=np.array([[1.5, 2, 3, 4], [2, 3, 4, 5.25]]),
        sources=sources_of(2, Source.HUMAN),
    )
    other = make_track(id="a b", category="Pedestrian", n=3, source=Source.INTERPOLATED)
    return make_labels(
        boxes,
        other,
        make_track(id="empty", n=0),
        image_tracks=(picture, picture),
        events=(Event(id="1", category="lane change", start_ns=1, end_ns=2, attributes={"left": True}),),
        relations=(Relation(id="r", predicate="isRidingOn", subject_id="7", object_id="a b"),),
        tags=(Tag(name="weather", value="rain"), Tag(name="weather", value="rain", timestamp_ns=START_NS)),
    )


def contents(labels: Labels) -> list[object]:
    """Everything in labels, as values that `==` compares to the last bit."""
    tracks = [
        [
            track.id,
            track.category,
            track.timestamps_ns.tolist(),
            *(np.ascontiguousarray(array).tobytes() for array in _arrays(track)),
            dict(track.attributes),
            dict(track.box_attributes),
        ]
        for track in labels.tracks
    ]
    pictures = [
        [t.id, t.camera, t.category, t.timestamps_ns.tolist(), t.boxes.tolist(), t.sources.tolist()]
        for t in labels.image_tracks
    ]
    categories = list(labels.ontology.categories)
    rest = [labels.events, labels.relations, labels.tags]
    return [labels.drive_name, labels.frame, categories, tracks, pictures, rest]


def _arrays(track: Track):
    boxes = track.cuboids
    return boxes.centers, boxes.sizes, boxes.rotations, track.sources, track.sigmas
