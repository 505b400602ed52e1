"""Samples, looks and decisions in the journal."""

import pytest

from sensorann.errors import StoreError
from sensorann.store import log, verify
from sensorann.store.release import release_manifest
from sensorann.store.roles import give_role
from sensorann.store.sampling import add_decision, add_sample, decisions, looks, record_look, samples
from tests.builders import make_labels
from tests.store.edits import moved

SAMPLE = {"items": [{"drive": "drive", "object": "1"}]}


@pytest.fixture(autouse=True)
def imported(anna):
    anna.import_labels(make_labels())


def look(store, *, errors=(), note=""):
    record_look(store, "lot", "drive", "1", errors=errors, fingerprint="f", note=note)


def test_a_sample_goes_its_way(anna, ben):
    add_sample(anna, "lot", SAMPLE)
    assert samples(ben) == {"lot": SAMPLE}
    look(ben, errors=("flip",), note="backwards")
    expected = {"errors": ["flip"], "reviewer": "ben", "fingerprint": "f", "note": "backwards"}
    assert looks(anna, "lot") == {("drive", "1"): expected}
    look(ben)
    assert looks(anna, "lot")["drive", "1"]["errors"] == []
    add_decision(anna, "lot", {"decision": "accept"})
    assert decisions(ben) == {"lot": {"decision": "accept"}}
    assert [event.kind for event in log(anna)][-4:] == ["sample", "look", "look", "decision"]
    assert verify(anna).faults == ()


def test_a_decision_stands(anna):
    add_sample(anna, "lot", SAMPLE)
    add_decision(anna, "lot", {"decision": "reject"})
    with pytest.raises(StoreError, match="decided already"):
        add_decision(anna, "lot", {"decision": "accept"})
    with pytest.raises(StoreError, match="draw another one"):
        look(anna)


def test_names_are_unique_and_known(anna):
    add_sample(anna, "lot", SAMPLE)
    with pytest.raises(StoreError, match="a name of its own"):
        add_sample(anna, "lot", SAMPLE)
    with pytest.raises(StoreError, match="there are: lot"):
        looks(anna, "other")


def test_nobody_looks_at_an_own_object(place, anna, ben):
    for person, role in (("anna", "lead"), ("ben", "reviewer"), ("carla", "annotator")):
        give_role(anna, person, role)
    seen = ben.track("drive", "1")
    ben.edit(seen, moved(seen.track, 0))
    add_sample(anna, "lot", SAMPLE)
    with pytest.raises(StoreError, match="ben worked on object 1: somebody else"):
        look(ben)
    with pytest.raises(StoreError, match="may not accept and reject"):
        look(place.open("carla"))
    look(anna)
    assert looks(anna, "lot")["drive", "1"]["reviewer"] == "anna"


def test_the_manifest_of_a_release_names_the_decisions_about_its_drive(anna):
    add_sample(anna, "lot", SAMPLE)
    add_sample(anna, "elsewhere", {"items": [{"drive": "other", "object": "1"}]})
    add_decision(anna, "lot", {"decision": "accept"})
    assert release_manifest(anna, "drive")["review"]["samples"] == {"lot": {"decision": "accept"}}
