import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.fitting.front import front_log_odds
from sensorann.scene import default_ontology

CAR = default_ontology()["car"]


def side_of_a_car(*, bonnet=1.0, seen=(-0.5, 0.5), n=200):
    """Places and heights of points on a car 1.5 m high whose bonnet is at the high end."""
    places, heights = np.meshgrid(np.linspace(*seen, n // 10), np.linspace(0.3, 1.5, 10))
    places, heights = places.ravel(), heights.ravel()
    kept = (heights <= bonnet) | (places < 0.2)
    return places[kept], heights[kept]


def test_the_lower_end_of_a_car_is_its_front():
    places, heights = side_of_a_car()
    assert front_log_odds(places, heights, CAR) > 2
    assert front_log_odds(-places, heights, CAR) < -2


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 60))
def test_seen_the_other_way_round_the_odds_are_opposite(seed, n):
    rng = np.random.default_rng(seed)
    places, heights = rng.uniform(-0.6, 0.6, n), rng.uniform(0.3, 1.6, n)
    odds = front_log_odds(places, heights, CAR)
    assert odds == -front_log_odds(-places, heights, CAR)
    assert abs(odds) <= 3


@pytest.mark.parametrize("seen", [(-0.5, -0.2), (-0.5, 0.1), (0.0, 0.5)], ids=["rear alone", "no front", "no rear"])
def test_one_end_in_sight_tells_by_its_height_and_less_than_two(seen):
    assert 1 < front_log_odds(*side_of_a_car(seen=seen), CAR) < front_log_odds(*side_of_a_car(), CAR)


@pytest.mark.parametrize("name", ["bus", "truck", "construction_vehicle", "cyclist", "pedestrian", "barrier"])
def test_what_has_no_bonnet_tells_nothing(name):
    assert front_log_odds(*side_of_a_car(), default_ontology()[name]) == 0


@pytest.mark.parametrize(("n", "says_something"), [(4, False), (5, True)])
def test_an_end_of_few_points_tells_nothing(n, says_something):
    # The rear is as high as an end of which nothing is known.
    places = np.repeat([-0.4, 0.0, 0.4], n)
    heights = np.repeat([1.2, 1.5, 0.75], n)
    assert (front_log_odds(places, heights, CAR) > 1) == says_something
