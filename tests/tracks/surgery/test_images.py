"""One 2D box of an object: put, put anew, deleted, and nothing else touched."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Source
from sensorann.tracks import surgery
from tests.builders import make_labels, make_track
from tests.tracks.surgery.drives import make_image_track

BOX = (10.0, 20.0, 40.0, 50.0)


@pytest.fixture
def labels():
    """Objects 1 and 2, each with five 2D boxes of a machine in one camera."""
    images = tuple(make_image_track(id=name, source=Source.DETECTED) for name in "12")
    return make_labels(make_track(id="1"), make_track(id="2"), image_tracks=images)


def test_a_box_replaces_the_one_of_its_picture_and_leaves_all_others(labels):
    own, other = labels.image_tracks
    instant = int(own.timestamps_ns[2])
    edited = surgery.put_image_box(labels, "1", own.camera, timestamp_ns=instant, box=BOX)
    changed, same = edited.image_tracks
    assert same is other
    np.testing.assert_array_equal(changed.timestamps_ns, own.timestamps_ns)
    np.testing.assert_array_equal(np.flatnonzero((changed.boxes != own.boxes).any(axis=1)), [2])
    assert changed.boxes[2].tolist() == list(BOX)
    assert changed.sources.tolist() == [
        Source.DETECTED,
        Source.DETECTED,
        Source.HUMAN,
        Source.DETECTED,
        Source.DETECTED,
    ]
    assert edited.tracks is labels.tracks


def test_a_picture_between_and_another_camera_get_boxes_of_their_own(labels):
    own = labels.image_tracks[0]
    between = int(own.timestamps_ns[0]) + 1
    edited = surgery.put_image_box(labels, "1", own.camera, timestamp_ns=between, box=BOX)
    assert edited.image_tracks[0].timestamps_ns.tolist() == sorted([*own.timestamps_ns.tolist(), between])
    edited = surgery.put_image_box(labels, "1", "elsewhere", timestamp_ns=between, box=BOX)
    (new,) = (one for one in edited.image_tracks if one.camera == "elsewhere")
    assert (new.id, new.category, new.boxes.tolist()) == ("1", labels.track("1").category, [list(BOX)])


def test_a_deleted_box_is_gone_and_the_last_one_takes_its_track_along(labels):
    own, other = labels.image_tracks
    edited = labels
    for n_left, instant in zip((4, 3, 2, 1), own.timestamps_ns.tolist(), strict=False):
        edited = surgery.delete_image_box(edited, "1", own.camera, timestamp_ns=instant)
        assert len(edited.image_tracks[0].timestamps_ns) == n_left
    edited = surgery.delete_image_box(edited, "1", own.camera, timestamp_ns=int(own.timestamps_ns[-1]))
    assert edited.image_tracks == (other,)
    with pytest.raises(ArgumentError, match="object 1 has no 2D box"):
        surgery.delete_image_box(edited, "1", own.camera, timestamp_ns=int(own.timestamps_ns[0]))


@pytest.mark.parametrize("box", [(10, 20, 10, 50), (40, 20, 10, 50), (10, 50, 40, 20)])
def test_a_box_without_an_area_is_refused(labels, box):
    with pytest.raises(ArgumentError, match="left, top, right, bottom with an area"):
        surgery.put_image_box(labels, "1", "camera", timestamp_ns=0, box=box)
