"""Proposed tracks against the truth of a simulated drive, and on drives that hold nothing."""

from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from benchmarks import prelabel as benchmark
from sensorann.errors import ArgumentError, MissingDataError
from sensorann.geometry import Cuboids, Trajectory, Transform, outlines, points_in_cuboids
from sensorann.scene import ImageTrack, Motion, Rig, Sensor, Source, Sweep, into_sensor, sources_of
from sensorann.tracks.association.duplicates import covered_ground, surest_tracks
from sensorann.tracks.clouds import points_at
from sensorann.tracks.prelabelling.looking import confirmed_by_pictures
from sensorann.tracks.prelabelling.prelabel import LEAST_CONFIDENCE
from sensorann.tracks.prelabelling.refining import headings
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_track, make_trajectory

N_FRAMES = 16


@pytest.fixture(scope="module")
def simulated():
    return sa.simulate_drive(seed=5, n_frames=N_FRAMES, n_actors=25, n_beams=64, n_columns=900)


@pytest.fixture(scope="module")
def proposed(simulated):
    return sa.prelabel(simulated[0])


def drive_with(clouds, *, kind="lidar", trajectory="world"):
    """Write a drive of one sensor; None stands for a sweep that is missing."""
    times = {"TOP": START_NS + np.arange(len(clouds)) * FRAME_NS}
    sweeps = [
        cloud if cloud is None else Sweep(sensor="TOP", timestamp_ns=int(time), points=cloud)
        for cloud, time in zip(clouds, times["TOP"], strict=True)
    ]
    rig = Rig((Sensor(name="TOP", kind=kind, ego_from_sensor=Transform.identity()),))
    poses = make_trajectory(n=len(clouds) + 2) if trajectory else None
    return Sparse(rig=rig, trajectory=poses, times=times, sweeps={"TOP": sweeps})


class Sparse(MemoryDrive):
    def sweep(self, sensor, index):
        found = super().sweep(sensor, index)
        if found is None:
            raise MissingDataError("not on disk")
        return found


def matches(drive, labels, proposed):
    """For every true box with 60 points or more: its track, and the nearest proposed track within 2 m, or None."""
    pairs = []
    for instant in drive.times["LIDAR_TOP"]:
        truth, true_ids = benchmark.boxes_at(labels, instant)
        ours, our_ids = benchmark.boxes_at(proposed, instant)
        seen = points_in_cuboids(points_at(drive, int(instant)), truth).counts >= 60
        apart = benchmark.distances(truth, ours)
        for row in np.flatnonzero(seen):
            near = apart[row].argmin()
            hit = proposed.tracks[our_ids[near]] if apart[row, near] < 2.0 else None
            pairs.append((labels.tracks[true_ids[row]], hit, instant))
    return pairs


@pytest.fixture(scope="module")
def pairs(simulated, proposed):
    return matches(*simulated, proposed)


def test_what_is_well_seen_is_proposed(pairs):
    assert len(pairs) > 100
    # Flat rears of the simulator's boxes, half hidden, are all that is seen of some.
    assert np.mean([hit is not None for _, hit, _ in pairs]) > 0.7


def test_motion_and_kind_are_those_of_the_object(simulated, proposed, pairs):
    labels = simulated[1]
    alike, kinds = [], []
    for truth, hit, _ in pairs:
        if hit is None:
            continue
        # Cyclists of the simulator are boxes, as wide at the top as the rear of a car.
        if truth.category != "cyclist":
            motions = labels.ontology[truth.category].motion, proposed.ontology[hit.category].motion
            kinds.append((motions[0] is Motion.VEHICLE) == (motions[1] is Motion.VEHICLE))
        way = np.linalg.norm(truth.cuboids.centers[-1] - truth.cuboids.centers[0])
        if way < 0.1 or way > 4.0:
            alike.append(hit.attributes["moving"] == (way > 1.0))
    assert np.mean(kinds) > 0.95
    assert np.mean(alike) > 0.9


def test_moving_objects_head_where_they_go(pairs):
    turned = []
    for truth, hit, instant in pairs:
        if hit is not None and hit.attributes["moving"]:
            true = truth.cuboids.yaws[truth.timestamps_ns == instant][0]
            ours = hit.cuboids.yaws[hit.timestamps_ns == instant][0]
            turned.append(abs((ours - true + np.pi) % (2 * np.pi) - np.pi))
    assert np.median(turned) < 0.1
    assert np.mean(np.array(turned) < 0.5) > 0.9


def test_tracks_say_where_they_come_from_and_how_sure_they_are(proposed):
    assert proposed.frame == "world"
    for track in proposed.tracks:
        assert set(track.sources.tolist()) <= {Source.DETECTED, Source.INTERPOLATED}
        assert np.isfinite(track.sigmas).all()
        assert LEAST_CONFIDENCE <= track.attributes["confidence"] <= 1.0
        assert np.ptp(track.cuboids.sizes, axis=0).max() < 1e-9
    assert [track.id for track in proposed.tracks] == [str(i) for i in range(len(proposed.tracks))]


@pytest.mark.parametrize(
    ("car", "person", "aside", "left"),
    [
        (0.8, 0.4, 0.0, ["car"]),
        (0.4, 0.8, 0.0, ["car", "person"]),
        (0.8, 0.4, 1.6, ["car", "person"]),
    ],
    ids=["a person in a car", "a surer one", "beside it"],
)
def test_nobody_stands_inside_a_surer_car_and_nobody_hides_one(car, person, aside, left):
    tracks = [
        make_track(
            id=name, category=category, size=size, attributes={"confidence": sure},
            centers=np.tile([9.0, y, 0.8], (4, 1)), yaws=np.zeros(4), timestamps_ns=START_NS + np.arange(4) * FRAME_NS,
        )
        for name, category, size, sure, y in (
            ("car", "car", (4.2, 1.8, 1.5), car, 0.0), ("person", "pedestrian", (0.7, 0.7, 1.7), person, aside),
        )
    ]  # fmt: skip
    assert [track.id for track in surest_tracks(tracks, by="confidence", overlap_of=covered_ground)] == left


def test_the_share_of_its_ground_that_another_covers_is_told_of_each_box():
    boxes = Cuboids.from_yaws([[0, 0, 0], [0, 0, 0]], [[4, 2, 1], [1, 1, 1]], [0, 0], frame="world")
    others = Cuboids.from_yaws([[1, 0, 0], [0, 0, 0]], [[4, 2, 1], [4, 2, 1]], [0, 0], frame="world")
    np.testing.assert_allclose(covered_ground(boxes, others), [0.75, 1.0])
    np.testing.assert_allclose(covered_ground(others, boxes), [0.75, 0.125])


def test_the_same_drive_gives_the_same_tracks(simulated):
    once, again = (sa.prelabel(simulated[0], frames=slice(2, 6)) for _ in range(2))
    assert len(once.tracks) == len(again.tracks) > 0
    for a, b in zip(once.tracks, again.tracks, strict=True):
        np.testing.assert_array_equal(a.cuboids.centers, b.cuboids.centers)


def test_a_world_that_is_turned_holds_the_same_objects(simulated):
    drive, n = simulated[0], 6
    times = drive.times["LIDAR_TOP"][:n]
    poses, turn = drive.trajectory.sample(drive.trajectory.timestamps_ns), Transform.from_yaw(0.7, [300.0, -80.0, 0.0])
    sweeps = {"LIDAR_TOP": [drive.sweep("LIDAR_TOP", k) for k in range(n)]}
    turned = MemoryDrive(
        rig=Rig((drive.rig["LIDAR_TOP"],)), times={"LIDAR_TOP": times}, sweeps=sweeps,
        trajectory=Trajectory(drive.trajectory.timestamps_ns, turn @ poses),
    )  # fmt: skip
    usual = sa.prelabel(replace(turned, trajectory=drive.trajectory), min_confidence=0.0).tracks
    found = sa.prelabel(turned, min_confidence=0.0).tracks
    assert len(found) == len(usual) > 20
    for one, other in zip(usual, found, strict=True):
        expected = one.cuboids.moved(turn, frame="world")
        np.testing.assert_allclose(other.cuboids.corners(), expected.corners(), atol=1e-3)
        assert other.attributes == one.attributes


def test_only_the_chosen_frames_and_categories_are_proposed(simulated):
    steps = []
    labels = sa.prelabel(
        simulated[0], frames=slice(3, 8), categories=("pedestrian",), progress=lambda *step: steps.append(step)
    )
    instants = simulated[0].times["LIDAR_TOP"]
    assert {track.category for track in labels.tracks} <= {"pedestrian"}
    assert all(set(track.timestamps_ns) <= set(instants[3:8]) for track in labels.tracks)
    assert steps[0] == (1, 10)
    assert steps == sorted(steps)


def test_one_sweep_is_enough(simulated):
    labels = sa.prelabel(simulated[0], frames=slice(0, 1), min_confidence=0.0)
    assert len(labels.tracks) > 3
    assert all(len(track) == 1 for track in labels.tracks)


@pytest.mark.parametrize("trajectory", ["world", None])
def test_sweeps_without_objects_give_no_tracks(trajectory):
    few = np.random.default_rng(0).uniform(-9, 9, (10, 3)).astype(np.float32)
    for cloud in (np.empty((0, 3), np.float32), few):
        assert sa.prelabel(drive_with([cloud] * 3, trajectory=trajectory)).tracks == ()


def test_some_missing_sweeps_are_a_warning_and_all_are_an_error(caplog):
    empty = np.empty((0, 3), np.float32)
    sa.prelabel(drive_with([empty, None, empty]))
    assert "1 of 3 sweeps are missing" in caplog.text
    with pytest.raises(MissingDataError, match="none of the 2 sweeps"):
        sa.prelabel(drive_with([None, None]))


def test_sweeps_of_another_lidar_beside_the_frames_are_named(caplog):
    alone = drive_with([np.empty((0, 3), np.float32)] * 4)
    times, front = alone.times["TOP"], replace(alone.rig["TOP"], name="FRONT")
    sweeps = [Sweep(sensor="FRONT", timestamp_ns=int(at), points=np.empty((0, 3), np.float32)) for at in times]
    for late_ns, said in ((50_000_000, True), (5_000_000, False)):
        caplog.clear()
        rig = Rig((*alone.rig.sensors, front))
        both = {**alone.sweeps, "FRONT": [replace(one, timestamp_ns=one.timestamp_ns + late_ns) for one in sweeps]}
        drive = replace(alone, rig=rig, sweeps=both, times={**alone.times, "FRONT": times + late_ns})
        sa.prelabel(drive, frames=slice(0, 2))
        assert ("2 of 2 sweeps of FRONT lie more than 10 ms from those of TOP" in caplog.text) is said


def test_sweeps_without_an_ego_pose_are_left_out(caplog):
    empty = np.empty((0, 3), np.float32)
    late = replace(drive_with([empty] * 4), trajectory=make_trajectory(n=2))
    assert sa.prelabel(late).tracks == ()
    assert "2 of 4 sweeps have no ego pose" in caplog.text
    never = replace(late, times={"TOP": late.times["TOP"] + 60_000_000_000})
    with pytest.raises(ArgumentError, match="no ego pose at any of the 4 sweeps"):
        sa.prelabel(never)


def test_what_makes_no_sense_is_refused(simulated):
    drive = simulated[0]
    with pytest.raises(ArgumentError, match="at least one category"):
        sa.prelabel(drive, categories=())
    with pytest.raises(ArgumentError, match=r"ontology must be an Ontology, .*, got 'words.json'"):
        sa.prelabel(drive, ontology="words.json")
    with pytest.raises(ArgumentError, match="unknown category 'dragon'"):
        sa.prelabel(drive, categories=("dragon",))
    with pytest.raises(ArgumentError, match=f"frames 50:60 hold no sweep: drive simulated-5 has {N_FRAMES}"):
        sa.prelabel(drive, frames=slice(50, 60))
    with pytest.raises(ArgumentError, match="no LiDAR"):
        sa.prelabel(drive_with([np.empty((0, 3), np.float32)], kind="radar"))
    with pytest.raises(ArgumentError, match="min_confidence"):
        sa.prelabel(drive, min_confidence=1.5)


def test_headings_are_kept_where_an_object_waits():
    seconds = np.arange(6) * 0.1
    places = np.array([[0, 0], [0, 1], [0, 2], [0, 2.01], [0, 2.02], [0, 2.02]], np.float64)
    np.testing.assert_allclose(headings(places, seconds), np.pi / 2, atol=0.02)


@pytest.mark.real_data
def test_recorded_objects_are_proposed(real_data):
    recording = next(benchmark.recordings(real_data))
    found = sa.prelabel(recording.drive, frames=slice(25, 50))
    frames_ns = recording.drive.timestamps_ns("velodyne")[25:50]
    for motion in (Motion.VEHICLE, Motion.TWO_WHEELER):
        row = benchmark.recall(recording, found, frames_ns, motion)
        assert row["labels"] >= 25
        assert row["2 m"] >= 0.85
        assert row["switches"] == 0


def on_pictures(drive, labels, frames):
    """Outlines of the true boxes on pictures of the front camera, each an image track of its own."""
    sensor, camera = drive.rig["CAM_FRONT"], drive.rig.camera("CAM_FRONT")
    boxes = []
    for instant in drive.times["CAM_FRONT"][frames]:
        for track in labels.tracks:
            rows = np.flatnonzero(np.abs(track.timestamps_ns - instant) < 60_000_000)[:1]
            instants = np.full(len(rows), instant)
            seen = into_sensor(track.cuboids[rows], sensor, drive.trajectory, timestamps_ns=instants)
            drawn = outlines(seen, camera)
            drawn = drawn[np.isfinite(drawn).all(axis=1)]
            if len(drawn):
                name, sources = f"{track.id}/{instant}", sources_of(1, Source.DETECTED)
                boxes.append(
                    ImageTrack(
                        id=name, camera="CAM_FRONT", category=track.category, timestamps_ns=instants, boxes=drawn,
                        sources=sources,
                    )
                )  # fmt: skip
    return boxes


def test_boxes_on_pictures_name_the_category(simulated, proposed, pairs):
    nameless = replace(proposed, tracks=tuple(replace(track, category="tram") for track in proposed.tracks))
    named = confirmed_by_pictures(nameless, simulated[0], on_pictures(*simulated, slice(3, 12)))
    after = dict(zip((track.id for track in proposed.tracks), named.tracks, strict=True))
    told = [(truth, after[hit.id]) for truth, hit, _ in pairs if hit is not None and after[hit.id].category != "tram"]
    assert len(told) > 50
    assert np.mean([track.category == truth.category for truth, track in told]) > 0.8
    risen = [after[track.id].attributes["confidence"] - track.attributes["confidence"] for track in proposed.tracks]
    assert min(risen) == 0
    assert max(risen) > 0


def test_boxes_of_unknown_categories_are_left_out_with_a_warning(simulated, proposed, caplog):
    strange = [replace(box, category="DontCare") for box in on_pictures(*simulated, slice(3, 6))]
    assert confirmed_by_pictures(proposed, simulated[0], strange).tracks == proposed.tracks
    assert f"{len(strange)} boxes on pictures are left out" in caplog.text
    assert "DontCare" in caplog.text


@pytest.mark.parametrize(
    ("others", "named"), [((), "cyclist"), (("Cyclist",), "pedestrian")], ids=["COCO's", "one that knows riders"]
)
def test_a_rider_seen_as_a_person_stays_one_where_nobody_tells_riders_apart(simulated, others, named):
    drive, truth = simulated
    boxes = [replace(box, category="pedestrian") for box in on_pictures(drive, truth, slice(3, 12))]
    boxes += [replace(boxes[0], category=name, boxes=np.zeros((1, 4))) for name in others]
    riders = [replace(track, category="cyclist", attributes={"confidence": 0.5}) for track in truth.tracks]
    found = confirmed_by_pictures(replace(truth, tracks=tuple(riders)), drive, boxes).tracks
    seen = [track.category for track in found if track.attributes["confidence"] > 0.5]
    assert seen
    assert set(seen) == {named}


def test_of_hedges_walls_and_bushes_few_are_proposed_and_of_objects_most():
    """What the weights were not fitted to: another street between gardens."""
    drive, truth = sa.simulate_drive(seed=43, gardens=True, n_frames=14, n_actors=30, n_beams=32, n_columns=900)
    recording = benchmark.Recording(name="gardens", drive=drive, truth=truth, camera_only=False)
    found = sa.prelabel(drive, min_confidence=0.0).tracks
    objects = np.array([benchmark.near_labels(recording, track).mean() >= 0.5 for track in found])
    usual = np.array([track.attributes["confidence"] >= LEAST_CONFIDENCE for track in found])
    assert objects.sum() > 15
    assert usual[objects].mean() > 0.85
    assert usual[~objects].mean() < 0.3
