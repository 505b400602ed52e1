"""What speaks for and against proposed tracks: walls that go on, places that stay full, surfaces that are rough."""

import numpy as np
import pytest

from benchmarks.prelabel_confidence import SIGNS
from sensorann.geometry import Cuboids
from sensorann.scene import Motion, default_ontology
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.prelabelling.believing import confidence
from sensorann.tracks.prelabelling.evidence import evidence, left_behind
from sensorann.tracks.prelabelling.refining import Refined, Seen

SIZE = np.array([4.2, 1.8, 1.6])
N_POINTS, BESIDE, ABOVE, ROUGH = 3, 4, 5, 13  # where in the evidence


def boxes_at(places):
    centers = np.column_stack([places, np.zeros(len(places)), np.full(len(places), SIZE[2] / 2)])
    return Cuboids.from_yaws(centers, np.tile(SIZE, (len(places), 1)), np.zeros(len(places)), frame="world")


def clouds_of(frames):
    """Write the same number of clouds as there are frames (P, 3), in the world."""
    return Clouds(
        points=np.concatenate(frames).astype(np.float32),
        offsets=np.cumsum([0, *map(len, frames)]),
        viewers=np.tile([0.0, -20.0, 1.7], (len(frames), 1)),
        origin=np.zeros(3),
    )


def side(low, high, *, y=-0.9, n=200, top=1.5):
    """Points on an upright plane along x, as a car's side and a wall show them."""
    rng = np.random.default_rng(0)
    return np.column_stack([rng.uniform(low, high, n), np.full(n, y), rng.uniform(0.35, top, n)])


def seen(frames, *, at=(0.0, 0.0, 0.0), places=()):
    boxes = boxes_at(np.array(at))
    rows = np.arange(len(boxes))
    return Seen(boxes=boxes, seconds=rows * 0.1, looked=rows, clouds=clouds_of(frames), places=places)


def measured(frames, **more):
    track = seen(frames, **more)
    return evidence(track, Refined(boxes=track.boxes, category=default_ontology()["car"], moving=False))


def test_what_goes_on_beside_or_above_is_told_from_what_stands_free():
    free = measured([side(-2.1, 2.1)] * 3)
    wall = measured([side(-6.0, 6.0, n=600)] * 3)
    house = measured([side(-2.1, 2.1, top=4.0, n=400)] * 3)
    assert free[BESIDE] == free[ABOVE] == 0.0
    assert wall[BESIDE] > 0.3
    assert house[ABOVE] > 0.5


def test_leaves_are_rougher_than_paint():
    rng = np.random.default_rng(1)
    leaves = [rng.uniform([-2, -0.8, 0.4], [2, 0.8, 1.5], (300, 3)) for _ in range(3)]
    assert measured(leaves)[ROUGH] > 0.3 > 0.05 > measured([side(-2, 2)] * 3)[ROUGH]


def test_many_points_count_for_more():
    assert measured([side(-2, 2, n=80)] * 3)[N_POINTS] > measured([side(-2, 2, n=10)] * 3)[N_POINTS]


@pytest.mark.parametrize(("wall", "share"), [(False, 0.0), (True, 1.0)], ids=["a car", "a wall"])
def test_a_car_leaves_an_empty_place_and_a_wall_does_not(wall, share):
    ways = np.array([0.0, 5.0, 10.0])
    frames = [side(-6, 16, n=1500) if wall else side(x - 2.1, x + 2.1) for x in ways]
    # The places are read as they were at each instant, whoever stood there.
    places = []
    for place in (ways[0], ways[-1]):
        near = [frame[np.abs(frame[:, 0] - place) < 2.2] for frame in frames]
        places.append(clouds_of(near))
    assert left_behind(seen(frames, at=ways, places=tuple(places))) == pytest.approx(share, abs=0.01)


def test_what_was_never_elsewhere_left_nothing_behind():
    assert left_behind(seen([side(-2, 2)] * 3)) == 0.0


def test_a_track_without_points_is_doubted():
    empty = measured([np.zeros((0, 3))] * 3)
    assert np.isfinite(empty).all()
    assert confidence(empty, Motion.VEHICLE) < confidence(measured([side(-2, 2)] * 3), Motion.VEHICLE)


@pytest.mark.parametrize("motion", [Motion.VEHICLE, Motion.PEDESTRIAN])
def test_evidence_for_an_object_never_counts_against_it(motion):
    usual = measured([side(-2, 2)] * 3)
    for place, sign in enumerate(SIGNS):
        more = usual + np.eye(len(usual))[place]
        if sign:
            assert sign * (confidence(more, motion) - confidence(usual, motion)) >= 0
