"""What goes into an OpenLABEL file comes back, to the last bit."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.openlabel import labels as openlabel
from sensorann.formats.openlabel.values import keys_of
from sensorann.formats.openlabel.write import document
from sensorann.scene import (
    Category,
    Motion,
    Ontology,
    Source,
)
from tests.builders import START_NS, MemoryDrive, make_labels, make_track
from tests.formats.openlabel_labels import content, ids, labels_of_any_kind


def round_trip(labels, drive=None):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.json"
        openlabel.write(labels, path, drive)
        return openlabel.read(path, drive)


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
