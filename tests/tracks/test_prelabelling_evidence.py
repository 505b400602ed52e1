"""What speaks for and against proposed tracks: walls that go on, places that stay full, surfaces that are rough."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.prelabel_confidence import SIGNS
from sensorann.geometry import Cuboids
from sensorann.scene import Motion, default_ontology
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.prelabelling.believing import confidence
from sensorann.tracks.prelabelling.evidence import evidence, left_behind
from sensorann.tracks.prelabelling.refining import Refined, Seen, is_moving

SIZE = np.array([4.2, 1.8, 1.6])
# Where in the evidence.
STEADY, N_POINTS, BESIDE, ABOVE, LONG_SHARE, WIDE_SHARE = 2, 3, 4, 5, 7, 8
TALL, LONG, ROUGH, LOW, OPEN, JUMPS = 11, 12, 13, 14, 15, 16


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


def refined_as(boxes, *, category="car", moving=False):
    """A track with these boxes, which is as large as what was seen of it."""
    return Refined(boxes=boxes, spans=boxes.sizes[0], category=default_ontology()[category], moving=moving)


def measured(frames, **more):
    track = seen(frames, **more)
    return evidence(track, refined_as(track.boxes))


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


def test_a_smooth_surface_stays_smooth_where_the_poses_drift():
    drifting = [side(-2, 2, y=-0.9 + 0.05 * k) for k in range(3)]
    assert measured(drifting)[ROUGH] == pytest.approx(measured([side(-2, 2)] * 3)[ROUGH], abs=0.01)


def test_too_few_points_say_nothing_of_the_surface():
    few, some = (measured([side(-2, 2, n=n)] * 3)[ROUGH] for n in (20, 200))
    assert some < 0.05 < few < 0.4


def test_a_car_is_closed_and_a_hedge_is_not():
    rng = np.random.default_rng(1)
    hedge = [rng.uniform([-2, -0.8, 0.4], [2, 0.8, 1.5], (300, 3)) for _ in range(3)]
    hood = [np.vstack([side(-2.1, 2.1), rng.uniform([-2, -0.8, 0.95], [2, 0.8, 1.5], (300, 3))])] * 3
    assert measured(hedge)[OPEN] > 0.3
    assert measured(hood)[OPEN] == measured([side(-2.1, 2.1)] * 3)[OPEN] == 0.0


def test_a_car_is_closed_in_whichever_box_fits_it_better():
    track = seen([side(-2.1, 2.1)] * 3)
    wide = replace(track.boxes, sizes=track.boxes.sizes + np.array([0.0, 1.0, 0.0]))
    for tracked, fitted in ((wide, track.boxes), (track.boxes, wide)):
        refined = refined_as(fitted)
        assert evidence(replace(track, boxes=tracked), refined)[OPEN] == 0.0
    refined = refined_as(wide)
    assert evidence(replace(track, boxes=wide), refined)[OPEN] > 0.5


@pytest.mark.parametrize(("name", "height", "low"), [("car", 0.9, 0.5), ("pedestrian", 0.9, 0.6), ("car", 1.5, 0.0)])
def test_what_is_low_is_a_wall_or_a_bush(name, height, low):
    track = seen([side(-2.1, 2.1)] * 3)
    boxes = replace(track.boxes, sizes=np.tile([4.2, 1.8, height], (3, 1)))
    found = evidence(track, refined_as(boxes, category=name))
    assert found[LOW] == pytest.approx(low)


def test_what_moves_goes_steadily_and_a_wall_in_pieces_jumps():
    ways, seconds = np.arange(5.0), np.arange(5) / 10
    steady = replace(seen([side(x - 2, x + 2) for x in ways], at=ways), seconds=seconds)
    jumping = replace(steady, boxes=boxes_at(ways + np.array([0, 0.4, 0, 0.4, 0])))
    late = replace(steady, boxes=boxes_at(np.append(ways[:-1], 5.0)), seconds=np.append(seconds[:-1], 0.5))

    def jumps(track, *, moving=True):
        return evidence(track, refined_as(track.boxes, moving=moving))[JUMPS]

    assert jumps(steady) == jumps(late) == pytest.approx(0.0)
    assert jumps(jumping) == 1.0
    assert jumps(jumping, moving=False) == 0.0


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


def test_a_kerb_beside_a_car_is_no_wall():
    kerb = [np.vstack([side(-2.1, 2.1), side(-2.1, 2.1, y=-1.4, top=0.38)])] * 3
    assert measured(kerb)[BESIDE] == 0.0


def test_points_just_outside_of_a_face_are_its_own():
    mirrors = [np.vstack([side(-2.1, 2.1), side(0.5, 0.8, y=-1.1, n=30)])] * 3
    assert measured(mirrors)[BESIDE] == 0.0


def test_detections_with_gaps_between_them_are_less_steady():
    track = seen([side(-2.1, 2.1)] * 4, at=(0.0, 0.0, 0.0, 0.0))
    apart = replace(track, seconds=np.array([0.0, 0.1, 0.2, 0.9]))
    refined = refined_as(track.boxes)
    assert evidence(track, refined)[STEADY] == pytest.approx(1.0)
    assert evidence(apart, refined)[STEADY] < 1.0


def test_how_far_a_box_is_filled_is_told_along_its_own_sides():
    side_alone = measured([side(-2.1, 2.1)] * 3)
    assert side_alone[LONG_SHARE] > 0.9
    assert side_alone[WIDE_SHARE] < 0.1


def test_what_is_taller_or_longer_than_a_car_counts_against_a_vehicle_only():
    track = seen([side(-2.1, 2.1)] * 3)
    large = replace(track.boxes, sizes=np.tile([8.5, 2.5, 3.0], (3, 1)))
    truck, walker = (evidence(track, refined_as(large, category=name)) for name in ("truck", "pedestrian"))
    np.testing.assert_allclose(truck[[TALL, LONG]], [3.0 - 1.8, (8.5 - 5.5) / 3.0])
    np.testing.assert_array_equal(walker[[TALL, LONG]], 0.0)


def test_the_place_where_it_ended_counts_as_well():
    ways = np.array([0.0, 5.0, 10.0])
    empty, full = [side(-2.1, 2.1)], [side(7.9, 12.1)]
    gone = clouds_of([*empty, np.zeros((1, 3)), np.zeros((1, 3))])
    there_before = clouds_of(full * 3)
    frames = [side(x - 2.1, x + 2.1) for x in ways]
    assert left_behind(seen(frames, at=ways, places=(gone, there_before))) == pytest.approx(0.5, abs=0.01)


def test_more_points_than_there_were_are_no_more_than_all():
    ways = np.array([0.0, 5.0, 10.0])
    grown = clouds_of([side(-2.1, 2.1, n=100), side(-2.1, 2.1, n=400), side(-2.1, 2.1, n=400)])
    frames = [side(x - 2.1, x + 2.1) for x in ways]
    assert left_behind(seen(frames, at=ways, places=(grown, grown))) <= 1.0


def test_a_house_is_a_worse_vehicle_than_it_is_a_person():
    house = np.zeros(len(SIGNS))
    house[[0, TALL]] = 1.0
    assert confidence(house, Motion.VEHICLE) < confidence(np.eye(len(SIGNS))[0], Motion.VEHICLE)
    assert confidence(house, Motion.PEDESTRIAN) == confidence(np.eye(len(SIGNS))[0], Motion.PEDESTRIAN)


@pytest.mark.parametrize(
    ("way", "seconds", "moves"),
    [(3.0, 20.0, False), (1.0, 0.5, False), (3.0, 1.0, True)],
    ids=["far but slow", "fast but near", "far and fast"],
)
def test_what_moves_gets_far_and_is_fast(way, seconds, moves):
    assert is_moving(boxes_at(np.array([0.0, way])), np.array([0.0, seconds]), vehicle=True) == moves
