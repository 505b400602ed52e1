"""Things that no box speaks of: what moves, and what only comes into sight."""

import numpy as np
import pytest

from sensorann.qa.checking.clusters import Cluster
from sensorann.qa.checking.strangers import joined
from tests.builders import FRAME_NS, START_NS


def sight(i: int, *, rear: float, front: float, heading: float = 0.0, n_points: int = 100) -> Cluster:
    """What shows of a thing from one place to another along a line, in frame i."""
    along = np.array([np.cos(heading), np.sin(heading), 0.0])
    return Cluster(
        timestamp_ns=START_NS + i * FRAME_NS,
        center=(rear + front) / 2 * along,
        size=np.array([front - rear, 0.2, 1.5]),
        heading=heading,
        n_points=n_points,
        score=0.9,
        distance=20.0,
        point=rear * along,
    )


@pytest.mark.parametrize("heading", [0.0, 2.5])
def test_a_car_that_drives_moves(heading):
    (car,) = joined([sight(i, rear=0.8 * i, front=0.8 * i + 4.0, heading=heading) for i in range(6)])
    assert car.moves
    assert car.ways == pytest.approx((4.0, 4.0))


def test_a_wall_that_comes_into_sight_stands():
    (wall,) = joined([sight(i, rear=0.0, front=1.0 + 1.2 * i) for i in range(6)])
    assert not wall.moves
    assert wall.ways == pytest.approx((0.0, 6.0))


def test_a_thing_that_is_cut_off_for_a_moment_keeps_its_length():
    lengths = [1.0, 4.0, 4.1, 3.9, 4.0, 4.0, 4.1, 3.9, 4.0]
    (thing,) = joined([sight(i, rear=0.0, front=length) for i, length in enumerate(lengths)])
    assert thing.spread < 0.15


def test_a_ray_on_the_roof_is_not_taken_for_the_rear():
    """A car of 1.1 m per frame; the line on its roof is now where its rear was before, or nearly."""
    rears = [sight(i, rear=1.1 * i, front=1.1 * i + 0.2, n_points=5000) for i in range(6)]
    roofs = [sight(i, rear=1.1 * i - 1.0, front=1.1 * i - 0.9, n_points=70) for i in range(6)]
    things = joined([one for both in zip(rears, roofs, strict=True) for one in both])
    assert sorted([one.n_points for one in thing.sights] for thing in things) == [[70] * 6, [5000] * 6]
    assert all(thing.moves for thing in things)


def test_the_speed_of_a_thing_is_that_of_its_middle():
    (car,) = joined([sight(i, rear=0.8 * i, front=0.8 * i + 1.0) for i in range(6)])
    assert car.speed == pytest.approx(8.0)
