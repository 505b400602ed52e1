"""What a guideline may ask for, and what it may not."""

import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Guideline, guideline_from
from sensorann.scene.guideline import guideline_document

FULL = {
    "min_points": 5,
    "min_range_m": 2.0,
    "max_range_m": 80.0,
    "max_speed_m_s": 40.0,
    "min_size_m": [2.0, 1.0, 1.0],
    "max_size_m": [7.0, 2.6, 3.0],
    "attributes": {"state": ["parked", "moving"], "trailer": [True, False]},
    "required": ["state"],
}


@pytest.mark.parametrize("said", [{}, FULL, {"min_points": 0}], ids=["nothing", "everything", "zero"])
def test_what_is_written_is_read(said):
    assert guideline_document(guideline_from(said)) == said


def test_a_guideline_that_asks_for_nothing_is_none():
    assert not Guideline()
    assert Guideline(min_points=0)


WRONG = {
    "unknown rule": ({"min_point": 5}, "no rule 'min_point', there are: min_points, min_range_m"),
    "text for a number": ({"min_points": "5"}, "min_points must be a whole number, got '5'"),
    "yes for a number": ({"max_range_m": True}, "max_range_m must be a number, got True"),
    "two edges": ({"min_size_m": [1, 2]}, "min_size_m must be three numbers"),
    "negative": ({"max_range_m": -1}, "max_range_m must be 0 or more, got -1"),
    "infinite": ({"max_range_m": float("inf")}, "max_range_m must be 0 or more, got inf"),
    "ranges that contradict": (
        {"min_range_m": 80, "max_range_m": 20},
        "contradictory limits: min_range_m is 80, above max_range_m, which is 20",
    ),
    "sizes that contradict": (
        {"min_size_m": [1, 3, 1], "max_size_m": [5, 2, 2]},
        r"contradictory limits: min_size_m \(width\) is 3, above max_size_m \(width\), which is 2",
    ),
    "no value at all": ({"attributes": {"state": []}}, "'state' may have none of 0 values"),
    "required and not allowed": (
        {"attributes": {"state": ["parked"]}, "required": ["lane"]},
        "'lane' is required, and is not among those",
    ),
    "no list": ({"attributes": {"state": "parked"}}, "attributes must be names with lists of values"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rules_are_named(name):
    said, message = WRONG[name]
    with pytest.raises(ArgumentError, match=message):
        guideline_from(said)
