"""What a manifest says of the labels themselves: whom they show, what was repaired, what changed since a release."""

import pytest

from sensorann.scene import Labels
from sensorann.store import Note
from sensorann.store.release import release_manifest
from sensorann.store.reviewing import comment
from sensorann.store.signing import sign_off
from tests.builders import make_labels, make_track
from tests.store.edits import full_labels, moved


@pytest.fixture
def store(labels_db):
    labels_db.import_labels(full_labels())
    return labels_db


def repair(store, *, rule: str, by: int) -> None:
    seen = store.track("drive", "7")
    store.edit(seen, moved(seen.track, 0, by=(float(by), 0.0, 0.0)), note=Note(kind="repair", machine={"rule": rule}))


def test_objects_and_boxes_are_counted_by_category(labels_db):
    labels_db.import_labels(
        make_labels(
            make_track(id="1", n=4, attributes={"color": "red"}),
            make_track(id="2", n=6, box_attributes={"occluded": (True,) * 6, "color": ("red",) * 6}),
            make_track(id="3", n=2, category="Pedestrian"),
        )
    )
    manifest = release_manifest(labels_db, "drive")
    shown = manifest["representation"]
    assert (shown["objects"], shown["boxes"]) == ({"Car": 2, "Pedestrian": 1}, {"Car": 10, "Pedestrian": 2})
    assert (shown["attributes"], shown["instants"]) == ({"color": 2, "occluded": 1}, 6)
    assert manifest["quality"]["balance"] == {"Car": 0.8333, "Pedestrian": 0.1667}


def test_an_empty_drive_shows_nobody(labels_db):
    labels_db.import_labels(Labels(drive_name="drive", frame="world", tracks=()))
    manifest = release_manifest(labels_db, "drive")
    assert (manifest["representation"]["instants"], manifest["representation"]["first_ns"]) == (0, None)
    assert manifest["quality"]["balance"] is None


def test_repairs_are_counted_by_rule_unless_they_were_taken_back(store):
    repair(store, rule="heading_flip", by=1)
    repair(store, rule="size_change", by=2)
    assert release_manifest(store, "drive")["qa"]["repaired_by_rule"] == {"heading_flip": 1, "size_change": 1}
    store.undo("drive")
    assert release_manifest(store, "drive")["qa"] == {"repaired_by_rule": {"heading_flip": 1}, "repaired_by": ["anna"]}
    store.redo("drive")
    assert release_manifest(store, "drive")["qa"]["repaired_by_rule"] == {"heading_flip": 1, "size_change": 1}


def test_what_changed_since_somebody_stood_for_other_files(store):
    assert release_manifest(store, "drive")["changes"] == {
        "since_event": None,
        "events_by_kind": {"import": 1},
        "objects_touched": 3,
    }
    sign_off(store, "drive", "00" * 32, text="the first release")
    comment(store, "drive", "7", "hm")
    repair(store, rule="heading_flip", by=1)
    told = release_manifest(store, "drive")["changes"]
    assert told == {"since_event": 2, "events_by_kind": {"repair": 1}, "objects_touched": 1}


def test_quality_is_sorted_by_characteristic_and_what_nobody_measured_is_none(store):
    comment(store, "drive", "7", "hm")
    measures = release_manifest(store, "drive")["quality"]
    assert measures["accuracy"] is None
    assert measures["completeness"]["open_comments"] == 1
    assert measures["currentness"]["last_event_utc"].endswith("+00:00")
    assert measures["representativeness"] is measures["diversity"] is None
