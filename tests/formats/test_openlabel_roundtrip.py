"""What goes into an OpenLABEL file comes back, to the last bit."""

import json
import tempfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.openlabel import labels as openlabel
from sensorann.formats.openlabel.values import keys_of
from sensorann.formats.openlabel.write import document
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_quaternions
from sensorann.scene import (
    Category,
    Event,
    ImageTrack,
    Labels,
    Motion,
    Ontology,
    Relation,
    Source,
    Tag,
    Track,
    default_ontology,
)
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track

GOLDEN = Path(__file__).parent / "golden"


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


def round_trip(labels, drive=None):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.json"
        openlabel.write(labels, path, drive)
        return openlabel.read(path, drive)


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


@settings(max_examples=150)
@given(labels=labels_of_any_kind())
def test_everything_comes_back_to_the_last_bit(labels):
    assert content(round_trip(labels)) == content(labels)


@given(labels=labels_of_any_kind())
def test_a_second_writing_gives_the_same_file(labels):
    assert json.dumps(document(labels, None)) == json.dumps(document(round_trip(labels), None))


def test_a_project_ontology_comes_back():
    ontology = Ontology(
        (
            Category(name="scooter", motion=Motion.TWO_WHEELER, size=(1.1, 0.5, 1.2), aliases={"kitti": ("Misc",)}),
            Category(name="kerb", motion=Motion.STATIC, size=(4, 0.2, 0.15), spread=(0.5, 0.3, 0.2), share=3.0),
        )
    )
    labels = make_labels(make_track(category="Misc"), ontology=ontology)
    assert round_trip(labels).ontology["Misc"].motion == Motion.TWO_WHEELER
    assert round_trip(labels).ontology.categories == ontology.categories


@pytest.mark.parametrize("frame", ["world", "ego"])
def test_a_drive_changes_nothing_in_the_labels(frame):
    drive = MemoryDrive(trajectory=None) if frame == "ego" else MemoryDrive()
    labels = make_labels(make_track(frame=frame, source=Source.FITTED), frame=frame)
    assert content(round_trip(labels, drive)) == content(labels)


def test_frames_are_numbered_as_in_the_drive():
    drive = MemoryDrive()
    labels = make_labels(make_track(timestamps_ns=drive.timestamps_ns("LIDAR_TOP")[[3, 4, 9]]))
    written = document(labels, drive)["openlabel"]
    assert list(written["frames"]) == ["3", "4", "9"]
    assert written["frame_intervals"] == [{"frame_start": 3, "frame_end": 4}, {"frame_start": 9, "frame_end": 9}]
    assert written["objects"]["1"]["frame_intervals"] == written["frame_intervals"]


def test_frames_count_from_zero_where_the_drive_lacks_an_instant():
    written = document(make_labels(make_track(timestamps_ns=[START_NS, START_NS + 5])), MemoryDrive())
    assert list(written["openlabel"]["frames"]) == ["0", "1"]


def test_a_number_stays_the_key_of_its_object():
    assert keys_of(["17", "-1"]) == ["17", "-1"]


@given(names=st.lists(ids, max_size=5))
def test_keys_differ_and_follow_from_the_ids(names):
    assert len(set(keys_of(names))) == len(names)
    assert keys_of(names) == keys_of(names)


def test_an_edit_of_val_by_another_program_wins_over_the_exact_numbers(tmp_path):
    labels = make_labels(make_track(n=1, yaws=[0.7]))
    path = tmp_path / "labels.json"
    openlabel.write(labels, path, None)
    written = json.loads(path.read_text())
    (cuboid,) = written["openlabel"]["frames"]["0"]["objects"]["1"]["object_data"]["cuboid"]
    cuboid["rotation"] = labels.tracks[0].cuboids.rotations[0].ravel().tolist()
    cuboid["val"][3:7] = [0.0, 0.0, 0.0, 1.0]
    path.write_text(json.dumps(written))
    assert openlabel.read(path, None).tracks[0].cuboids.yaws[0] == 0


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"relations": (Relation(id="r", predicate="tows", subject_id="1", object_id="9"),)}, "object '9'"),
        ({"tracks": (replace(make_track(), sigmas=np.full((5, 7), np.inf)),)}, "sigma must be finite"),
        ({"tracks": (make_track(attributes={"list": [1]}),)}, "attribute 'list'"),
        ({"drive_name": "\ud800"}, "JSON cannot"),
        ({"tags": (Tag(name="t", value=1, timestamp_ns=1 << 64),)}, "beyond int64"),
        (
            {"ontology": Ontology((replace(default_ontology()["car"], size=(np.inf, 1, 1)),))},
            "JSON cannot",
        ),
    ],
    ids=[
        "relation to nobody",
        "infinite sigma",
        "list attribute",
        "half a character",
        "instant beyond int64",
        "infinite size",
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


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("drive_at", "labels_at"),
    [
        ("kitti_tracking/training#0012", "kitti_tracking/training/label_02/0012.txt"),
        ("pandaset_nuscenes", "pandaset_nuscenes"),
    ],
    ids=["KITTI", "nuScenes"],
)
def test_recorded_labels_come_back_to_the_last_bit_and_are_valid(real_data, tmp_path, drive_at, labels_at):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((real_data / "formats/openlabel/openlabel_json_schema_asam_V1-0-0.json").read_text())
    drive = open_drive(f"{real_data}/{drive_at}")
    labels = read_labels(real_data / labels_at, drive=drive)
    path = tmp_path / "labels.json"
    write_labels(labels, path, drive=drive)
    assert content(read_labels(path)) == content(labels)
    assert content(read_labels(path, drive=drive)) == content(labels)
    jsonschema.Draft7Validator(schema).validate(json.loads(path.read_text()))


@pytest.mark.real_data
@settings(max_examples=20)
@given(labels=labels_of_any_kind())
def test_what_is_written_is_valid_against_the_official_schema(real_data, labels):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((real_data / "formats/openlabel/openlabel_json_schema_asam_V1-0-0.json").read_text())
    written = json.loads(json.dumps(document(labels, MemoryDrive())))
    jsonschema.Draft7Validator(schema).validate(written)


def golden_labels():
    """One of everything, with values that no rounding may touch."""
    times = START_NS + np.array([0, 1, 3]) * FRAME_NS
    car = replace(
        make_track(
            id="17",
            timestamps_ns=times,
            attributes={"colour": "rot", "length_m": 4.2, "parked": False, "doors": 5},
            box_attributes={"occluded": (0, None, 2), "speed": (float("nan"), 1.5, None)},
        ),
        cuboids=Cuboids(
            centers=np.array([[0.1, 1 / 3, -2.5], [1e-9, 5_429_000.456, 0], [2, 3, 4]]),
            sizes=np.tile([4.2, 1.8, 1.5], (3, 1)),
            # No sines and cosines: their last bit is the machine's.
            rotations=np.array([np.eye(3), [[0.28, -0.96, 0], [0.96, 0.28, 0], [0, 0, 1]], np.diag([-1.0, -1, 1])]),
            frame="world",
        ),
        sources=np.array([Source.HUMAN, Source.INTERPOLATED, Source.FITTED], np.uint8),
        sigmas=np.array([[np.nan] * 7, [0.1] * 7, [0.1, np.nan, 0.3, np.nan, np.nan, np.nan, 0.01]]),
    )
    shown = ImageTrack(
        id="17",
        camera="CAM_FRONT",
        category="Car",
        timestamps_ns=times[:2],
        boxes=np.array([[10.0, 20.0, 30.5, 40.25], [0.1, 0.2, 0.7, 0.9]]),
        sources=np.array([Source.DETECTED, Source.IMPORTED], np.uint8),
    )
    return make_labels(
        car,
        make_track(id="a pedestrian", category="pedestrian", n=1, yaws=[0]),
        drive_name="drive 7",
        image_tracks=(shown,),
        ontology=Ontology(tuple(_of_that_time(default_ontology()[name]) for name in ("car", "pedestrian"))),
        events=(Event(id="e", category="lane_change", start_ns=START_NS, end_ns=START_NS + 2 * FRAME_NS),),
        relations=(Relation(id="1", predicate="waitsFor", subject_id="17", object_id="a pedestrian"),),
        tags=(Tag(name="weather", value="rain", timestamp_ns=START_NS), Tag(name="lanes", value=3)),
    )


def _of_that_time(category):
    """A category with the aliases that it had when the golden file was written."""
    return replace(category, aliases={name: category.aliases[name] for name in ("kitti", "nuscenes")})


def test_a_file_of_the_first_format_version_reads_as_ever():
    assert content(openlabel.read(GOLDEN / "openlabel_1.json", None)) == content(golden_labels())


def test_the_file_format_has_not_changed_unnoticed(tmp_path):
    openlabel.write(golden_labels(), tmp_path / "labels.json", None)
    assert (tmp_path / "labels.json").read_text() == (GOLDEN / "openlabel_1.json").read_text()
