"""Labels with anything that OpenLABEL can hold, and how they are compared to the last bit."""

from dataclasses import fields

import numpy as np
from hypothesis import strategies as st

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_quaternions
from sensorann.scene import (
    Event,
    ImageTrack,
    Labels,
    Relation,
    Tag,
    Track,
)
from tests.builders import FRAME_NS, START_NS


def content(value):
    """A value with everything in it, comparable: arrays become bytes, floats their exact text."""
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, np.where(np.isnan(value), np.nan, value + 0).tobytes())
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: content(getattr(value, field.name)) for field in fields(value) if field.name[0] != "_"}
    if hasattr(value, "items"):
        return {key: content(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [content(entry) for entry in value]
    return (type(value).__name__, repr(value))


metres = st.floats(-1e7, 1e7)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ids = st.one_of(
    texts, st.integers(-99, 99).map(str), st.just("007"), st.uuids().map(str), st.uuids().map(lambda one: one.hex)
)
values = st.one_of(st.booleans(), st.integers(), st.floats(), texts)
attributes = st.dictionaries(texts, values, max_size=3)
instants = st.integers(-3, 6).map(lambda i: START_NS + i * FRAME_NS + 7 * i)
categories = st.sampled_from(["car", "Car", "human.pedestrian.child", "barrier"])
cameras = st.sampled_from(["CAM_FRONT", "CAM BACK", ""])


@st.composite
def columns(draw):
    times = sorted(draw(st.sets(instants, max_size=4)))
    return np.array(times, np.int64), len(times)


@st.composite
def tracks(draw, *, id, frame):
    times, n = draw(columns())
    rows = st.lists(st.lists(metres, min_size=3, max_size=3), min_size=n, max_size=n)
    sizes = st.lists(st.lists(st.floats(1e-3, 50), min_size=3, max_size=3), min_size=n, max_size=n)
    quaternion = st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 0.1)
    quaternions = np.array(draw(st.lists(quaternion, min_size=n, max_size=n)), np.float64).reshape(-1, 4)
    sigma = st.lists(st.one_of(st.just(np.nan), st.floats(0, 9)), min_size=7, max_size=7)
    return Track(
        id=id,
        category=draw(categories),
        timestamps_ns=times,
        cuboids=Cuboids(
            centers=np.array(draw(rows), np.float64).reshape(-1, 3),
            sizes=np.array(draw(sizes), np.float64).reshape(-1, 3),
            rotations=rotations_from_quaternions(quaternions),
            frame=frame,
        ),
        sources=np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), np.uint8),
        sigmas=np.array(draw(st.lists(sigma, min_size=n, max_size=n)), np.float64).reshape(-1, 7),
        attributes=draw(attributes),
        box_attributes=draw(
            st.dictionaries(
                texts, st.lists(st.one_of(st.none(), values), min_size=n, max_size=n).map(tuple), max_size=2
            )
        ),
    )


@st.composite
def image_tracks(draw, *, id):
    times, n = draw(columns())
    corner = st.floats(-5000, 5000)
    boxes = draw(st.lists(st.lists(corner, min_size=4, max_size=4).map(sorted), min_size=n, max_size=n))
    return ImageTrack(
        id=id,
        camera=draw(cameras),
        category=draw(categories),
        timestamps_ns=times,
        boxes=np.array(boxes, np.float64).reshape(-1, 4),
        sources=np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), np.uint8),
    )


@st.composite
def labels_of_any_kind(draw):
    frame = draw(st.sampled_from(["world", "ego"]))
    own = draw(st.lists(ids, unique=True, max_size=3))
    seen = [*own, *draw(st.lists(ids, max_size=1))]
    shown = draw(st.lists(st.sampled_from(seen), max_size=3)) if seen else []
    in_images = tuple(draw(image_tracks(id=name)) for name in shown)
    ends = st.sampled_from(own) if own else st.nothing()
    events = st.builds(
        lambda name, category, times, own: Event(
            id=name, category=category, start_ns=min(times), end_ns=max(times), attributes=own
        ),
        ids,
        texts,
        st.tuples(instants, instants),
        attributes,
    )
    relations = st.builds(Relation, id=ids, predicate=texts, subject_id=ends, object_id=ends)
    tags = st.builds(Tag, name=texts, value=values, timestamp_ns=st.one_of(st.none(), instants))
    return Labels(
        drive_name=draw(texts),
        frame=frame,
        tracks=tuple(draw(tracks(id=name, frame=frame)) for name in own),
        image_tracks=in_images,
        events=tuple(draw(st.lists(events, max_size=2))),
        relations=tuple(draw(st.lists(relations, max_size=2))) if own else (),
        tags=tuple(draw(st.lists(tags, max_size=3))),
    )
