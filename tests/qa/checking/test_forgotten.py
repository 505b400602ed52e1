"""What things without a box are taken for, and where they are missed."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.qa.checking.clusters import Cluster
from sensorann.qa.checking.evidence import gather
from sensorann.qa.checking.finding import Suspicion
from sensorann.qa.checking.forgotten import forgotten
from sensorann.qa.checking.strangers import joined
from sensorann.scene import Rig
from tests.builders import FRAME_NS, START_NS, make_labels, make_rig
from tests.qa.checking.cases import N, drive, standing
from tests.qa.checking.test_guidelines import ontology

CAR, PART = (4.2, 1.7, 1.5), (0.8, 0.2, 1.4)


def sights(
    size: tuple[float, float, float], *, n: int, x: float, aside: float = 5.0, speed: float = 0.0, ragged: float = 0.0
) -> list[Cluster]:
    """A thing that is seen in n frames, every other time shorter by `ragged`; the vehicle drives along x at 5 m/s."""
    return [
        Cluster(
            timestamp_ns=START_NS + i * FRAME_NS,
            center=np.array([x + 0.1 * speed * i, aside, size[2] / 2]),
            size=np.array([size[0] - ragged * (i % 2), size[1], size[2]]),
            heading=0.0,
            # The nearer the vehicle is, the more shows.
            n_points=round(2e5 / max((x - 0.5 * i) ** 2 + aside**2, 25.0)),
            score=0.3,
            distance=float(np.hypot(x - 0.5 * i, aside)),
            point=np.array([x + 0.1 * speed * i, aside, size[2] / 2]),
        )
        for i in range(n)
    ]


def missed(seen: list[Cluster], *, rig: Rig | None = None, **rules) -> list[Suspicion]:
    """What is told of it beside one car that is labelled, by default without a camera: labels look all round then."""
    recorded = replace(drive(), rig=rig or make_rig(cameras=()))
    labels = make_labels(standing(x=60.0, aside=-3.0), ontology=ontology(**rules))
    evidence = gather(labels, recorded, with_points=False)
    return list(forgotten(replace(evidence, strangers=tuple(joined(seen)))))


def test_little_of_something_fast_is_a_part_of_a_vehicle():
    (told,) = missed(sights(PART, n=10, x=12.0, speed=9.0))
    assert told.message.startswith("a part of a vehicle of 0.8 x 0.2 x 1.4 m moves unlabelled")
    (told,) = missed(sights(PART, n=10, x=12.0, speed=4.0))
    assert told.message.startswith("a person")


def test_what_is_measured_is_beyond_the_limit_also_of_people():
    few = [replace(one, n_points=30) for one in sights(PART, n=10, x=12.0, speed=4.0)]
    (told,) = missed(few)
    assert (told.value, told.limit) == (30, 25)


@pytest.mark.parametrize(
    ("x", "n", "ragged", "told"),
    [(30.0, 4, 1.5, 1), (50.0, 8, 0.2, 1), (50.0, 8, 1.5, 0), (50.0, 4, 0.2, 0), (70.0, 8, 0.2, 0)],
    ids=["near", "far", "far and ragged", "far and seen for short", "too far"],
)
def test_what_stands_far_away_is_missed_when_it_always_looks_the_same(x, n, ragged, told):
    assert len(missed(sights(CAR, n=n, x=x, ragged=ragged))) == told


def test_a_thing_is_missed_where_labels_look_though_it_is_best_seen_where_they_do_not():
    (told,) = missed(sights(CAR, n=N, x=16.0, aside=3.0), rig=make_rig())
    # The vehicle passes it; the camera looks ahead, and loses it on the way.
    seconds = (told.timestamp_ns - START_NS) * 1e-9
    assert 16.0 - 5.0 * seconds > 3.0
    assert missed(sights(CAR, n=10, x=0.0, aside=6.0), rig=make_rig()) == []


@pytest.mark.parametrize(("edged", "told"), [(0.9, 1), (0.5, 0)], ids=["edges", "leaves"])
def test_a_large_thing_that_never_looks_the_same_needs_edges(edged, told):
    lorry = [replace(one, score=edged) for one in sights((7.0, 2.4, 3.0), n=10, x=20.0, ragged=2.0)]
    assert len(missed(lorry)) == told


def test_a_thing_is_missed_where_labels_look_at_it_in_three_frames():
    passing = [missed(sights(CAR, n=10, x=x, aside=3.0), rig=make_rig()) for x in np.arange(2.0, 9.0, 0.5)]
    # The later the vehicle passes it, the longer the camera sees it: one frame more each time.
    told = [found[0].message for found in passing if found]
    assert 0 < len(told) < len(passing)
    assert told[0].endswith("in 3 frames")


@pytest.mark.parametrize(("max_range_m", "told"), [(None, 1), (40.0, 1), (20.0, 0)], ids=["silent", "beyond", "nearer"])
def test_nothing_is_missed_beyond_where_the_guideline_ends(max_range_m, told):
    assert len(missed(sights(CAR, n=8, x=30.0), max_range_m=max_range_m)) == told
