"""Repairs: written down and read again, each sets right what its rule told of."""

import json
from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa import RULES, check, repaired
from sensorann.qa.checking import finding_document, read_suggestions, suggestion_of
from sensorann.qa.checking.evidence import gather
from sensorann.qa.checking.putting_back import back_on_path
from sensorann.qa.checking.suggestions import NOTHING, SUGGESTIONS
from sensorann.scene import Source, sources_of
from tests.builders import make_labels
from tests.qa.checking.cases import N, drive, driving, edited, found, houses, labels_of, standing, without
from tests.qa.checking.test_guidelines import ontology, said
from tests.qa.checking.test_points import CAR, OTHER, RIGHT, Thing, box
from tests.qa.checking.test_points import N as N_SEEN
from tests.qa.checking.test_points import drive as points_drive
from tests.qa.checking.test_rules import crossed

ALL = np.arange(N)


def hump() -> np.ndarray:
    """Ways of boxes that hurry ahead and come back."""
    return 1.2 * np.sin(np.pi * np.arange(1, 11) / 11)[:, None] ** 2 * [1.0, 0.0, 0.0]


OF_LABELS = {
    "heading_flip: backwards": lambda: labels_of(edited(driving(), np.arange(5, 15), turn=np.pi)),
    "heading_flip: a quarter to the left": lambda: labels_of(edited(driving(), [20, 21], turn=np.pi / 2)),
    "heading_flip: a quarter to the right": lambda: labels_of(edited(driving(), [20, 21], turn=-np.pi / 2)),
    "heading_jitter: askew": lambda: labels_of(edited(driving(), [20], turn=0.3)),
    "identity_switch: exchanged": lambda: labels_of(*crossed()),
    "size_change: grown": lambda: labels_of(edited(driving(), [20], grow=1.2)),
    "duplicate: twice": lambda: labels_of(driving(), edited(driving(id="2"), ALL, shift=(0.2, 0.1, 0))),
    "off_path: five in a row": lambda: labels_of(edited(driving(), np.arange(18, 23), shift=(0, 0.6, 0))),
    "off_height: up": lambda: labels_of(edited(driving(), [20], shift=(0, 0, 0.5))),
    "time_mismatch: ahead": lambda: labels_of(edited(driving(speed=10.0), [20], shift=(0.9, 0, 0))),
    "side_slip: askew": lambda: labels_of(edited(driving(), ALL, turn=0.35)),
    "jerk: ahead and back": lambda: labels_of(edited(driving(), np.arange(15, 25), shift=hump())),
    "gap: six boxes": lambda: labels_of(without(driving(), np.arange(17, 23)), *houses()),
    "fragment: five boxes lost": lambda: labels_of(
        without(driving(), np.arange(18, N)), replace(without(driving(), np.arange(23)), id="2"), *houses()
    ),
    "attribute_clash: stands and moves": lambda: labels_of(
        driving(box_attributes={"vehicle.parked": (True,) * N, "vehicle.moving": (True,) * N})
    ),
    "guideline_attribute: as the others": lambda: make_labels(
        driving(box_attributes={"state": (*("moving",) * 20, "flying", *("moving",) * 19)}),
        ontology=ontology(attributes={"state": ("moving",)}),
    ),
    "off_path: aside": lambda: labels_of(edited(driving(), [20], shift=(0, 0.6, 0))),
    "wrong_class: a car called a person": lambda: labels_of(driving(speed=2.0, category="Pedestrian")),
    "said_to_stand: parked": lambda: labels_of(driving(box_attributes={"vehicle.parked": (True,) * N})),
    "said_to_stand: of the whole": lambda: labels_of(driving(attributes={"state": "parked"})),
    "said_to_move: stands": lambda: labels_of(standing(box_attributes={"vehicle.moving": (True,) * N})),
    "attribute_clash: of a person": lambda: labels_of(said(**{"pedestrian.standing": True})),
    "guideline_range: too far": lambda: make_labels(driving(), ontology=ontology(max_range_m=20)),
    "guideline_attribute: unknown value": lambda: make_labels(
        said(state="flying"), ontology=ontology(attributes={"state": ("parked",)})
    ),
}
EVERY = np.arange(N_SEEN)
OF_POINTS = {
    "cut_object: aside": lambda: edited(box(CAR), EVERY, shift=(0.5, 0, 0)),
    "cut_object: too short": lambda: edited(box(CAR), EVERY, grow=[0.8, 1.0, 1.0]),
    "loose_face: aside": lambda: edited(box(CAR), EVERY, shift=(-0.5, 0, 0)),
    "loose_face: too long": lambda: edited(box(CAR), EVERY, grow=[1.3, 1.0, 1.0]),
    "off_ground: hovers": lambda: edited(box(CAR), EVERY, shift=(0, 0, 0.5)),
    "off_ground: sunk": lambda: edited(box(CAR), EVERY, shift=(0, 0, -0.5)),
    "heading_edges: to the left": lambda: edited(box(CAR), EVERY, turn=np.radians(15)),
    "heading_edges: to the right": lambda: edited(box(CAR), EVERY, turn=np.radians(-15)),
    "out_of_view: behind": lambda: box(Thing(-20.0, 3.0)),
    "spurious: nothing there": lambda: box(Thing(25.0, 1.0)),
}
CASES = [(name, make(), drive()) for name, make in OF_LABELS.items()] + [
    (name, make_labels(make(), box(OTHER, id="2"), box(RIGHT, id="3")), points_drive(CAR, OTHER, RIGHT))
    for name, make in OF_POINTS.items()
]


@pytest.mark.parametrize(("name", "labels", "recording"), CASES, ids=[name for name, _, _ in CASES])
def test_a_repaired_finding_is_gone(name, labels, recording, tmp_path):
    rule = name.partition(":")[0]
    finding = check(labels, recording, rules=[rule])[0]
    path = tmp_path / "findings.json"
    path.write_text(json.dumps([finding_document(finding, labels)], allow_nan=False))
    (suggestion,) = read_suggestions(path)
    mended = repaired(labels, suggestion.finding, recording)
    assert not [one for one in check(mended, recording, rules=[rule]) if one.object == finding.object]


def test_what_hovers_is_put_on_the_ground_and_stays_in_place():
    hovering = make_labels(edited(box(CAR), EVERY, shift=(0, 0, 0.5)))
    (finding,) = check(hovering, points_drive(CAR, OTHER, RIGHT), rules=["off_ground"])
    boxes = repaired(hovering, finding).track("1").cuboids
    np.testing.assert_allclose(boxes.centers, box(CAR).cuboids.centers, atol=0.1)


@pytest.mark.parametrize("name", ["cut_object: aside", "cut_object: too short", "loose_face: aside"])
def test_faces_are_moved_where_the_object_is(name):
    off = make_labels(OF_POINTS[name]())
    (finding,) = check(off, points_drive(CAR, OTHER, RIGHT), rules=[name.partition(":")[0]])
    boxes = repaired(off, finding).track("1").cuboids
    np.testing.assert_allclose(boxes.centers, box(CAR).cuboids.centers, atol=0.12)
    np.testing.assert_allclose(boxes.sizes, box(CAR).cuboids.sizes, atol=0.2)


@pytest.mark.parametrize("rows", [[20], np.arange(18, 23)], ids=["one box", "five boxes"])
def test_boxes_off_their_path_are_put_back(rows):
    (finding,) = found(edited(driving(), rows, shift=(0, 0.6, 0)), rules=["off_path"])
    mended = repaired(labels_of(edited(driving(), rows, shift=(0, 0.6, 0))), finding).track("1")
    np.testing.assert_allclose(mended.cuboids.centers, driving().cuboids.centers, atol=0.05)


def test_the_last_box_of_a_track_may_be_right_and_stays():
    (finding,) = found(edited(driving(), [N - 1], shift=(0, 0.45, 0)), rules=["off_path"])
    assert not finding.repair


def test_computed_boxes_lie_between_the_others_and_say_who_made_them():
    labels = labels_of(without(driving(), np.arange(17, 23)), *houses())
    (finding,) = [one for one in check(labels, drive(), rules=["gap"]) if one.object == "1"]
    mended = repaired(labels, finding).track("1")
    np.testing.assert_allclose(mended.cuboids.centers, driving().cuboids.centers, atol=0.05)
    assert (mended.sources == Source.INTERPOLATED).tolist() == [17 <= row < 23 for row in range(N)]


def test_a_path_that_goes_on_elsewhere_is_not_smoothed():
    hurrying = np.cumsum(1.2 * np.clip(0.5 - 0.1 * np.abs(ALL - 20), 0.0, None))
    (finding,) = found(edited(driving(), ALL, shift=hurrying[:, None] * [1.0, 0.0, 0.0]), rules=["jerk"])
    assert not finding.repair


def test_a_size_that_nothing_has_names_no_category():
    (finding,) = found(edited(driving(), ALL, grow=8.0), rules=["wrong_class"])
    assert not finding.repair


def test_every_rule_says_what_it_suggests_or_why_it_suggests_nothing():
    told = {rule.id: suggestion_of(rule.id) for rule in RULES}
    assert set(SUGGESTIONS) == set(told)
    assert {name for name, text in told.items() if text.startswith(NOTHING)} == {
        "guideline_size",
        "guideline_speed",
        "interpenetration",
        "radar_speed",
    }


def test_what_has_no_repair_says_why():
    (finding,) = found(standing(), standing(id="2", x=21.4), rules=["interpenetration"])
    with pytest.raises(ArgumentError, match="interpenetration of 2 knows no repair; the rule suggests nothing: which"):
        repaired(labels_of(driving()), finding)


@pytest.mark.parametrize("name", ["fragment: five boxes lost", "attribute_clash: stands and moves"])
def test_what_a_repair_leaves_is_what_was_meant(name):
    labels = OF_LABELS[name]()
    mended = repaired(labels, check(labels, drive(), rules=[name.partition(":")[0]])[0]).track("1")
    assert len(mended) == N
    assert set(mended.box_attributes) <= {"vehicle.moving"}


def test_where_the_other_boxes_disagree_a_wrong_word_is_taken_away():
    words = (*("moving",) * 20, "flying", *("parked",) * 19)
    labels = make_labels(
        driving(box_attributes={"state": words}), ontology=ontology(attributes={"state": ("moving", "parked")})
    )
    (finding,) = check(labels, drive(), rules=["guideline_attribute"])
    assert repaired(labels, finding).track("1").box_attributes["state"][20] is None


def of_path(track):
    (path,) = gather(labels_of(track), drive(), with_points=False).paths
    return path


def test_a_box_beside_a_step_that_stays_is_not_put_between():
    stepped = edited(driving(), np.arange(20, N), shift=(0, 0.5, 0))
    assert not back_on_path(of_path(stepped), np.array([20]))


def test_neighbours_that_do_not_agree_put_nothing_back():
    swaying = edited(driving(), ALL, shift=np.column_stack([0 * ALL, 0.3 * (-1.0) ** ALL, 0 * ALL]))
    aside = edited(swaying, [20], shift=(0, 0.3, 0))
    assert not back_on_path(of_path(aside), np.array([20]))
    assert back_on_path(of_path(edited(driving(), [20], shift=(0, 0.6, 0))), np.array([20]))


def test_of_two_tracks_of_one_object_the_one_that_a_person_placed_stays():
    by_hand = driving()[:10]
    by_hand = replace(by_hand, sources=sources_of(10, Source.HUMAN))
    computed = replace(driving(id="2"), sources=sources_of(N, Source.DETECTED))
    (finding,) = found(by_hand, computed, rules=["duplicate"])
    mended = repaired(labels_of(by_hand, computed), finding)
    assert mended.track("1") is by_hand
    np.testing.assert_array_equal(mended.track("2").timestamps_ns, driving().timestamps_ns[10:])
