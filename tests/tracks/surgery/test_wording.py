"""What an object is called, and what is said of it."""

import pytest

from sensorann.errors import ArgumentError
from sensorann.tracks.surgery import clear_attribute, set_category
from tests.builders import make_track
from tests.tracks.surgery.drives import instant, make_scene


def test_an_object_gets_the_name_that_the_ontology_knows():
    scene = make_scene(make_track(category="Car"))
    renamed = set_category(scene, "1", "Pedestrian")
    assert renamed.track("1").category == "pedestrian"
    assert renamed.track("bystander") is scene.track("bystander")


def test_an_unknown_name_is_refused():
    with pytest.raises(ArgumentError, match="unknown category 'Hovercraft'"):
        set_category(make_scene(make_track()), "1", "Hovercraft")


SAID_OF_BOXES = {"box_attributes": {"state": ("parked",) * 5, "color": ("red",) * 5}}
SAID_OF_THE_WHOLE = {"attributes": {"state": "parked", "color": "red"}}


@pytest.mark.parametrize("said", [SAID_OF_BOXES, SAID_OF_THE_WHOLE], ids=["of boxes", "of the whole"])
def test_what_is_said_of_some_boxes_is_taken_away_and_stays_in_the_others(said):
    track = make_track(**said)
    cleared = clear_attribute(make_scene(track), "1", "state", span=(instant(1), instant(2))).track("1")
    assert cleared.box_attributes["state"] == ("parked", None, None, "parked", "parked")
    assert "state" not in cleared.attributes
    assert {**cleared.attributes, **cleared.box_attributes}["color"] in ("red", ("red",) * 5)


@pytest.mark.parametrize("said", [SAID_OF_BOXES, SAID_OF_THE_WHOLE], ids=["of boxes", "of the whole"])
def test_what_is_said_of_no_box_any_more_is_gone(said):
    cleared = clear_attribute(make_scene(make_track(**said)), "1", "state").track("1")
    assert "state" not in {**cleared.attributes, **cleared.box_attributes}


def test_what_nobody_said_cannot_be_taken_away():
    with pytest.raises(ArgumentError, match="track 1 has no attribute 'state'"):
        clear_attribute(make_scene(make_track()), "1", "state")


def test_what_is_said_of_the_whole_stays_where_some_boxes_say_something_else():
    track = make_track(attributes={"state": "parked"}, box_attributes={"state": (None, "moving", None, None, None)})
    cleared = clear_attribute(make_scene(track), "1", "state", span=(instant(1), instant(2))).track("1")
    assert cleared.box_attributes["state"] == ("parked", None, None, "parked", "parked")
