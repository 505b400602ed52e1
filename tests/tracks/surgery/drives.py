"""Labels to operate on: three tracks, a boxed picture of each, a relation, and strategies of tracks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from sensorann.scene import ImageTrack, Labels, Relation, Source, Track
from tests.builders import FRAME_NS, START_NS, make_labels, make_track


def instant(frame: int) -> int:
    return START_NS + frame * FRAME_NS


def make_image_track(*, id="1", frames=range(5), source=Source.HUMAN) -> ImageTrack:
    n = len(frames)
    boxes = np.column_stack([np.arange(n), np.zeros(n), np.arange(n) + 20.0, np.full(n, 9.0)])
    return ImageTrack(
        id=id,
        camera="CAM_FRONT",
        category="Car",
        timestamps_ns=np.array([instant(i) for i in frames], np.int64),
        boxes=boxes,
        sources=np.full(n, source, np.uint8),
    )


def make_scene(*tracks: Track) -> Labels:
    bystander = make_track(id="bystander", centers=np.full((5, 3), 3.0))
    relation = Relation(id="r", predicate="follows", subject_id="1", object_id="bystander")
    return make_labels(*tracks, bystander, image_tracks=(make_image_track(),), relations=(relation,))


def assert_same_track(found: Track, expected: Track, *, tolerance: float = 0.0) -> None:
    assert (found.id, found.category) == (expected.id, expected.category)
    np.testing.assert_array_equal(found.timestamps_ns, expected.timestamps_ns)
    np.testing.assert_array_equal(found.sources, expected.sources)
    np.testing.assert_array_equal(found.sigmas, expected.sigmas)
    np.testing.assert_allclose(found.cuboids.centers, expected.cuboids.centers, rtol=0, atol=tolerance)
    np.testing.assert_allclose(found.cuboids.rotations, expected.cuboids.rotations, rtol=0, atol=tolerance)
    np.testing.assert_allclose(found.cuboids.sizes, expected.cuboids.sizes, rtol=0, atol=tolerance)
    assert dict(found.attributes) == dict(expected.attributes)
    assert dict(found.box_attributes) == dict(expected.box_attributes)


@st.composite
def tracks(draw: st.DrawFn, *, id: str = "1") -> Track:
    """Tracks of 2 to 8 boxes at any heading and place, of all sources and sizes."""
    n = draw(st.integers(2, 8))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    track = make_track(
        id=id,
        n=n,
        centers=random.normal(scale=30, size=(n, 3)),
        yaws=random.uniform(-3.1, 3.1, n),
        attributes={"color": "red"},
        box_attributes={"occluded": tuple(bool(value) for value in random.integers(0, 2, n))},
    )
    sizes = random.uniform(0.5, 9, (n, 3))
    sources = random.integers(0, len(Source), n).astype(np.uint8)
    return replace(
        track, cuboids=replace(track.cuboids, sizes=sizes), sources=sources, sigmas=random.uniform(0, 1, (n, 7))
    )
