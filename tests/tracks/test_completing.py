"""Tracks of detections completed from the points of a drive: kind, motion, what speaks for them, frames between."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.scene import Motion, Source, Sweep, default_ontology
from sensorann.tracks.association.tuning import TUNINGS
from sensorann.tracks.prelabelling.believing import confidence
from sensorann.tracks.prelabelling.completing import complete_tracks
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track, make_trajectory
from tests.fitting.clouds import ground, visible_faces

N_FRAMES, SIZE, START = 24, (4.4, 1.8, 1.6), np.array([8.0, 6.0, 0.8])
# Where in the evidence.
N_POINTS, BESIDE, LEFT_BEHIND = 3, 4, 10


def recorded(speed, *, category="car", beside=None, drop=(), astray=None, front=None):
    """A drive past a car that goes along x, and its detections: none in some frames, one coasted astray.

    It is a box, or has a bonnet at its front, which is 1 ahead of its middle along x or -1.
    """
    rig, trajectory = make_rig(), make_trajectory(n=N_FRAMES, speed=0.0, yaw_rate=0.0)
    ego_from_lidar = rig["LIDAR_TOP"].ego_from_sensor
    centers = START + np.arange(N_FRAMES)[:, None] * [speed * FRAME_NS * 1e-9, 0.0, 0.0]
    sweeps = []
    for k, center in enumerate(centers):
        car = visible_faces(center, SIZE, 0.0, sensor=ego_from_lidar.translation, seed=k)
        if front is not None:
            car = car[(front * (car[:, 0] - center[0]) < 0.15 * SIZE[0]) | (car[:, 2] < 0.65 * SIZE[2])]
        parts = [ground(), car]
        points = ego_from_lidar.inverse().apply(np.concatenate(parts if beside is None else [*parts, beside]))
        sweeps.append(Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS + k * FRAME_NS, points=points))
    drive = MemoryDrive(rig=rig, trajectory=trajectory, sweeps={"LIDAR_TOP": sweeps})
    rows = np.setdiff1d(np.arange(N_FRAMES), drop)
    boxes, sources = centers[rows], np.full(len(rows), Source.DETECTED, np.uint8)
    if astray is not None:
        boxes[astray], sources[astray] = boxes[astray] + [0.0, 9.0, 0.0], Source.INTERPOLATED
    times = START_NS + rows * FRAME_NS
    track = make_track(
        id="7", category=category, timestamps_ns=times, centers=boxes, yaws=np.zeros(len(rows)), size=SIZE
    )
    return drive, make_labels(replace(track, sources=sources), ontology=default_ontology()), centers


def completed(*arguments, **options):
    drive, raw, centers = recorded(*arguments, **options)
    [found] = complete_tracks(raw, drive, categories=raw.ontology.categories, frames_ns=drive.trajectory.timestamps_ns)
    return found, centers


def wall(low, high, *, y):
    """An upright face along x."""
    rng = np.random.default_rng(0)
    return np.column_stack([rng.uniform(low, high, 900), np.full(900, y), rng.uniform(0.3, 1.6, 900)])


@pytest.mark.parametrize(("speed", "moves"), [(0.0, False), (1.1, True), (10.0, True)])
def test_what_is_faster_than_a_creep_moves(speed, moves):
    found, _ = completed(speed)
    assert found.track.attributes["moving"] is moves
    assert (found.track.id, found.motion) == ("7", Motion.VEHICLE)


def test_a_box_that_stands_reaches_from_the_ground_to_its_highest_point():
    found, _ = completed(0.0)
    boxes = found.track.cuboids
    np.testing.assert_allclose(boxes.centers[:, 2] - boxes.sizes[:, 2] / 2, 0.0, atol=0.05)
    np.testing.assert_allclose(boxes.centers[:, 2] + boxes.sizes[:, 2] / 2, SIZE[2], atol=0.12)


@pytest.mark.parametrize("front", [1, -1])
def test_a_car_that_stands_faces_where_its_bonnet_is(front):
    found, _ = completed(0.0, front=front)
    np.testing.assert_allclose(np.cos(found.track.cuboids.yaws), front, atol=0.02)


def test_the_side_of_a_box_that_nobody_sees_is_as_far_away_as_its_kind_is_wide():
    found, _ = completed(0.0)
    boxes = found.track.cuboids
    np.testing.assert_allclose(boxes.centers[:, 1] - boxes.sizes[:, 1] / 2, START[1] - SIZE[1] / 2, atol=0.1)
    assert (np.abs(boxes.sizes[:, 1] - SIZE[1]) < 0.2).all()


def test_frames_without_a_detection_are_filled_and_coasted_boxes_are_not_believed():
    found, centers = completed(10.0, drop=(5, 6), astray=9)
    assert len(found.track) == N_FRAMES
    np.testing.assert_allclose(found.track.cuboids.centers[:, :2], centers[:, :2], atol=0.4)
    detected = found.track.sources == Source.DETECTED
    assert np.flatnonzero(~detected).tolist() == [5, 6, 11]


@pytest.mark.parametrize(("category", "motion"), [("car", Motion.VEHICLE), ("cyclist", None)])
def test_a_vehicle_stays_a_vehicle_and_what_is_none_becomes_none(category, motion):
    found, _ = completed(10.0, category=category)
    assert (found.motion is Motion.VEHICLE) == (motion is Motion.VEHICLE)
    # Each kind is as unsure as its own detector.
    assert (found.track.sigmas >= TUNINGS[found.motion].doubt).all()


def test_the_confidence_is_read_off_the_evidence_and_written_with_three_digits():
    found, _ = completed(10.0)
    assert found.track.attributes["confidence"] == round(confidence(found.evidence, found.motion), 3)


def test_what_stands_beside_is_looked_at():
    free, _ = completed(0.0)
    walled, _ = completed(0.0, beside=wall(0.0, 16.0, y=START[1] + 1.4))
    assert free.evidence[BESIDE] == 0.0
    assert walled.evidence[BESIDE] > 0.2


@pytest.mark.parametrize(("place", "stays"), [(0, True), (N_FRAMES - 1, True), (None, False)])
def test_what_stays_where_a_moving_object_began_or_ended_was_no_part_of_it(place, stays):
    x = START[0] + (place or 0) * 10.0 * FRAME_NS * 1e-9
    found, _ = completed(10.0, beside=wall(x - 2.0, x + 2.0, y=START[1] - 0.8) if stays else None)
    assert (found.evidence[LEFT_BEHIND] > 0.2) == stays


def test_who_walks_slower_than_a_car_creeps_moves_and_is_looked_at_in_every_frame():
    found, centers = completed(0.5, category="pedestrian", beside=wall(6.0, 10.0, y=START[1] - 0.8))
    assert found.track.attributes["moving"] is True
    assert found.evidence[LEFT_BEHIND] > 0.2
    np.testing.assert_allclose(found.track.cuboids.centers[:, 0], centers[:, 0], atol=0.4)


def test_a_car_in_full_sight_is_seen_with_all_the_points_that_count():
    found, _ = completed(0.0)
    assert found.evidence[N_POINTS] > -0.1
