"""Boxes that a guideline does not allow."""

from dataclasses import replace

import pytest

from sensorann.qa import Finding, check
from sensorann.scene import Guideline, Ontology, Track, default_ontology
from tests.builders import make_labels
from tests.qa.checking.cases import N, drive, driving
from tests.qa.checking.test_points import CAR, OTHER, box
from tests.qa.checking.test_points import drive as points_drive


def ontology(**rules) -> Ontology:
    categories = default_ontology().categories
    return Ontology(
        tuple(replace(one, guideline=Guideline(**rules)) if one.name == "car" else one for one in categories)
    )


def found(track: Track, **rules) -> list[Finding]:
    names = [f"guideline_{name}" for name in ("range", "size", "speed", "attribute", "points")]
    return check(make_labels(track, ontology=ontology(**rules)), drive(), rules=names)


def said(**columns) -> Track:
    return driving(box_attributes={name: (value,) * N for name, value in columns.items()})


WRONG = {
    "guideline_range: too far": (driving(), {"max_range_m": 20}),
    "guideline_range: too near": (driving(), {"min_range_m": 20}),
    "guideline_size: too long": (driving(), {"max_size_m": (4.0, 3.0, 3.0)}),
    "guideline_size: too low": (driving(), {"min_size_m": (1.0, 1.0, 2.0)}),
    "guideline_speed: too fast": (driving(), {"max_speed_m_s": 5}),
    "guideline_attribute: another value": (said(state="flying"), {"attributes": {"state": ("parked", "moving")}}),
    "guideline_attribute: not a number": (said(n_doors=float("nan")), {"attributes": {"n_doors": (3, 5)}}),
    "guideline_attribute: yes is not one": (said(n_doors=True), {"attributes": {"n_doors": (1, 5)}}),
    "guideline_attribute: missing": (driving(), {"required": ("state",)}),
}


@pytest.mark.parametrize("name", WRONG)
def test_its_rule_finds_what_is_not_allowed(name):
    track, rules = WRONG[name]
    (finding,) = found(track, **rules)
    assert finding.rule == name.partition(":")[0]
    assert "the guideline" in finding.message


GOOD = {
    "nothing asked for": (driving(), {}),
    "within the limits": (driving(), {"max_range_m": 200, "max_speed_m_s": 9, "max_size_m": (5, 3, 3)}),
    "an allowed value": (said(state="parked"), {"attributes": {"state": ("parked",)}, "required": ("state",)}),
    "another attribute": (said(colour="red"), {"attributes": {"state": ("parked",)}}),
    "no value": (said(state=None), {"attributes": {"state": ("parked",)}}),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_allowed_is_left_alone(name):
    track, rules = GOOD[name]
    assert not found(track, **rules)


def test_the_boxes_beyond_a_limit_are_named():
    (finding,) = found(driving(), max_range_m=20)
    assert finding.value > finding.limit == 20
    assert finding.frame == N - 1


def test_points_are_counted():
    labels = make_labels(box(CAR), box(OTHER, id="2"), ontology=ontology(min_points=10_000))
    told = check(labels, points_drive(CAR, OTHER), rules=["guideline_points"])
    assert {one.object for one in told} == {"1", "2"}
    assert all(0 < one.value < one.limit == 10_000 for one in told)
