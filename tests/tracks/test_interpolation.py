import logging
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sensorann as sa
from sensorann.errors import ArgumentError, TimeRangeError
from sensorann.geometry import Cuboids, Trajectory, Transform, Transforms
from sensorann.scene import Event, Ontology, Relation, Source, Tag
from sensorann.tracks import interpolate
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track, make_trajectory


def drive(n=21, **parts):
    return MemoryDrive(trajectory=make_trajectory(n=n), **parts)


def keyframe_track(*frames, id="1", **parts):
    """A track with human keyframes at some frames of the drive, driving at 10 m/s along x."""
    frames = np.array(frames)
    times = START_NS + np.rint(frames * FRAME_NS).astype(np.int64)
    centers = np.stack([frames, 0 * frames, 0.75 + 0 * frames], axis=1).astype(np.float64)
    return make_track(**{"id": id, "timestamps_ns": times, "centers": centers, **parts})


def filled(track, **options):
    """Interpolate one track in a drive of 21 frames."""
    return interpolate(make_labels(track), drive(), **options).tracks[0]


def same_track(a, b):
    """Tell whether two tracks are equal bit for bit."""
    columns = ("timestamps_ns", "sources", "sigmas")
    boxes = ("centers", "sizes", "rotations")
    return (
        all(np.array_equal(getattr(a, name), getattr(b, name), equal_nan=name == "sigmas") for name in columns)
        and all(np.array_equal(getattr(a.cuboids, name), getattr(b.cuboids, name)) for name in boxes)
        and (a.id, a.category, a.attributes, a.box_attributes) == (b.id, b.category, b.attributes, b.box_attributes)
    )


def test_is_a_public_verb():
    assert sa.interpolate is interpolate


def test_boxes_are_computed_at_every_lidar_instant_between_first_and_last_keyframe():
    track = filled(keyframe_track(3, 8, 12))
    np.testing.assert_array_equal(track.timestamps_ns, START_NS + np.arange(3, 13) * FRAME_NS)


def test_computed_boxes_state_their_source():
    track = filled(keyframe_track(3, 5))
    assert [Source(s).label for s in track.sources] == ["human", "interpolated", "human"]


@pytest.mark.parametrize("method", ["smooth", "linear", "spline"])
def test_steady_motion_is_continued_between_keyframes(method):
    track = filled(keyframe_track(2, 9, 17), method=method)
    np.testing.assert_allclose(track.cuboids.centers[:, 0], np.arange(2, 18), atol=1e-6)


@given(seed=st.integers(0, 2**32 - 1), sigma=st.sampled_from([0.0, 0.1]))
def test_human_boxes_stay_as_they_are_bit_for_bit(seed, sigma):
    rng = np.random.default_rng(seed)
    frames = np.unique(rng.choice(np.arange(0, 20, 0.25), 6))  # most of them between the drive's instants
    given_track = keyframe_track(
        *frames, centers=rng.normal(5e6, 10, (len(frames), 3)), yaws=rng.uniform(-3.1, 3.1, len(frames))
    )
    track = filled(given_track, keyframe_sigma=sigma)
    kept = track[track.sources == Source.HUMAN]
    np.testing.assert_array_equal(kept.timestamps_ns, given_track.timestamps_ns)
    np.testing.assert_array_equal(kept.cuboids.centers, given_track.cuboids.centers)
    np.testing.assert_array_equal(kept.cuboids.rotations, given_track.cuboids.rotations)
    np.testing.assert_array_equal(kept.cuboids.sizes, given_track.cuboids.sizes)


@given(seed=st.integers(0, 2**32 - 1), method=st.sampled_from(["smooth", "linear", "spline"]))
def test_interpolating_twice_changes_nothing(seed, method):
    rng = np.random.default_rng(seed)
    frames = np.sort(rng.choice(20, 5, replace=False))
    track = keyframe_track(*frames, centers=rng.normal(0, 10, (5, 3)), source=Source.IMPORTED)
    once = interpolate(make_labels(track), drive(), method=method, keyframe_sigma=0.1)
    again = interpolate(once, drive(), method=method, keyframe_sigma=0.1)
    assert same_track(once.tracks[0], again.tracks[0])


@given(seed=st.integers(0, 2**32 - 1))
def test_a_track_comes_out_the_same_whoever_shares_the_batch(seed):
    rng = np.random.default_rng(seed)
    categories = ["Car", "Pedestrian", "Cyclist", "barrier"]
    tracks = []
    for number in range(4):
        frames = np.sort(rng.choice(20, rng.integers(1, 7), replace=False))
        parts = {"centers": rng.normal(1e5, 10, (len(frames), 3)), "yaws": rng.uniform(-3, 3, len(frames))}
        tracks.append(keyframe_track(*frames, id=str(number), category=categories[number], **parts))
    together = interpolate(make_labels(*tracks), drive())
    reversed_order = interpolate(make_labels(*tracks[::-1]), drive())
    for track in tracks:
        alone = interpolate(make_labels(track), drive()).tracks[0]
        assert same_track(alone, together.track(track.id))
        assert same_track(alone, reversed_order.track(track.id))


def test_boxes_computed_earlier_are_replaced():
    track = keyframe_track(0, 1, 2, 3, 4, centers=[[0, 0, 1], [9, 9, 9], [2, 0, 1], [8, 8, 8], [4, 0, 1]])
    sources = np.array([Source.HUMAN, Source.INTERPOLATED, Source.HUMAN, Source.FITTED, Source.HUMAN], np.uint8)
    track = filled(replace(track, sources=sources))
    np.testing.assert_allclose(
        track.cuboids.centers, [[0, 0, 1], [1, 0, 1], [2, 0, 1], [3, 0, 1], [4, 0, 1]], atol=1e-9
    )


def test_coordinates_of_utm_size_lose_nothing():
    centers = np.array([[0, 0, 0], [3, 1, 0.1], [7, 5, 0.2], [8, 9, 0.1]], np.float64)
    origin = np.array([4_567_000.0, 5_432_000.0, 300.0])
    near = filled(keyframe_track(0, 5, 12, 20, centers=centers)).cuboids.centers
    far = filled(keyframe_track(0, 5, 12, 20, centers=centers + origin)).cuboids.centers
    np.testing.assert_allclose(far - origin, near, atol=3e-9)


def test_times_are_subtracted_before_they_become_seconds():
    # 300 ns apart: at this Unix time float64 seconds step by 238 ns.
    times = START_NS + np.array([0, 100, 300])
    track = make_track(timestamps_ns=times, centers=[[0.0, 0, 1], [1, 0, 1], [3, 0, 1]])
    result = interpolate(make_labels(track), drive(), at=START_NS + np.array([50, 200]))
    np.testing.assert_allclose(result.tracks[0].cuboids.centers[:, 0], [0, 0.5, 1, 2, 3], atol=1e-9)


def test_camera_instants_can_be_asked_for():
    times = START_NS + np.arange(20) * FRAME_NS + 40_000_000
    recording = drive(times={"CAM_FRONT": times})
    track = interpolate(make_labels(keyframe_track(2, 4)), recording, at="camera").tracks[0]
    np.testing.assert_array_equal(track.timestamps_ns[track.sources == Source.INTERPOLATED], times[2:4])


def test_any_instants_can_be_asked_for_in_any_order():
    wanted = START_NS + np.array([250, 30, 999, 250]) * 1_000_000
    track = filled(keyframe_track(0, 5), at=wanted)
    np.testing.assert_array_equal(track.timestamps_ns - START_NS, np.array([0, 30, 250, 500]) * 1_000_000)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "cubic"}, "method must be one of smooth, linear, spline, got 'cubic'"),
        ({"keyframe_sigma": -0.1}, "keyframe_sigma must be a length"),
        ({"keyframe_sigma": float("nan")}, "keyframe_sigma must be a length"),
        ({"at": "radar"}, "at must be 'lidar', 'camera' or instants in ns, got 'radar'"),
        ({"at": [0.5]}, "at must be integer nanoseconds, got an array of float64"),
        ({"at": [[1, 2]]}, "at must have shape"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        filled(keyframe_track(0, 5), **options)


def test_a_drive_without_camera_has_no_camera_instants():
    with pytest.raises(ArgumentError, match="drive memory has no camera"):
        interpolate(make_labels(keyframe_track(0, 5)), drive(rig=make_rig(cameras=())), at="camera")


def test_a_category_that_the_ontology_lacks_is_refused_with_the_track():
    with pytest.raises(ArgumentError, match="track 7: unknown category 'Submarine', the ontology has: car"):
        filled(keyframe_track(0, 5, id="7", category="Submarine"))


def test_an_added_category_is_interpolated_as_its_motion_class():
    labels = make_labels(
        keyframe_track(0, 5, category="Submarine"), ontology=sa.default_ontology().extended("Submarine")
    )
    assert len(interpolate(labels, drive()).tracks[0]) == 6


def test_an_infinite_sigma_is_refused():
    track = keyframe_track(0, 5)
    wrong = replace(track, sigmas=np.full((2, 7), np.inf))
    with pytest.raises(ArgumentError, match="track 1: sigmas must be finite, box 0"):
        filled(wrong)


def test_a_track_with_one_keyframe_stays_one_box_and_is_counted(caplog):
    result = interpolate(make_labels(keyframe_track(5), keyframe_track(0, 5, id="2")), drive())
    assert len(result.track("1")) == 1
    assert "1 of 2 tracks have one keyframe and stay one box" in caplog.text


def test_a_track_without_keyframes_stays_as_it_is_and_is_counted(caplog):
    track = keyframe_track(0, 5, source=Source.INTERPOLATED)
    assert same_track(filled(track), track)
    assert "1 of 1 tracks have no keyframe and stay as they are" in caplog.text


def test_a_track_without_boxes_stays_as_it_is():
    assert len(filled(keyframe_track(0, 1)[:0])) == 0


def test_labels_without_tracks_come_back_empty():
    labels = sa.Labels(drive_name="drive", frame="world", tracks=())
    assert interpolate(labels, drive()).tracks == ()


def test_computed_boxes_beyond_the_keyframes_are_left_out_and_counted(caplog):
    track = keyframe_track(0, 1, 2, 3)
    sources = np.array([Source.INTERPOLATED, Source.HUMAN, Source.HUMAN, Source.FITTED], np.uint8)
    track = filled(replace(track, sources=sources))
    assert len(track) == 2
    assert "2 computed boxes before the first or after the last keyframe of their track are left out" in caplog.text


def test_keyframes_with_no_frame_between_them_are_all_there_is():
    track = keyframe_track(3.2, 3.7)
    np.testing.assert_array_equal(filled(track).timestamps_ns, track.timestamps_ns)


def test_keyframes_outside_drive_and_trajectory_are_kept_and_counted(caplog):
    track = filled(keyframe_track(-3, 2, 30))
    np.testing.assert_array_equal((track.timestamps_ns - START_NS) / FRAME_NS, [-3, *range(21), 30])
    assert "2 of 3 keyframes lie outside the drive's frames and are kept" in caplog.text
    assert "2 of 3 keyframes lie outside the ego trajectory and are kept" in caplog.text


def test_without_ego_poses_boxes_stay_in_the_ego_frame_with_one_warning(caplog):
    times = START_NS + np.arange(21) * FRAME_NS
    recording = MemoryDrive(trajectory=None, times={"LIDAR_TOP": times})
    labels = make_labels(keyframe_track(0, 5, frame="ego"), keyframe_track(3, 9, id="2", frame="ego"), frame="ego")
    result = interpolate(labels, recording, points=False)
    assert result.frame == "ego"
    assert len(result.tracks[0]) == 6
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "has no ego poses" in warnings[0].message


def test_labels_in_the_world_need_no_ego_poses(caplog):
    recording = MemoryDrive(trajectory=None, times={"LIDAR_TOP": START_NS + np.arange(21) * FRAME_NS})
    assert len(interpolate(make_labels(keyframe_track(0, 5)), recording).tracks[0]) == 6
    assert not caplog.records


def test_labels_in_the_ego_frame_are_moved_into_the_world_first():
    recording = drive()
    standing = keyframe_track(0, 4, 11, 20, centers=[[30.0, 5, 1]] * 4)
    poses = recording.trajectory.sample(standing.timestamps_ns).inverse()
    seen = make_track(timestamps_ns=standing.timestamps_ns, frame="ego")
    seen = replace(seen, cuboids=standing.cuboids.moved(poses, frame="ego"))
    result = interpolate(make_labels(seen, frame="ego"), recording)
    assert result.frame == "world"
    np.testing.assert_allclose(result.tracks[0].cuboids.centers, np.tile([30.0, 5, 1], (21, 1)), atol=1e-9)


def test_sigmas_in_the_ego_frame_turn_with_the_boxes():
    recording = drive()
    # x of the vehicle points along y of the world, y along z, z along x.
    turn = np.tile([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]], (21, 1, 1))
    poses = Transforms(turn, np.zeros((21, 3)))
    recording.trajectory = Trajectory(START_NS + np.arange(21) * FRAME_NS, poses)
    track = keyframe_track(5, 6, frame="ego", source=Source.IMPORTED)
    track = replace(track, sigmas=np.tile([0.1, 0.2, 0.3, 0, 0, 0, 0.01], (2, 1)))
    result = interpolate(make_labels(track, frame="ego"), recording)
    np.testing.assert_allclose(result.tracks[0].sigmas[0, :3], [0.3, 0.1, 0.2], atol=1e-9)


def test_ego_boxes_outside_the_trajectory_are_refused():
    labels = make_labels(keyframe_track(0, 30, id="9", frame="ego"), frame="ego")
    with pytest.raises(TimeRangeError, match="track 9: 1 of 2 boxes are in the ego frame at instants outside"):
        interpolate(labels, drive())


def test_everything_else_in_the_labels_is_handed_on():
    parts = {
        "events": (Event(id="e", category="brake", start_ns=1, end_ns=2),),
        "relations": (Relation(id="r", predicate="follows", subject_id="1", object_id="2"),),
        "tags": (Tag(name="weather", value="rain"),),
        "ontology": Ontology(sa.default_ontology().categories),
    }
    labels = make_labels(keyframe_track(0, 5, attributes={"colour": "red"}), **parts)
    result = interpolate(labels, drive())
    for name in parts:
        assert getattr(result, name) is getattr(labels, name) or getattr(result, name) == getattr(labels, name)
    assert result.tracks[0].attributes == {"colour": "red"}


def test_box_attributes_hold_their_last_value():
    track = keyframe_track(0, 2, 4, 6, box_attributes={"door": ("shut", "open", None, "shut"), "lamp": (None, 1, 1, 2)})
    result = filled(track)
    assert result.box_attributes["door"] == ("shut", "shut", "open", "open", None, "open", "shut")
    assert result.box_attributes["lamp"] == (None, None, 1, 1, 1, 1, 2)


def test_sweeps_read_are_reported():
    seen = []
    labels = make_labels(keyframe_track(0, 3), keyframe_track(2, 5, id="2"))
    interpolate(labels, drive(), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(n, 6) for n in range(1, 7)]


@pytest.mark.parametrize("times", [[0, 2, 1], [0, 1, 1]], ids=["out of order", "twice"])
def test_keyframes_out_of_order_never_become_a_track(times):
    with pytest.raises(ArgumentError, match="timestamps must increase strictly"):
        make_track(timestamps_ns=times)


def test_a_keyframe_that_is_no_number_never_becomes_a_box():
    with pytest.raises(ArgumentError, match="centers must be finite"):
        Cuboids.from_yaws([[np.nan, 0, 0]], [[1, 1, 1]], [0], frame="world")


def test_tilt_goes_along():
    tilted = Transform.from_quaternion([0.99, 0.1, 0, 0.05], [0, 0, 0]).rotation
    track = keyframe_track(0, 10)
    boxes = Cuboids(
        centers=track.cuboids.centers, sizes=track.cuboids.sizes, rotations=np.stack([tilted, tilted]), frame="world"
    )
    result = filled(replace(track, cuboids=boxes))
    np.testing.assert_allclose(result.cuboids.rotations, np.tile(tilted, (11, 1, 1)), atol=1e-12)
