"""Repairs: written down and read again, each sets right what its rule told of."""

import json

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa import check, repaired
from sensorann.qa.checking import finding_document, read_suggestions
from tests.builders import make_labels
from tests.qa.checking.cases import N, drive, driving, edited, found, labels_of, standing
from tests.qa.checking.test_guidelines import ontology, said
from tests.qa.checking.test_points import CAR, OTHER, RIGHT, Thing, box
from tests.qa.checking.test_points import N as N_SEEN
from tests.qa.checking.test_points import drive as points_drive
from tests.qa.checking.test_rules import crossed

ALL = np.arange(N)
OF_LABELS = {
    "heading_flip: backwards": lambda: labels_of(edited(driving(), np.arange(5, 15), turn=np.pi)),
    "heading_flip: a quarter to the left": lambda: labels_of(edited(driving(), [20, 21], turn=np.pi / 2)),
    "heading_flip: a quarter to the right": lambda: labels_of(edited(driving(), [20, 21], turn=-np.pi / 2)),
    "heading_jitter: askew": lambda: labels_of(edited(driving(), [20], turn=0.3)),
    "identity_switch: exchanged": lambda: labels_of(*crossed()),
    "size_change: grown": lambda: labels_of(edited(driving(), [20], grow=1.2)),
    "duplicate: twice": lambda: labels_of(driving(), edited(driving(id="2"), ALL, shift=(0.2, 0.1, 0))),
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
    mended = repaired(labels, suggestion.finding)
    assert not [one for one in check(mended, recording, rules=[rule]) if one.object == finding.object]


def test_what_hovers_is_put_on_the_ground_and_stays_in_place():
    hovering = make_labels(edited(box(CAR), EVERY, shift=(0, 0, 0.5)))
    (finding,) = check(hovering, points_drive(CAR, OTHER, RIGHT), rules=["off_ground"])
    boxes = repaired(hovering, finding).track("1").cuboids
    np.testing.assert_allclose(boxes.centers, box(CAR).cuboids.centers, atol=0.1)


def test_what_has_no_repair_says_so():
    (finding,) = found(driving(speed=90.0), rules=["speed"])
    with pytest.raises(ArgumentError, match="speed of 1 knows no repair"):
        repaired(labels_of(driving()), finding)
