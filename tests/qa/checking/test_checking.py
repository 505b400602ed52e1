"""The driver: order, scores, repairs, and labels that hold nothing or lack something."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa import RULES, Severity, check
from sensorann.qa.checking.scores import score_of
from sensorann.scene import Labels
from tests.builders import START_NS, MemoryDrive, make_labels, make_track
from tests.qa.checking.cases import drive, driving, edited, found, houses, labels_of, standing
from tests.qa.checking.test_rules import crossed


def test_the_surest_finding_comes_first():
    scores = [one.score for one in found(edited(driving(), [20], turn=np.pi), edited(standing(id="2"), [9], grow=1.1))]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) >= 2


def test_the_same_labels_give_the_same_findings():
    labels = labels_of(*crossed(), edited(driving(id="3", aside=-4.0), [5], shift=(0, 0.6, 0)))
    assert check(labels, drive()) == check(labels, drive())


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_scores_are_probabilities_that_rise(rule):
    scores = [score_of(rule, excess) for excess in (1.0, 2.0, 10.0, 1e6)]
    assert scores == sorted(scores)
    assert 0 < scores[0] <= scores[-1] <= 1


def test_no_labels_no_findings():
    empty = Labels(drive_name="drive", frame="world", tracks=())
    assert check(empty) == check(empty, drive()) == []
    assert check(make_labels(make_track(n=0)), drive()) == []


def test_labels_without_a_drive_are_checked():
    (finding,) = check(labels_of(edited(driving(), [20], turn=np.pi)))
    assert (finding.rule, finding.frame, finding.severity) == ("heading_flip", 20, Severity.ERROR)


def test_without_ego_poses_nothing_is_said_of_motion():
    fast = make_track(
        frame="ego", n=40, centers=np.column_stack([10 + 9.0 * np.arange(40), np.zeros(40), np.zeros(40)])
    )
    without = MemoryDrive(trajectory=None, times={"LIDAR_TOP": START_NS + np.arange(40) * 100_000_000})
    motion = {"speed", "acceleration", "yaw_rate", "side_slip", "birth", "death"}
    assert not {one.rule for one in check(make_labels(fast, frame="ego"), without)} & motion


def test_coordinates_of_a_map_projection_lose_nothing():
    far = np.array([500_000.0, 5_400_000.0, 300.0])
    near = edited(driving(), [20], shift=(0, 0.5, 0))
    moved = edited(near, np.arange(40), shift=far)
    (here,), (there,) = check(labels_of(near)), check(labels_of(moved))
    assert there.value == pytest.approx(here.value, abs=1e-6)


@pytest.mark.parametrize("value", [float("nan"), "largely", None, True], ids=str)
def test_odd_attributes_say_nothing_of_hiding(value):
    ended = driving(n=20, box_attributes={"occluded": (value,) * 20})
    told = {one.object for one in found(ended, *houses(), rules=["death"])}
    assert told == (set() if value is True else {"1"})


def test_an_unknown_rule_is_named():
    with pytest.raises(ArgumentError, match=r"no rule 'heading', there are: heading_flip"):
        check(labels_of(driving()), rules=["heading"])


def test_an_unknown_category_is_named():
    with pytest.raises(ArgumentError, match="unknown category 'Hovercraft'"):
        check(labels_of(driving(category="Hovercraft")))
