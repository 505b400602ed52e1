"""What keyframes show of an object, and which of them count in a gap."""

import numpy as np
import pytest

from sensorann.fitting.template import FEWEST_TEMPLATE_POINTS, View
from sensorann.tracks.following import Gap
from sensorann.tracks.sightings import NEAR_S, Sighting, known_by
from tests.builders import START_NS, make_track

GAP_NS = 1_000_000_000


def gap():
    track = make_track(timestamps_ns=[START_NS, START_NS + GAP_NS], centers=[[0.0, 0.0, 0.0], [5.0, 0.0, 0.0]])
    return Gap(timestamps_ns=track.timestamps_ns, cuboids=track.cuboids)


def sighting(timestamp_ns, n):
    points = np.random.default_rng(n).uniform([-2.0, -0.9, -0.4], [2.0, -0.9, 0.6], (n, 3))
    return Sighting(timestamp_ns=timestamp_ns, view=View.of_points(points, np.array([0.0, -20.0, 1.0])))


def own(n):
    return sighting(START_NS, n), sighting(START_NS + GAP_NS, n)


@pytest.mark.parametrize("side", [-1, 1], ids=["before", "after"])
@pytest.mark.parametrize(("away_s", "n"), [(NEAR_S - 0.1, 130), (NEAR_S + 0.1, 80)], ids=["near", "far"])
def test_keyframes_near_a_gap_count_and_others_do_not(side, away_s, n):
    at = (START_NS if side < 0 else START_NS + GAP_NS) + side * int(away_s * 1e9)
    template = known_by(gap(), own(40), [sighting(at, 50)])
    assert template.n_points[0] == n


def test_where_its_own_keyframes_show_too_little_nothing_is_known_whatever_others_show():
    few = FEWEST_TEMPLATE_POINTS // 2
    near = [sighting(START_NS - GAP_NS, 500)]
    assert known_by(gap(), own(few), near) is None
    assert known_by(gap(), own(few + 1), near) is not None
