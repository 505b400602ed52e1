"""What the keyframes of a track say of a heading, in the frame of the vehicle that looks at it."""

import numpy as np
import pytest

from sensorann.fitting.heading import believe
from sensorann.fitting.heading_sources import track_factor
from sensorann.geometry import Transform
from sensorann.scene import Motion
from tests.builders import START_NS, make_track

SECOND = 1_000_000_000


def factor(seconds, *, yaw=0.7, turn=0.0):
    """Factor at the start, of one box that a person placed so many seconds later where the object is."""
    track = make_track(timestamps_ns=START_NS + np.int64(round(seconds * SECOND)) + np.zeros(1, np.int64),
                       centers=[[10.0, 2.0, 0.8]], yaws=[yaw])  # fmt: skip
    ego_from_labels = Transform.from_yaw(turn, [1.0, -2.0, 0.0])
    return track_factor(
        track, np.array([10.0, 2.0, 0.8]), at_ns=START_NS, motion=Motion.VEHICLE, ego_from_labels=ego_from_labels
    )


@pytest.mark.parametrize("turn", [0.0, 0.9, -2.0])
def test_a_keyframe_tells_the_heading_as_the_vehicle_sees_it(turn):
    assert believe(factor(1.0, turn=turn)).yaw == pytest.approx(np.angle(np.exp(1j * (0.7 + turn))), abs=0.01)


@pytest.mark.parametrize("seconds", [-3.5, 3.5])
def test_keyframes_far_away_in_time_say_nothing(seconds):
    assert not factor(seconds).any()


def test_the_box_that_is_asked_about_is_no_evidence_of_its_own_heading():
    assert not factor(0.0).any()
