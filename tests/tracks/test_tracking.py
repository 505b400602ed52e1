import numpy as np
import pytest

import sensorann as sa
from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.scene import Detections, Motion, Source
from sensorann.tracks import interpolate, track
from sensorann.tracks.association.online import online_pass
from sensorann.tracks.association.tuning import TUNINGS
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_trajectory

CAR = (4.2, 1.8, 1.5)


def make_detections(*paths, noise=0.05, frame="world", seed=3, category="Car", score=5.0, velocity=None):
    """Detections of cars: each path maps frames to (x, y, yaw)."""
    rng = np.random.default_rng(seed)
    rows = [(i, x, y, yaw) for path in paths for i, (x, y, yaw) in sorted(path.items())]
    frames, x, y, yaws = np.array(rows, np.float64).reshape(-1, 4).T
    centers = np.column_stack([x, y, 0 * x + 0.75]) + rng.normal(0, noise, (len(rows), 3))
    sizes = np.tile(CAR, (len(rows), 1)) + rng.normal(0, noise, (len(rows), 3))
    return Detections(
        timestamps_ns=START_NS + frames.astype(np.int64) * FRAME_NS,
        cuboids=Cuboids.from_yaws(centers, sizes, yaws + rng.normal(0, noise, len(rows)), frame=frame),
        categories=(category,) * len(rows),
        scores=np.full(len(rows), score),
        velocities=np.tile(velocity, (len(rows), 1)) if velocity else np.zeros((0, 2)),
    )


def straight(frames, *, start=(0.0, 0.0), speed=(10.0, 0.0)):
    yaw = float(np.arctan2(speed[1], speed[0]))
    return {i: (start[0] + speed[0] * 0.1 * i, start[1] + speed[1] * 0.1 * i, yaw) for i in frames}


def drive(n=40, **parts):
    return MemoryDrive(**{"trajectory": make_trajectory(n=n), **parts})


def test_is_a_public_verb():
    assert sa.track is track


def test_an_object_seen_in_every_frame_is_one_track_near_its_path():
    (found,) = track(make_detections(straight(range(40))), drive()).tracks
    assert (found.sources == Source.DETECTED).all()
    np.testing.assert_allclose(found.cuboids.centers[:, 0], np.arange(40), atol=0.2)


def test_objects_that_cross_keep_their_tracks():
    # The second passes the same place a second after the first.
    one, other = straight(range(40)), straight(range(40), start=(20.0, -30.0), speed=(0.0, 10.0))
    found = track(make_detections(one, other), drive()).tracks
    assert [len(item) for item in found] == [40, 40]
    for item, along in zip(found, (0, 1), strict=True):
        steps = np.diff(item.cuboids.centers[:, along])
        assert (steps > 0.7).all()


def test_oncoming_objects_that_pass_side_by_side_keep_their_tracks():
    one = straight(range(40))
    other = straight(range(40), start=(39.0, 2.5), speed=(-10.0, 0.0))
    found = track(make_detections(one, other), drive()).tracks
    assert len(found) == 2
    assert all(np.ptp(item.cuboids.centers[:, 1]) < 0.6 for item in found)


def test_an_occlusion_is_bridged_and_its_boxes_say_so():
    seen = [i for i in range(40) if not 12 <= i < 28]
    (found,) = track(make_detections(straight(seen)), drive()).tracks
    assert len(found) == 40
    np.testing.assert_array_equal(np.flatnonzero(found.sources == Source.INTERPOLATED), np.arange(12, 28))
    np.testing.assert_allclose(found.cuboids.centers[:, 0], np.arange(40), atol=0.6)
    assert found.sigmas[20, 0] > 2 * found.sigmas[5, 0]


@pytest.mark.parametrize(("second", "n"), [(30, 1), (45, 2)], ids=["2 s", "more than 3 s"])
def test_only_occlusions_of_a_few_seconds_are_bridged(second, n):
    found = track(make_detections(straight([*range(10), *range(second, second + 15)])), drive(60)).tracks
    assert len(found) == n


def test_a_slow_sensor_may_miss_an_object_once():
    # Two frames a second: the longest gap of the class is one step.
    seconds = 0.5 * np.array([i for i in range(20) if i != 9])
    boxes = np.column_stack([seconds, *np.zeros((3, 19)), *np.tile(CAR, (19, 1)).T, np.full((19, 2), np.nan)])
    tuning = TUNINGS[Motion.VEHICLE]
    numbers = online_pass(seconds, boxes, tuning=tuning, noises=tuning.noises(Motion.VEHICLE))
    np.testing.assert_array_equal(numbers, 0)


@pytest.mark.parametrize(
    ("speed", "velocity"),
    [(25.0, None), (35.0, (35.0, 0.0)), (-35.0, (-35.0, 0.0))],
    ids=["within what is likely", "stated", "stated, the other way"],
)
def test_a_slow_sensor_sees_a_fast_object_as_one(speed, velocity):
    # Two frames a second: the object moves several of its lengths between them.
    found = make_detections(straight(range(0, 40, 5), speed=(speed, 0.0)), velocity=velocity)
    (one,) = track(found, drive()).tracks
    assert (one.sources == Source.DETECTED).sum() == 8


def test_stated_velocities_tell_objects_apart_that_change_places():
    # Half a second later each is where the other was.
    one = make_detections(straight((0, 5), speed=(20.0, 0.0)), velocity=(20.0, 0.0))
    other = make_detections(straight((0, 5), start=(10.0, 0.0), speed=(-20.0, 0.0)), velocity=(-20.0, 0.0))
    found = track(Detections.concatenate([one, other]), drive(), min_detections=2).tracks
    assert sorted(round(float(np.diff(item.cuboids.centers[[0, -1], 0])[0])) for item in found) == [-10, 10]


def test_lone_false_positives_are_dropped():
    false = [{5: (30.0, 20.0, 0.3)}, {20: (-30.0, 5.0, 1.0)}, {21: (60.0, -30.0, 1.0)}]
    assert len(track(make_detections(straight(range(40)), *false), drive()).tracks) == 1


def test_tracks_below_the_wished_score_are_dropped():
    sure = make_detections(straight(range(40)), score=5.0)
    doubtful = make_detections(straight(range(40), start=(0.0, 30.0)), score=-0.5)
    both = Detections.concatenate([sure, doubtful])
    assert len(track(both, drive()).tracks) == 2
    (kept,) = track(both, drive(), min_score=0.0).tracks
    assert kept.attributes["score"] == pytest.approx(5.0)


def test_boxes_that_face_backwards_are_turned():
    path = straight(range(40))
    for i in (4, 11, 12, 30):
        path[i] = (*path[i][:2], np.pi)
    (found,) = track(make_detections(path), drive()).tracks
    assert (np.abs(found.cuboids.yaws) < 0.2).all()


def turned_round(path, frames):
    return {i: (x, y, yaw + np.pi * (i in frames)) for i, (x, y, yaw) in path.items()}


@pytest.mark.parametrize(
    ("frame", "speed", "expected"),
    [("world", 10.0, 0.0), ("world", 0.1, np.pi), ("ego", 10.0, np.pi)],
    ids=["it drives", "it stands", "the vehicle may be what moves"],
)
def test_who_goes_far_faces_where_it_goes(frame, speed, expected):
    path = turned_round(straight(range(40), speed=(speed, 0.0)), frames=range(30))
    still = {"trajectory": None, "times": {"LIDAR_TOP": START_NS + np.arange(40) * FRAME_NS}}
    (found,) = track(make_detections(path, frame=frame), drive(**still if frame == "ego" else {})).tracks
    np.testing.assert_allclose(np.cos(found.cuboids.yaws), np.cos(expected), atol=0.05)


def test_a_box_detected_twice_is_one_object():
    sure = make_detections(straight(range(40)), score=5.0)
    again = make_detections(straight(range(40), start=(0.4, 0.2)), seed=4, score=1.0)
    (found,) = track(Detections.concatenate([again, sure]), drive()).tracks
    assert found.attributes["score"] == pytest.approx(5.0)


def of_class(category, path, score, **options):
    return make_detections(path, category=category, score=score, **options)


def test_an_object_found_as_two_categories_is_what_it_is_more_surely():
    path = straight(range(40))
    seen = [of_class("Car", path, 3.0), of_class("Van", path, 5.0), of_class("Truck", straight(range(10)), 4.0)]
    (found,) = track(Detections.concatenate(seen), drive()).tracks
    assert found.category == "Van"


def test_of_two_categories_alike_one_stays():
    path = straight(range(40))
    both = Detections.concatenate([of_class("Car", path, 3.0), of_class("Van", path, 3.0)])
    assert len(track(both, drive()).tracks) == 1


def test_objects_of_two_categories_that_meet_for_a_moment_both_stay():
    faster = straight(range(40), start=(-10.0, 0.3), speed=(15.0, 0.0))
    both = Detections.concatenate([of_class("Car", straight(range(40)), 3.0), of_class("Van", faster, 5.0)])
    assert len(track(both, drive()).tracks) == 2


def test_what_is_left_out_covers_nothing():
    # The van covers the car, the truck covers the van; the car, a little aside, is not where the truck is.
    seen = [
        of_class(category, straight(range(40), start=(0.0, aside)), score, noise=0.01)
        for category, aside, score in (("Truck", 0.0, 5.0), ("Van", 0.8, 4.0), ("Car", 1.6, 3.0))
    ]
    found = track(Detections.concatenate(seen), drive()).tracks
    assert sorted(item.category for item in found) == ["Car", "Truck"]


def test_two_spellings_of_a_category_are_one_object():
    parts = [make_detections(straight(range(i, 40, 2)), category=name) for i, name in enumerate(("Car", "car"))]
    (found,) = track(Detections.concatenate(parts), drive()).tracks
    assert (found.sources == Source.DETECTED).all()


def test_missed_frames_lower_the_score():
    always, seldom = straight(range(40)), straight([*range(0, 20, 4), 20], start=(0.0, 30.0))
    found = track(make_detections(always, seldom, score=2.0), drive()).tracks
    scores = sorted(item.attributes["score"] for item in found)
    assert scores == pytest.approx([2.0 * 6 / 21, 2.0])


def test_frames_that_the_detector_did_not_look_at_do_not_lower_the_score():
    (found,) = track(make_detections(straight(range(0, 40, 5)), score=0.8), drive()).tracks
    assert len(found) == 36
    assert found.attributes["score"] == pytest.approx(0.8)


def test_no_number_of_detections_makes_a_size_exact():
    sigmas = [track(make_detections(straight(range(n))), drive(n)).tracks[0].sigmas[n // 2, 3:6] for n in (10, 160)]
    assert (sigmas[1] > 0.5 * sigmas[0]).all()
    assert (sigmas[1] < sigmas[0]).all()


def test_what_one_direction_of_time_alone_would_join_is_cut():
    # The second turns up where the first stood, 0.4 s later, but comes from elsewhere: only going back in time tells.
    stands = straight(range(10), speed=(0.0, 0.0))
    passes = {i: (1.5, 2.5 * (i - 13), np.pi / 2) for i in range(13, 30)}
    found = track(make_detections(stands, passes), drive()).tracks
    assert [int((item.sources == Source.DETECTED).sum()) for item in found] == [10, 17]


def test_a_track_has_one_size_and_a_sigma_on_every_box():
    (found,) = track(make_detections(straight(range(0, 40, 2))), drive()).tracks
    assert len(np.unique(found.cuboids.sizes, axis=0)) == 1
    np.testing.assert_allclose(found.cuboids.sizes[0], CAR, atol=0.05)
    assert (found.sigmas > 0).all()


def test_the_order_of_detections_does_not_matter():
    given = make_detections(straight(range(40)), straight(range(40), start=(20.0, -30.0), speed=(0.0, 10.0)))
    shuffled = given[np.random.default_rng(0).permutation(len(given))]
    for one, other in zip(track(given, drive()).tracks, track(given, drive()).tracks, strict=True):
        np.testing.assert_array_equal(one.cuboids.centers, other.cuboids.centers)
    centers = [
        np.sort(np.concatenate([item.cuboids.centers for item in track(some, drive()).tracks]), axis=0)
        for some in (given, shuffled)
    ]
    np.testing.assert_array_equal(*centers)


def test_tracks_are_ready_to_become_keyframes():
    labels = track(make_detections(straight(range(0, 40, 4))), drive())
    completed = interpolate(labels, drive(), points=False)
    assert len(completed.tracks[0]) == 37
    assert (completed.tracks[0].sources == Source.DETECTED).sum() == 10


def test_no_detections_give_no_tracks():
    assert track(make_detections(), drive()).tracks == ()


def test_one_frame_gives_single_boxes_when_they_are_wished():
    one = make_detections({3: (1.0, 2.0, 0.3)}, {3: (20.0, 2.0, 0.3)})
    assert track(one, drive()).tracks == ()
    assert [len(item) for item in track(one, drive(), min_detections=1).tracks] == [1, 1]


def test_without_ego_poses_objects_are_tracked_in_the_ego_frame(caplog):
    still = drive(trajectory=None, times={"LIDAR_TOP": START_NS + np.arange(40) * FRAME_NS})
    labels = track(make_detections(straight(range(40)), frame="ego"), still)
    assert labels.frame == "ego"
    assert len(labels.tracks) == 1
    assert "no ego poses" in caplog.text


def test_detections_of_another_frame_are_refused():
    with pytest.raises(ArgumentError, match="must be in the world frame, got 'ego'"):
        track(make_detections(straight(range(4)), frame="ego"), drive())


@pytest.mark.parametrize("options", [{"min_detections": 0}, {"min_score": np.nan}])
def test_senseless_options_are_refused(options):
    with pytest.raises(ArgumentError):
        track(make_detections(straight(range(4))), drive(), **options)


def test_scores_that_are_not_finite_are_refused():
    with pytest.raises(ArgumentError, match="scores"):
        make_detections(straight(range(4)), score=np.nan)


def test_velocities_that_are_not_finite_are_refused():
    with pytest.raises(ArgumentError, match="velocities"):
        make_detections(straight(range(4)), velocity=(np.inf, 0.0))


def test_unknown_categories_are_refused():
    with pytest.raises(ArgumentError, match="unknown category 'Ufo'"):
        make_detections(straight(range(4)), category="Ufo")
