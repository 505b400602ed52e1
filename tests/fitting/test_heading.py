import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.fitting.heading import (
    believe,
    from_doppler,
    from_edges,
    from_front,
    from_keyframes,
    from_motion,
    from_stroke,
)
from sensorann.scene import Motion

SECOND_NS = 1_000_000_000
yaws = st.floats(-np.pi, np.pi - 1e-6)


def off_deg(belief, yaw):
    return abs((np.degrees(belief.yaw - yaw) + 180) % 360 - 180)


@given(yaw=yaws)
def test_edges_alone_know_no_front(yaw):
    belief = believe(from_edges(yaw, n_points=1000, quarter_turn_probability=0.01))
    assert off_deg(belief, yaw) % 180 == pytest.approx(0, abs=0.6) or off_deg(belief, yaw) == pytest.approx(
        180, abs=0.6
    )
    assert belief.half_turn_probability == pytest.approx(0.5, abs=0.05)
    assert belief.quarter_turn_probability < 0.05


@given(yaw=yaws)
def test_a_stroke_tells_the_front_and_the_edges_the_degree(yaw):
    belief = believe(from_edges(yaw, n_points=1000, quarter_turn_probability=0.01), from_stroke(yaw + np.radians(12)))
    assert off_deg(belief, yaw) < 1
    assert belief.half_turn_probability < 0.02


@given(yaw=yaws, log_odds=st.floats(-3, 3))
def test_the_odds_of_a_front_are_those_of_the_belief(yaw, log_odds):
    belief = believe(from_edges(yaw, n_points=10**6, quarter_turn_probability=0.0), from_front(yaw, log_odds))
    wrong = 1 / (1 + np.exp(abs(log_odds)))
    assert belief.half_turn_probability == pytest.approx(wrong, abs=0.03)
    assert off_deg(belief, yaw) == pytest.approx(0 if log_odds > 0 else 180, abs=0.6) or abs(log_odds) < 0.01


def test_the_chances_of_all_errors_leave_room_for_being_right():
    belief = believe(from_edges(0.3, n_points=5, motion=Motion.PEDESTRIAN))
    assert belief.half_turn_probability + belief.quarter_turn_probability < 1
    assert belief.half_turn_probability + belief.quarter_turn_probability > 0.6


def test_few_points_leave_the_heading_to_the_keyframes():
    keys = from_keyframes([0, 2 * SECOND_NS], [0.3, 0.3], at_ns=SECOND_NS, motion=Motion.VEHICLE)
    belief = believe(from_edges(0.3 + np.radians(35), n_points=12), keys)
    assert off_deg(belief, 0.3) < 3


def test_keyframes_far_in_time_say_less():
    near, far = (
        believe(from_keyframes([0], [0.3], at_ns=int(seconds * SECOND_NS), motion=Motion.VEHICLE))
        for seconds in (0.1, 2.5)
    )
    assert far.sigma > 2 * near.sigma


def test_objects_face_where_they_go():
    way = from_motion([10 * np.cos(2.5), 10 * np.sin(2.5)], 1.0, motion=Motion.VEHICLE)
    belief = believe(from_edges(2.5 - np.pi, n_points=500, quarter_turn_probability=0.01), way)
    assert off_deg(belief, 2.5) < 1
    assert 0.01 < belief.half_turn_probability < 0.1  # it may go backwards


@pytest.mark.parametrize("step", [[0.2, 0.1], [0.0, 0.0]], ids=["noise", "nothing"])
def test_what_stands_still_goes_nowhere(step):
    assert not from_motion(step, 2.0, motion=Motion.VEHICLE).any()


@pytest.mark.parametrize("speed", [6.0, -6.0], ids=["away", "toward"])
def test_doppler_tells_front_from_back(speed):
    yaw, toward = 0.4, np.array([0.1, 0.12, 0.08])
    returns = from_doppler(toward, speed * np.cos(yaw - toward), motion=Motion.VEHICLE)
    belief = believe(from_edges(yaw, n_points=500, quarter_turn_probability=0.01), returns)
    assert off_deg(belief, yaw if speed > 0 else yaw + np.pi) < 1
    assert belief.half_turn_probability < 0.1


def test_slow_or_no_returns_say_nothing():
    assert not from_doppler([], [], motion=Motion.VEHICLE).any()
    assert not from_doppler([0.1, 0.2], [0.1, -0.2], motion=Motion.VEHICLE).any()


def test_a_step_takes_time():
    with pytest.raises(ArgumentError, match="a step takes some time"):
        from_motion([1, 0], 0.0, motion=Motion.VEHICLE)
