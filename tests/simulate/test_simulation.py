"""The simulated drive: what it measures is true, and always the same."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Source, frame_timestamps_ns, reference_sensor
from sensorann.simulate import simulate_drive
from sensorann.simulate.vehicle import LIDAR, RADAR

SMALL = {"n_frames": 6, "n_actors": 8, "n_beams": 16, "n_columns": 360}


@pytest.fixture(scope="module")
def small():
    return simulate_drive(seed=3, **SMALL)


def test_the_frames_are_those_of_the_lidar_at_10_hz(small):
    drive, _ = small
    assert reference_sensor(drive) == LIDAR
    times = frame_timestamps_ns(drive)
    np.testing.assert_array_equal(np.diff(times), np.full(5, 100_000_000))
    assert times.dtype == np.int64


def test_every_instant_of_every_sensor_lies_on_the_trajectory(small):
    drive, _ = small
    for name in drive.rig:
        times = drive.timestamps_ns(name)
        assert (np.diff(times) > 0).all()
        assert drive.trajectory.covers(times).all()


def test_cameras_fire_at_their_own_instants(small):
    drive, _ = small
    offsets = {
        sensor.name: int(drive.timestamps_ns(sensor.name)[0] - drive.timestamps_ns(LIDAR)[0])
        for sensor in drive.rig.of_kind("camera")
    }
    assert len(set(offsets.values())) == len(offsets)
    assert offsets["CAM_FRONT_LEFT"] < offsets["CAM_FRONT"] < offsets["CAM_FRONT_RIGHT"]


def test_labels_are_human_boxes_of_known_categories_in_the_world(small):
    drive, labels = small
    assert labels.frame == "world"
    assert labels.drive_name == drive.name
    for track in labels.tracks:
        assert track.category in labels.ontology
        assert (track.sources == Source.HUMAN).all()
        assert np.isin(track.timestamps_ns, frame_timestamps_ns(drive)).all()
        assert int(track.id) in range(1, 9)


def test_labels_end_at_their_range():
    drive, labels = simulate_drive(seed=3, label_range=25.0, **SMALL)
    for track in labels.tracks:
        ego = drive.trajectory.sample(track.timestamps_ns).translations
        assert np.linalg.norm(track.cuboids.centers - ego, axis=1).max() <= 25.0
    assert 0 < labels.n_boxes < simulate_drive(seed=3, **SMALL)[1].n_boxes


def test_the_same_seed_gives_the_same_bytes_in_any_order_and_on_threads():
    drive, _ = simulate_drive(seed=5, **SMALL)
    other, _ = simulate_drive(seed=5, **SMALL)
    forward = [drive.sweep(LIDAR, i).points.tobytes() for i in range(6)]
    with ThreadPoolExecutor(3) as pool:
        backward = list(pool.map(lambda i: other.sweep(LIDAR, i).points.tobytes(), range(5, -1, -1)))
    assert forward == backward[::-1]
    assert drive.sweep(RADAR, 2).points.tobytes() == other.sweep(RADAR, 2).points.tobytes()
    assert drive.image_bytes("CAM_FRONT", 1) == other.image_bytes("CAM_FRONT", 1)


def test_another_seed_gives_another_drive(small):
    drive, _ = small
    other, _ = simulate_drive(seed=4, **SMALL)
    assert drive.sweep(LIDAR, 0).points.tobytes() != other.sweep(LIDAR, 0).points.tobytes()


def test_a_sweep_is_kept_for_the_next_question(small):
    drive, _ = small
    assert drive.sweep(LIDAR, 1) is drive.sweep(LIDAR, 1)


def test_a_drive_travels_to_another_process(small):
    drive, _ = small
    copy = pickle.loads(pickle.dumps(drive))
    assert copy.sweep(LIDAR, 2).points.tobytes() == drive.sweep(LIDAR, 2).points.tobytes()


def test_a_world_without_actors_has_no_labels():
    drive, labels = simulate_drive(seed=1, n_frames=1, n_actors=0, n_beams=8, n_columns=90)
    assert labels.tracks == ()
    assert len(drive.sweep(LIDAR, 0)) > 0
    assert len(drive.sweep(RADAR, 0)) > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_frames": 0},
        {"n_actors": -1},
        {"n_beams": 0},
        {"n_columns": 0},
        {"seed": -1},
        {"dropout": 1.5},
        {"relief": -1.0},
        {"kerb_height": 0.6},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_numbers_out_of_range_are_refused_by_name(wrong):
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        simulate_drive(**{**SMALL, **wrong})


def test_what_a_sensor_does_not_have_is_refused(small):
    drive, _ = small
    with pytest.raises(ArgumentError, match="camera"):
        drive.sweep("CAM_FRONT", 0)
    with pytest.raises(ArgumentError, match="lidar"):
        drive.image(LIDAR, 0)
    with pytest.raises(ArgumentError, match="number 6"):
        drive.sweep(LIDAR, 6)


def test_relief_and_kerbs_shape_the_ground_alone():
    plain, steep = (simulate_drive(seed=3, relief=relief, kerb_height=0.3, **SMALL)[0].world for relief in (0.0, 3.0))
    places = np.random.default_rng(0).uniform(-90, 90, (500, 2))
    assert set(plain.ground.heights(places)) == {0.0, 0.3}
    tilts = np.degrees(np.arccos(steep.ground.normals(places)[:, 2]))
    assert 4 < tilts.max() < np.degrees(np.arctan(0.15))
    np.testing.assert_array_equal(plain.town.centers[:, :2], steep.town.centers[:, :2])
