"""What is an OpenLABEL document, and what cannot be said in one."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel import labels as openlabel
from sensorann.scene import (
    ImageTrack,
    Relation,
    Tag,
)
from tests.builders import START_NS, make_labels, make_track


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"openlabel": {}}', True),
        ('\ufeff \n {"$schema": "x", "openlabel" :', True),
        ('{"labels": {"openlabel": 1}}', False),
        ('["openlabel"]', False),
        ("", False),
    ],
)
def test_documents_are_recognised_by_their_beginning(tmp_path, text, expected):
    path = tmp_path / "labels.json"
    path.write_text(text)
    assert openlabel.recognises(path) is expected


def test_a_document_is_recognised_by_what_it_holds_and_not_by_its_name(tmp_path):
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "labels").write_text('{"openlabel": {}}')
    assert not openlabel.recognises(tmp_path / "folder.json")
    assert openlabel.recognises(tmp_path / "labels")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"relations": (Relation(id="r", predicate="tows", subject_id="1", object_id="9"),)}, "object '9'"),
        ({"tracks": (replace(make_track(), sigmas=np.full((5, 7), np.inf)),)}, "sigma must be finite"),
        ({"tracks": (make_track(attributes={"list": [1]}),)}, "attribute 'list'"),
        ({"drive_name": "\ud800"}, "JSON cannot"),
        ({"tags": (Tag(name="t", value=1, timestamp_ns=1 << 64),)}, "beyond int64"),
    ],
    ids=[
        "relation to nobody",
        "infinite sigma",
        "list attribute",
        "half a character",
        "instant beyond int64",
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_written(tmp_path, broken, message):
    labels = replace(make_labels(), **broken)
    with pytest.raises(ArgumentError, match=message):
        openlabel.write(labels, tmp_path / "labels.json", None)
    assert list(tmp_path.iterdir()) == []


def test_an_image_box_that_ends_before_it_starts_is_refused(tmp_path):
    backwards = ImageTrack(
        id="1",
        camera="CAM",
        category="car",
        timestamps_ns=np.array([START_NS]),
        boxes=np.array([[10.0, 0, 5, 9]]),
        sources=np.zeros(1, np.uint8),
    )
    with pytest.raises(ArgumentError, match="box 0 ends before it starts"):
        openlabel.write(make_labels(image_tracks=(backwards,)), tmp_path / "labels.json", None)


@pytest.mark.parametrize("name", ["world", "ego"])
def test_a_camera_named_as_a_frame_is_refused(tmp_path, name):
    confusing = ImageTrack(
        id="1",
        camera=name,
        category="car",
        timestamps_ns=np.zeros(0, np.int64),
        boxes=np.zeros((0, 4)),
        sources=np.zeros(0, np.uint8),
    )
    with pytest.raises(ArgumentError, match=name):
        openlabel.write(make_labels(image_tracks=(confusing,)), tmp_path / "labels.json", None)
