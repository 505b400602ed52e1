"""Damaged OpenLABEL documents: every fault is refused with its place in the document."""

import json
import math

import numpy as np
import pytest

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats.openlabel import labels as openlabel
from sensorann.scene import Event, ImageTrack, Relation, Tag
from tests.builders import START_NS, make_labels, make_track

CUBOID = "frames.1.objects.17.object_data.cuboid.0"
BBOX = "frames.1.objects.17.object_data.bbox.0"
REMOVED = object()


@pytest.fixture
def document(tmp_path):
    """A document of ours with one of everything, as plain JSON."""
    times = START_NS + np.arange(3)
    labels = make_labels(
        make_track(id="17", timestamps_ns=times, box_attributes={"occluded": (1, 2, None)}),
        image_tracks=(
            ImageTrack(
                id="17",
                camera="CAM",
                category="car",
                timestamps_ns=times,
                boxes=np.tile([1.0, 2, 3, 4], (3, 1)),
                sources=np.zeros(3, np.uint8),
            ),
        ),
        events=(Event(id="1", category="stop", start_ns=START_NS, end_ns=START_NS + 1),),
        relations=(Relation(id="1", predicate="is", subject_id="17", object_id="17"),),
        tags=(Tag(name="weather", value="rain", timestamp_ns=START_NS), Tag(name="town", value=True)),
    )
    path = tmp_path / "whole.json"
    openlabel.write(labels, path, None)
    return json.loads(path.read_text())


def damaged(document, path, value):
    place = document["openlabel"]
    *above, last = path.split(".")
    for key in above:
        place = place[int(key) if isinstance(place, list) else key]
    last = int(last) if isinstance(place, list) else last
    if value is REMOVED:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "metadata.schema_version",
            "1.1.0",
            r"schema_version: expected OpenLABEL '1\.0\.0', found '1\.1\.0'",
        ),
        ("metadata", REMOVED, "openlabel: expected a member 'metadata'"),
        ("metadata.sensorann.format_version", 2, r"format_version: expected at most 1, .*upgrade sensorann, found 2"),
        ("metadata.sensorann.frame", "moon", r"sensorann\.frame: expected world or ego, found 'moon'"),
        (
            f"{CUBOID}.val",
            [1.0] * 7,
            r"openlabel\.frames\.1\.objects\.17\.object_data\.cuboid\[0\]\.val: ",
        ),
        (f"{CUBOID}.val", [1, 2, 3, 0, 0, 0, 1, 4, -2, 1], r"cuboid\[0\]\.val: expected a size .* above 0"),
        (f"{CUBOID}.val", [1, 2, 3, 0, 0, 0, 1, 4, 0, 1], r"cuboid\[0\]\.val: expected a size .* above 0"),
        (f"{CUBOID}.val", [1, 2, 3, 0, 0, 1, 1, 4, 2, 1], r"cuboid\[0\]\.val: expected a unit quaternion"),
        (f"{CUBOID}.val", [1, 2, "3", 0, 0, 0, 1, 4, 2, 1], r"cuboid\[0\]\.val\[2\]: expected a finite number"),
        (f"{CUBOID}.val", [1, 2, True, 0, 0, 0, 1, 4, 2, 1], r"cuboid\[0\]\.val\[2\]: expected a finite number"),
        (f"{CUBOID}.val", [1, 2, 10**400, 0, 0, 0, 1, 4, 2, 1], r"cuboid\[0\]\.val\[2\]: expected a finite number"),
        (f"{CUBOID}.val", REMOVED, r"cuboid\[0\]: expected a member 'val'"),
        (f"{CUBOID}.source", "nobody", r"cuboid\[0\]\.source: expected one of human, interpolated"),
        (f"{CUBOID}.sigma", {"depth": 1}, r"cuboid\[0\]\.sigma\.depth: expected a sigma of x, y, z"),
        (f"{CUBOID}.sigma", {"x": -0.5}, r"cuboid\[0\]\.sigma: expected finite numbers, 0 or more"),
        (f"{CUBOID}.sigma", {"x": "1"}, r"cuboid\[0\]\.sigma\.x: expected a finite number"),
        (f"{CUBOID}.rotation", [1.0] * 8, r"cuboid\[0\]\.rotation: expected 9 numbers"),
        (f"{CUBOID}.coordinate_system", "moon", r"cuboid\[0\]\.coordinate_system: expected one of the coordinate"),
        (f"{CUBOID}.attributes", [], r"cuboid\[0\]\.attributes: expected a JSON object"),
        (f"{CUBOID}.attributes.num.0.val", "2", r"attributes\.num\[0\]\.val: expected a finite number"),
        (f"{CUBOID}.attributes.boolean", [{"name": "b", "val": 1}], r"boolean\[0\]\.val: expected true or false"),
        (f"{CUBOID}.attributes.text", [{"name": "t", "val": 1}], r"text\[0\]\.val: expected a string"),
        (
            f"{CUBOID}.attributes.text",
            [{"name": "occluded", "val": ""}],
            r"text\[0\]: expected a name that occurs o",
        ),
        (f"{BBOX}.val", [1, 2, -3, 4], r"bbox\[0\]\.val: expected a width and a height of 0 or more"),
        (f"{BBOX}.val", [1, 2, 3], r"bbox\[0\]\.val: expected 4 numbers"),
        (f"{BBOX}.name", REMOVED, r"bbox\[0\]: expected a member 'name'"),
        ("frames.1.objects.99", {}, r"frames\.1\.objects\.99: expected a key of openlabel\.objects, found 99"),
        ("frames.1.actions.99", {}, r"frames\.1\.actions\.99: expected a key of openlabel\.actions"),
        ("frames.first", {}, r"frames\.first: expected a frame number as key"),
        ("frames.01", {}, r"frames\.01: expected a frame number as key"),
        (
            "frames.1.frame_properties.timestamp",
            str(START_NS - 9),
            r"expected a timestamp after that of frame 0",
        ),
        ("frames.1.frame_properties.timestamp", "9" * 20, r"timestamp: expected an instant that int64"),
        ("frames.1.frame_properties.timestamp", "1e400", r"timestamp: expected nanoseconds"),
        ("frames.1.frame_properties.timestamp", "2026-13-01 00:00:00", r"timestamp: expected a date"),
        ("objects.17.name", REMOVED, r"objects\.17: expected a member 'name'"),
        ("objects.17.type", 3, r"objects\.17\.type: expected a string, found 3"),
        ("objects", [], r"objects: expected a JSON object"),
        (
            "relations.1.rdf_objects.0.uid",
            "99",
            r"rdf_objects\[0\]\.uid: expected the key of an object",
        ),
        ("relations.1.rdf_objects.0.type", "engine", r"rdf_objects\[0\]\.uid: expected the key of an engine"),
        (
            "actions.1.frame_intervals",
            [{"frame_start": 1, "frame_end": 0}],
            r"frame_intervals\[0\]: expected frame_end",
        ),
        ("actions.1.frame_intervals", [{"frame_start": 0.5, "frame_end": 1}], r"frame_start: expected a whole number"),
        (
            "actions.1.frame_intervals",
            [{"frame_start": 0, "frame_end": 9}],
            r"frame 9 has no frame_properties\.",
        ),
        ("ontologies.0.categories.0.motion", "warp", r"categories\[0\]\.motion: expected one of vehicle"),
        (
            "ontologies.0.categories.0.size",
            [1, 1, 0],
            r"categories\[0\]: expected a category, found category car",
        ),
        (
            "ontologies.0.categories.0.name",
            "truck",
            r"ontologies\.0: expected categories whose names",
        ),
        ("coordinate_systems.ego.parent", "moon", r"ego\.parent: expected one of the coordinate systems"),
        ("coordinate_systems.ego.type", REMOVED, r"coordinate_systems\.ego: expected a member 'type'"),
    ],
)
def test_a_fault_is_refused_at_its_place(tmp_path, document, path, value, message):
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(damaged(document, path, value)))
    with pytest.raises(Exception, match=message) as caught:
        openlabel.read(file, None)
    assert type(caught.value).__module__ == "sensorann.errors"
    assert str(caught.value).startswith(f"{file}")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(tmp_path, document, number):
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(damaged(document, f"{CUBOID}.val.0", number)))
    with pytest.raises(FormatError, match="expected finite numbers") as caught:
        openlabel.read(file, None)
    assert caught.value.where.startswith("openlabel.frames.")
    assert caught.value.where.endswith("cuboid[0].val[0]")


def test_a_number_beyond_float64_is_refused(tmp_path, document):
    file = tmp_path / "labels.json"
    text = json.dumps(damaged(document, f"{CUBOID}.val.0", 12345.678))
    file.write_text(text.replace("12345.678", "1e999"))
    with pytest.raises(FormatError, match=r"cuboid\[0\]\.val\[0\]: expected a finite number, found inf"):
        openlabel.read(file, None)


def test_two_objects_of_one_id_are_refused(tmp_path, document):
    labels = make_labels(make_track(id="a"))
    file = tmp_path / "labels.json"
    openlabel.write(labels, file, None)
    written = json.loads(file.read_text())["openlabel"]
    (key,) = written["objects"]
    written["objects"] = {"a": {"name": "x", "type": "car"}, **written["objects"]}
    file.write_text(json.dumps({"openlabel": written}))
    with pytest.raises(FormatError, match=rf"objects\.{key}: expected objects with ids of their own"):
        openlabel.read(file, None)


@pytest.mark.parametrize("text", ["", "{", '{"labels": 1}', "[]", '{"openlabel": 3}'])
def test_what_is_no_document_is_refused(tmp_path, text):
    file = tmp_path / "labels.json"
    file.write_text(text)
    with pytest.raises(FormatError, match=r"labels\.json"):
        openlabel.read(file, None)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(MissingDataError, match=r"nothing\.json does not exist"):
        openlabel.read(tmp_path / "nothing.json", None)
