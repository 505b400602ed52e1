"""Attributes beside each other and beside what their object does."""

import numpy as np
import pytest

from tests.builders import make_track
from tests.qa.checking.cases import N, driving, found, standing


def said(track, **columns):
    return track(box_attributes={name: (value,) * N for name, value in columns["columns"].items()})


WRONG = {
    "said_to_stand: parked": (driving, {"vehicle.parked": True}),
    "said_to_stand: as a value": (driving, {"state": "Parked"}),
    "said_to_move: stands": (standing, {"vehicle.moving": True}),
    "attribute_clash: both at once": (standing, {"vehicle.moving": True, "vehicle.parked": True}),
    "attribute_clash: of another kind": (driving, {"pedestrian.standing": True}),
}
RULES = ["said_to_stand", "said_to_move", "attribute_clash"]


@pytest.mark.parametrize("name", WRONG)
def test_its_rule_finds_a_contradiction(name):
    track, columns = WRONG[name]
    findings = found(said(track, columns=columns), rules=[name.partition(":")[0]])
    assert [(one.object, one.frame < N) for one in findings] == [("1", True)]


GOOD = {
    "moving": (driving, {"vehicle.moving": True}),
    "parked": (standing, {"vehicle.parked": True}),
    "not said": (driving, {"vehicle.parked": False}),
    "unknown": (driving, {"vehicle.parked": None}),
    "no word": (driving, {"state": float("nan")}),
    "of all kinds": (driving, {"visibility": "v40-60"}),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_fits_is_left_alone(name):
    track, columns = GOOD[name]
    assert not found(said(track, columns=columns), rules=RULES)


def test_only_the_boxes_that_say_so_are_named():
    parked = tuple(20 <= i < 30 for i in range(N))
    (finding,) = found(driving(box_attributes={"vehicle.parked": parked}), rules=RULES)
    assert 20 <= finding.frame < 30
    assert "in 10 boxes" in finding.message
    assert finding.value == pytest.approx(8.0, abs=0.01)


def test_an_attribute_of_the_whole_object_counts():
    (finding,) = found(driving(attributes={"state": "parked"}), rules=RULES)
    assert "in all its boxes" in finding.message


def test_the_noise_of_boxes_is_no_motion():
    rng = np.random.default_rng(1)
    track = standing(box_attributes={"vehicle.parked": (True,) * N})
    centers = np.array(track.cuboids.centers) + rng.normal(0, 0.3, (N, 3)) * [1, 1, 0]
    shaky = make_track(n=N, centers=centers, yaws=np.zeros(N), box_attributes=track.box_attributes)
    assert not found(shaky, rules=RULES)
