"""Each rule finds its own error in otherwise good labels, says where, and is silent on good labels."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import Cuboids
from sensorann.scene import Track
from sensorann.tracks import surgery
from tests.builders import make_track
from tests.qa.checking.cases import driving, edited, found, houses, labels_of, rules_of, standing, without


def curved(speed: float = 8.0, yaw_rate: float = 0.3, n: int = 40, id: str = "1") -> Track:
    yaws = yaw_rate * 0.1 * np.arange(n)
    steps = speed * 0.1 * np.column_stack([np.cos(yaws), np.sin(yaws), np.zeros(n)])
    centers = np.array([12.0, 4.0, 0.75]) + np.cumsum(steps, axis=0)
    return make_track(id=id, centers=centers, yaws=yaws + 0.015, n=n)


GOOD = {
    "driving": lambda: (driving(),),
    "standing": lambda: (standing(),),
    "turning": lambda: (curved(),),
    "side by side": lambda: (driving(), driving(id="2", aside=6.5)),
    "one behind the other": lambda: (driving(), driving(id="2", start=20.0)),
    "reversing slowly": lambda: (driving(speed=-2.0, start=30.0),),
    "a person": lambda: (driving(speed=1.4, category="Pedestrian", size=(0.8, 0.7, 1.75)),),
    "one box": lambda: (driving(n=1),),
    "two boxes": lambda: (driving(n=2),),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_labels_are_left_alone(name):
    ends = {"birth", "death"}  # a box that is there for two frames does end in plain view
    assert rules_of(found(*GOOD[name]())) <= ends
    if len(GOOD[name]()[0]) > 2:
        assert not found(*GOOD[name]())


WRONG = {
    "heading_flip: one box backwards": lambda: (edited(driving(), [20], turn=np.pi),),
    "heading_flip: ten boxes backwards": lambda: (edited(standing(), np.arange(5, 15), turn=np.pi),),
    "heading_flip: whole track backwards": lambda: (edited(driving(), np.arange(40), turn=np.pi),),
    "heading_flip: across": lambda: (edited(driving(), [20], turn=np.pi / 2),),
    "heading_jitter: askew": lambda: (edited(driving(), [20], turn=np.radians(15)),),
    "off_path: aside": lambda: (edited(driving(), [20], shift=(0, 0.5, 0)),),
    "off_path: aside for five boxes": lambda: (edited(driving(), np.arange(20, 25), shift=(0, 0.5, 0)),),
    "off_height: above": lambda: (edited(driving(), [20], shift=(0, 0, 0.4)),),
    "time_mismatch: late": lambda: (edited(driving(), [20], shift=(-0.8, 0, 0)),),
    "size_change: larger": lambda: (edited(driving(), [20], grow=1.15),),
    "duplicate: twice": lambda: (driving(), edited(driving(id="2"), np.arange(40), shift=(0.2, 0.1, 0))),
    "interpenetration: bumpers": lambda: (driving(), driving(id="2", start=12.0 + 3.4)),
    "wrong_class: too small": lambda: (driving(size=(0.8, 0.7, 1.75)),),
    "wrong_class: too fast": lambda: (driving(speed=9.0, category="Pedestrian", size=(0.8, 0.7, 1.75)),),
    "wrong_class: a person called a cyclist": lambda: (driving(speed=1.4, category="Cyclist", size=(0.95, 0.7, 1.75)),),
    "leap: elsewhere": lambda: (edited(driving(), np.arange(20, 40), shift=(0, 5, 0)),),
    "gap: in view": lambda: (without(driving(), np.arange(15, 22)), *houses()),
    "death: in view": lambda: (driving(n=20), *houses()),
    "birth: in view": lambda: (without(driving(), np.arange(0, 20)), *houses()),
    "speed: impossible": lambda: (driving(speed=90.0),),
    "side_slip: sideways": lambda: (edited(driving(), np.arange(40), turn=np.radians(30)),),
}


@pytest.mark.parametrize("name", WRONG)
def test_its_rule_finds_an_error(name):
    rule = name.partition(":")[0]
    assert rule in rules_of(found(*WRONG[name]()))


@pytest.mark.parametrize("name", [name for name in WRONG if "one box" in name or "aside" in name or "late" in name])
def test_the_worst_box_is_named(name):
    rule = name.partition(":")[0]
    (finding,) = found(*WRONG[name](), rules=[rule])
    assert (finding.object, 20 <= finding.frame < 25) == ("1", True)
    assert abs(finding.value) > finding.limit
    assert 0 < finding.score < 1


def test_a_half_turn_of_most_boxes_is_told_where_it_happens():
    # While it stands nothing says that the first five are the right ones.
    (finding,) = found(edited(standing(n=15), np.arange(5, 15), turn=np.pi), rules=["heading_flip"])
    assert finding.frame in (4, 5)


def test_a_box_too_wide_apart_from_its_size_is_measured():
    (finding,) = found(edited(driving(), [20], shift=(0, 0.5, 0)))
    assert finding.value == pytest.approx(0.5, abs=1e-6)
    assert "0.50 m off the path" in finding.message


def test_acceleration_and_yaw_rate_beyond_what_cars_can_do():
    t = 0.1 * np.arange(40)
    centers = np.column_stack([12 + 10 * t**2, np.full(40, 4.0), np.full(40, 0.75)])
    brisk = make_track(n=40, centers=centers, yaws=np.zeros(40))
    assert "acceleration" in rules_of(found(brisk))
    spinning = curved(speed=8.0, yaw_rate=2.5)
    assert "yaw_rate" in rules_of(found(spinning))


def test_a_jerk_that_cars_cannot_do():
    t = 0.1 * np.arange(40) - 2.0
    speed = 8.0 + 12.0 * np.clip(0.5 - np.abs(t), 0.0, None)
    centers = np.column_stack([12.0 + np.cumsum(0.1 * speed), np.full(40, 4.0), np.full(40, 0.75)])
    (finding,) = found(make_track(n=40, centers=centers, yaws=np.zeros(40)), rules=["jerk"])
    assert abs(finding.frame - 20) <= 2
    assert finding.value > finding.limit > 30


def test_a_size_that_creeps():
    track = driving()
    sizes = track.cuboids.sizes * np.linspace(1.0, 1.1, 40)[:, None]
    cuboids = Cuboids(
        centers=track.cuboids.centers, sizes=sizes, rotations=track.cuboids.rotations, frame=track.cuboids.frame
    )
    assert "size_drift" in rules_of(found(replace(track, cuboids=cuboids)))


def crossed() -> tuple[Track, Track]:
    """Two tracks that exchange their objects at frame 20."""
    labels = labels_of(driving(), driving(id="2", aside=8.0))
    at = int(labels.tracks[0].timestamps_ns[20])
    labels = surgery.split(labels, "1", at, new_id="a")
    labels = surgery.split(labels, "2", at, new_id="b")
    labels = surgery.merge(surgery.merge(labels, "1", "b"), "2", "a")
    return labels.track("1"), labels.track("2")


def test_an_exchange_is_told_once_and_at_its_frame():
    (finding,) = found(*crossed())
    assert (finding.rule, finding.frame) == ("identity_switch", 20)
    assert finding.value == pytest.approx(4.0, abs=0.1)


def test_two_pieces_of_one_object():
    whole = driving()
    first, second = whole[np.arange(20)], replace(whole[np.arange(24, 40)], id="9")
    (finding,) = found(first, second, rules=["fragment"])
    assert (finding.object, finding.frame) == ("9", 24)
    assert not found(first, second, rules=["birth", "death"])


def test_a_hidden_gap_is_no_error():
    hidden = without(driving(aside=8.0), np.arange(15, 22))
    lorry = driving(id="2", start=8.0, aside=5.0, size=(9.0, 2.6, 3.2), category="Truck")
    assert found(hidden, *houses(), rules=["gap"])
    assert not found(hidden, lorry, *houses(), rules=["gap"])


def test_boxes_called_hidden_may_end():
    ended = driving(n=20, box_attributes={"occluded": tuple([0] * 19 + [2])})
    assert not found(ended, *houses(), rules=["death"])


def test_riders_and_trailers_may_touch():
    tractor = driving(size=(8.0, 2.6, 3.2), category="Truck")
    trailer = driving(id="2", start=4.5, size=(9.0, 2.6, 3.2), category="trailer")
    assert not found(tractor, trailer, rules=["interpenetration"])
