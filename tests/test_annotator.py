"""The simulated person who counts clicks for the table of the README."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.annotator import GOOD, corrected, drawn, overlap
from sensorann.geometry import Cuboid, Transform

TRUTH = Cuboid(
    frame_from_cuboid=Transform.from_yaw(0.4, np.array([20.0, -3.0, 1.0])), size=(4.2, 1.8, 1.6), frame="ego"
)


def changed(*, along=(0.0, 0.0, 0.0), turn=0.0, size=TRUTH.size) -> Cuboid:
    """The true box, moved along its own axes, turned, or with another size."""
    pose = TRUTH.frame_from_cuboid @ Transform.from_yaw(turn, np.array(along))
    return Cuboid(frame_from_cuboid=pose, size=size, frame="ego")


@pytest.mark.parametrize(
    ("box", "actions"),
    [
        (changed(), 0),
        (changed(along=(0.05, 0.02, 0.0)), 0),
        (changed(along=(1.0, 0.5, 0.0)), 1),
        (changed(along=(0.0, 0.0, 0.6)), 1),
        (changed(turn=np.radians(20)), 1),
        (changed(turn=np.pi), 1),
        (changed(along=(1.0, 0.5, 0.0), turn=np.pi), 2),
        (changed(along=(-0.75, 0.0, 0.0), size=(2.7, 1.8, 1.6)), 1),  # the front face alone
        (changed(along=(0.9, 0.7, 0.5), turn=np.radians(30)), 3),
    ],
    ids=["right", "good", "moved", "raised", "turned", "backwards", "moved, backwards", "short", "all"],
)
def test_a_correction_takes_one_action_for_each_thing_that_is_off(box, actions):
    result, counted = corrected(box, TRUTH)
    assert counted == actions
    assert overlap(result, TRUTH) >= GOOD


def test_a_box_that_is_good_is_left_as_it_is():
    box = changed(along=(0.05, 0.02, 0.0))
    result, _ = corrected(box, TRUTH)
    np.testing.assert_array_equal(result.center, box.center)
    assert result.size == box.size


@given(
    along=st.tuples(*[st.floats(-3, 3)] * 3),
    turn=st.floats(-3, 3),
    size=st.tuples(st.floats(1, 8), st.floats(0.5, 3), st.floats(0.5, 3)),
)
def test_every_box_can_be_put_right(along, turn, size):
    result, actions = corrected(changed(along=along, turn=turn, size=size), TRUTH)
    assert overlap(result, TRUTH) >= GOOD
    assert actions <= 12


def test_a_box_by_hand_is_rough_and_repeatable():
    one, other = (drawn(TRUTH, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one.center, other.center)
    assert 0.2 < overlap(one, TRUTH) < GOOD
