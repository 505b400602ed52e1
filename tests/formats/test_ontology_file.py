"""A project's ontology as a file, and that its rules survive where labels are kept."""

import json
from dataclasses import replace

import pytest

import sensorann as sa
from sensorann.errors import FormatError, MissingDataError
from sensorann.formats.ontology_file import read_ontology
from sensorann.scene import Guideline, default_ontology
from tests.builders import make_labels

TRACTOR = {"name": "tractor", "motion": "vehicle", "size": [4.5, 2.2, 2.8], "rules": {"max_speed_m_s": 17}}


def written(folder, *categories):
    path = folder / "ontology.json"
    path.write_text(json.dumps({"categories": categories}))
    return path


def test_known_categories_get_rules_and_new_ones_are_added(tmp_path):
    rules = {"min_points": 5, "attributes": {"state": ["parked"]}}
    found = read_ontology(written(tmp_path, {"name": "Car", "rules": rules}, TRACTOR), default_ontology())
    assert found["car"].guideline == Guideline(min_points=5, attributes={"state": ("parked",)})
    assert found["car"].size == default_ontology()["car"].size
    assert (found["tractor"].size, found["tractor"].guideline.max_speed_m_s) == ((4.5, 2.2, 2.8), 17)
    assert not found["van"].guideline


WRONG = {
    "unknown rule": ([{"name": "car", "rules": {"min_point": 5}}], r"categories\[0\].rules.*no rule 'min_point'"),
    "contradiction": (
        [{"name": "car", "rules": {"min_range_m": 9, "max_range_m": 3}}],
        "contradictory limits: min_range_m is 9, above max_range_m, which is 3",
    ),
    "contradiction in a new one": ([{**TRACTOR, "rules": {"min_points": -1}}], "min_points must be 0 or more"),
    "unknown category": ([{"name": "hovercraft"}], "unknown category 'hovercraft'"),
    "twice": ([{"name": "car"}, {"name": "Car"}], "car twice"),
    "no name": ([{}], "a member 'name'"),
    "an alias of another": ([{**TRACTOR, "aliases": {"kitti": ["Car"]}}], "'Car' stands for both"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files_are_named(tmp_path, name):
    categories, message = WRONG[name]
    with pytest.raises(FormatError, match=message):
        read_ontology(written(tmp_path, *categories), default_ontology())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingDataError, match=r"none\.json"):
        read_ontology(tmp_path / "none.json", default_ontology())


def test_rules_survive_openlabel_and_the_store(tmp_path):
    rules = {"min_points": 5, "max_size_m": [6, 2.5, 3], "required": ["state"]}
    labels = make_labels()
    labels = replace(
        labels, ontology=read_ontology(written(tmp_path, {"name": "car", "rules": rules}), labels.ontology)
    )
    sa.write_labels(labels, tmp_path / "labels.json")
    assert sa.read_labels(tmp_path / "labels.json").ontology["car"].guideline == labels.ontology["car"].guideline
    with sa.open_store(tmp_path / "labels.db", actor="anna", create=True) as store:
        store.import_labels(labels)
        kept = store.load("drive").labels
    assert kept.ontology["car"].guideline == labels.ontology["car"].guideline
