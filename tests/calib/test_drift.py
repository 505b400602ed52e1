"""Labels tell a camera that has turned from a clock that is off, from label errors, and from chance."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from calib.drift.file import drift_document, drift_summary
from calib.drift.finding import find_drift
from calib.drift.labelled import labelled_pairs
from calib.drift.pictured import pictured
from calib.drift.simulated import simulate_pairs
from calib.estimation.tangent import rotation_from_vector
from sensorann.cli import run
from sensorann.errors import CalibrationError
from sensorann.formats.rigs.own import pose_members
from sensorann.geometry import Transform
from sensorann.scene import ImageTrack, Rig, Source, sources_of
from sensorann.simulate import simulate_drive
from tests.builders import EGO_FROM_FORWARD_CAMERA, MemoryDrive, make_camera, make_labels, make_rig, make_track

CAMERA = make_camera(size=(1920, 1080), focal=1266.0)
YAW = np.deg2rad([0.0, 0.2, 0.0])


def verdicts(n_runs, **options):
    rng = np.random.default_rng(1)
    return [find_drift(simulate_pairs(rng, CAMERA, **options)).verdict for _ in range(n_runs)]


@pytest.mark.parametrize("n_boxes", [1, 5], ids=["single boxes", "boxes that err alike"])
def test_chance_alone_seldom_alarms(n_boxes):
    # At a rate of 1.5 % more than five of 60 come once in 2500 times.
    assert sum(verdict != "as calibrated" for verdict in verdicts(60, n_boxes=n_boxes)) <= 5


def test_a_turn_of_a_fifth_of_a_degree_is_found_among_a_hundred_objects():
    found = verdicts(30, turn=YAW)
    assert found.count("the camera has turned") >= 27


def test_a_late_camera_on_a_winding_road_is_no_turned_camera():
    found = verdicts(30, delay=0.02, yaw_rate=0.3)
    assert found.count("the clock is off") >= 28


def test_the_turn_and_its_sigma_are_stated():
    found = find_drift(simulate_pairs(np.random.default_rng(2), CAMERA, turn=YAW, n_objects=300))
    assert np.all(np.abs(found.turn - YAW) < 4 * found.turn_sigmas)
    assert found.turn_sigmas[1] < np.deg2rad(0.04)
    assert "CAM: the camera has turned (300 objects in 300 pairs of boxes)" in drift_summary(found, "CAM")
    assert drift_document(found, "CAM")["verdict"] == "the camera has turned"


@pytest.mark.parametrize("degrees", [1.0, 3.0, 8.0])
def test_a_camera_that_looks_far_aside_is_found(degrees):
    # No delay explains it: such an explanation must cost much, and break nothing.
    found = find_drift(
        simulate_pairs(np.random.default_rng(4), CAMERA, turn=np.deg2rad([0.0, degrees, 0.0]), wrong_share=0.3)
    )
    assert found.verdict == "the camera has turned"
    assert np.rad2deg(found.turn[1]) == pytest.approx(degrees, rel=0.05)


def test_labels_that_are_worse_than_usual_make_no_alarm_and_no_label_errors():
    rng = np.random.default_rng(5)
    found = [find_drift(_far_off(simulate_pairs(rng, CAMERA, wrong_share=0.0), rng)) for _ in range(40)]
    assert sum(one.verdict != "as calibrated" for one in found) <= 3
    assert sum(len(one.label_errors) for one in found) <= 4
    assert np.median([one.turn_sigmas[1] for one in found]) > np.deg2rad(0.05)


def _far_off(pairs, rng):
    """Boxes of pictures that miss by 15 pixels, five times as much as is usual."""
    return replace(pairs, residuals=pairs.residuals + 15.0 * rng.normal(size=pairs.residuals.shape))


def test_one_wrong_object_is_a_label_error():
    pairs = simulate_pairs(np.random.default_rng(3), CAMERA, wrong_share=0.0)
    residuals = pairs.residuals.copy()
    residuals[17] += [80.0, 0.0]
    found = find_drift(replace(pairs, residuals=residuals))
    assert found.verdict == "as calibrated"
    assert [name for name, _ in found.label_errors] == ["17"]
    assert "label error: track 17 misses by" in drift_summary(found, "CAM")


def test_few_objects_are_refused():
    with pytest.raises(CalibrationError, match="9 objects are labelled both"):
        find_drift(simulate_pairs(np.random.default_rng(0), CAMERA, n_objects=9))


TURNED = "the camera has turned"


@pytest.fixture(scope="module")
def town():
    """A simulated drive with bends, and its true labels."""
    return simulate_drive(seed=0, n_frames=300, n_actors=60)


def make_pictured_drive(*, turn=(0.0, 0.0, 0.0)):
    """Twelve parked cars, their boxes drawn by a camera that has turned since the rig was written."""
    drive = MemoryDrive(rig=make_rig())
    camera = drive.rig["CAM_FRONT"].camera
    now = EGO_FROM_FORWARD_CAMERA @ Transform(rotation_from_vector(-np.asarray(turn)), np.zeros(3))
    tracks, pictured = [], []
    for i in range(12):
        centers = np.tile([25.0 + 2.0 * i, 9.0 - 1.7 * i, 0.8], (10, 1))
        track = make_track(id=str(i), centers=centers, yaws=np.zeros(10), n=10)
        poses = drive.trajectory.sample(track.timestamps_ns)
        pixels = [
            camera.project((world_from_ego @ now).inverse().apply(corners))
            for world_from_ego, corners in zip((poses[k] for k in range(10)), track.cuboids.corners(), strict=True)
        ]
        boxes = np.array([[*one.min(axis=0), *one.max(axis=0)] for one in pixels])
        tracks.append(track)
        pictured.append(
            ImageTrack(
                id=str(i),
                camera="CAM_FRONT",
                category="Car",
                timestamps_ns=track.timestamps_ns,
                boxes=boxes,
                sources=sources_of(10, Source.HUMAN),
            )
        )
    return drive, make_labels(*tracks, image_tracks=tuple(pictured))


def test_boxes_in_space_and_pictures_are_paired_by_object_and_instant():
    drive, labels = make_pictured_drive()
    pairs = labelled_pairs(drive, labels, "CAM_FRONT")
    assert len(pairs.names) == 12
    np.testing.assert_allclose(pairs.residuals, 0.0, atol=1e-9)


def test_a_turn_shows_in_the_residuals_of_a_drive():
    drive, labels = make_pictured_drive(turn=(0.0, 0.01, 0.0))
    found = find_drift(labelled_pairs(drive, labels, "CAM_FRONT"))
    np.testing.assert_allclose(found.turn[1], 0.01, rtol=0.03)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [({}, "as calibrated"), ({"delay": 0.02}, "the clock is off"), ({"turn": np.deg2rad([0, 0.3, 0])}, TURNED)],
    ids=["nothing", "20 ms", "0.3 degrees"],
)
def test_a_late_camera_of_a_turning_drive_is_told_from_one_that_has_turned(town, change, verdict):
    drive, labels = town
    drawn = pictured(drive, labels, "CAM_FRONT", rng=np.random.default_rng(1), **change)
    found = find_drift(labelled_pairs(drive, drawn, "CAM_FRONT"))
    assert found.verdict == verdict
    if "delay" in change:
        assert found.delay == pytest.approx(0.02, abs=3 * found.delay_sigma)


def test_what_is_no_camera_is_refused():
    drive, labels = make_pictured_drive()
    with pytest.raises(CalibrationError, match="LIDAR_TOP is a lidar: name a camera"):
        labelled_pairs(drive, labels, "LIDAR_TOP")


@pytest.mark.real_data
def test_a_turned_camera_is_found_on_a_recorded_drive(real_data):
    training = real_data / "kitti_tracking" / "training"
    drive = sa.open_drive(f"{training}#0004")
    labels = sa.read_labels(training / "label_02" / "0004.txt", drive=drive)
    assert find_drift(labelled_pairs(drive, labels, "image_02")).verdict == "as calibrated"
    knocked = Transform(rotation_from_vector(np.deg2rad([0.0, 0.3, 0.0])), np.zeros(3))
    sensors = [
        replace(one, ego_from_sensor=one.ego_from_sensor @ knocked) if one.name == "image_02" else one
        for one in drive.rig.sensors
    ]
    turned = MemoryDrive(name=drive.name, rig=Rig(tuple(sensors)), trajectory=drive.trajectory)
    found = find_drift(labelled_pairs(turned, labels, "image_02"))
    assert found.verdict == "the camera has turned"
    assert np.rad2deg(found.turn[1]) == pytest.approx(0.3, abs=0.02)


@pytest.mark.real_data
def test_the_command_checks_a_recorded_drive(real_data, tmp_path, capsys):
    training = real_data / "kitti_tracking" / "training"
    labels = str(training / "label_02" / "0004.txt")
    page = tmp_path / "check.html"
    words = ["calibrate", "check", f"{training}#0004", "--labels", labels, "--sensor", "image_02"]
    assert run([*words, "--report", str(page)]) == 0
    assert "image_02: as calibrated</h1>" in page.read_text("utf-8")
    assert capsys.readouterr().out.startswith("image_02: as calibrated (40 objects")


@pytest.mark.real_data
def test_the_command_checks_another_calibration(real_data, tmp_path, capsys):
    training = real_data / "kitti_tracking" / "training"
    drive, labels = f"{training}#0004", str(training / "label_02" / "0004.txt")
    turned = sa.open_drive(drive).rig["image_02"].ego_from_sensor @ Transform(
        rotation_from_vector(np.deg2rad([0.0, 0.3, 0.0])), np.zeros(3)
    )
    rig = tmp_path / "turned.json"
    pose = {"source": "image_02", "target": "ego", "target_from_source": pose_members(turned)}
    rig.write_text(json.dumps({"format_version": 1, **pose}))
    words = ["calibrate", "check", str(rig), "--drive", drive]
    assert run([*words, "--labels", labels, "--sensor", "image_02"]) == 0
    assert capsys.readouterr().out.startswith("image_02: the camera has turned")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check"], "RIG"),
        (["radar-ego", "drive"], "--sensor requires an argument"),
        (["camera", "s.toml", "--labels", "l.json"], "--labels"),
    ],
    ids=["check of nothing", "radar without a name", "a lens with labels"],
)
def test_wrong_words_are_named(words, message, capsys):
    assert run(["calibrate", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
