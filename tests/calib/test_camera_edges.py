"""A camera that looks otherwise than its rig says: found by edges, or doubted where they tell nothing."""

import json

import cv2
import numpy as np
import pytest

from benchmarks.calibration_drives import turned_rig
from calib.edges.camera_edges import refine_camera
from calib.edges.edges import edge_distances, edge_rows
from calib.estimation.tangent import vector_from_rotation
from sensorann.cli import run
from sensorann.errors import CalibrationError
from sensorann.formats import open_drive
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import EGO_FROM_FORWARD_CAMERA, START_NS, MemoryDrive, make_camera

CAMERA = make_camera(size=(800, 450), focal=600.0)
LIDAR = Transform.from_yaw(0.0, [0.5, 0.0, 1.8])
# Posts before a far wall: distance, bearing, width and height above the ground of each.
POSTS = [(8.0 + 1.7 * i, bearing, 0.5, 2.5 + 0.2 * (i % 3)) for i, bearing in enumerate(np.linspace(-0.45, 0.45, 12))]


def make_drive(*, n=3, blank=False) -> MemoryDrive:
    """Posts as a LiDAR and a camera see them, the camera without noise."""
    sweeps, images = [], []
    for i in range(n):
        image = np.full((450, 800, 3), 190, np.uint8)
        rng = np.random.default_rng(i)
        azimuths, elevations = np.meshgrid(np.arange(-0.7, 0.7, 0.003), np.deg2rad(np.arange(-14, 4, 0.8)))
        ranges = np.minimum(
            60.0, np.where(elevations < 0, LIDAR.translation[2] / np.tan(-np.minimum(elevations, -1e-3)), 60)
        )
        for distance, bearing, width, height in sorted(POSTS, reverse=True):
            bearing = bearing + 0.02 * i
            center = np.array([distance * np.cos(bearing), distance * np.sin(bearing), 0.0])
            side = np.array([-np.sin(bearing), np.cos(bearing), 0.0]) * width / 2
            corners = np.array(
                [center - side, center + side, center + side + [0, 0, height], center - side + [0, 0, height]]
            )
            pixels = CAMERA.project(corners, camera_from_points=EGO_FROM_FORWARD_CAMERA.inverse())
            if not blank:
                cv2.fillPoly(image, [np.round(16 * pixels).astype(np.int32)], (60, 60, 60), cv2.LINE_AA, 4)
            at_lidar = LIDAR.inverse().apply(corners)
            low, high = np.sort(np.arctan2(at_lidar[:2, 1], at_lidar[:2, 0]))
            level = float(np.hypot(*at_lidar[0, :2]))
            top = np.arctan2(at_lidar[2, 2], level)
            hit = (azimuths > low) & (azimuths < high) & (elevations < top) & (level < ranges * np.cos(elevations))
            ranges = np.where(hit, level / np.cos(elevations), ranges)
        flat = np.cos(elevations) * ranges
        points = np.stack([flat * np.cos(azimuths), flat * np.sin(azimuths), ranges * np.sin(elevations)], axis=2)
        noisy = points.reshape(-1, 3) * (1 + 0.001 * rng.normal(size=(points.size // 3, 1)))
        sweeps.append(Sweep(sensor="ROOF", timestamp_ns=START_NS + i, points=noisy.astype(np.float32), fields={}))
        images.append(cv2.imencode(".png", image)[1].tobytes())
    rig = Rig(
        (
            Sensor(name="ROOF", kind="lidar", ego_from_sensor=LIDAR),
            Sensor(name="FRONT", kind="camera", ego_from_sensor=EGO_FROM_FORWARD_CAMERA, camera=CAMERA),
        )
    )
    times = START_NS + np.arange(n, dtype=np.int64)
    return MemoryDrive(
        rig=rig,
        trajectory=None,
        times={"ROOF": times, "FRONT": times},
        sweeps={"ROOF": sweeps},
        images={"FRONT": images},
    )


@pytest.fixture(scope="module")
def posts():
    return make_drive()


def test_outlines_are_the_points_before_a_jump_of_range():
    angles = np.arange(-0.2, 0.2, 0.002)
    ranges = np.where(np.abs(angles) < 0.05, 10.0, 20.0)
    line = np.stack([ranges * np.cos(angles), ranges * np.sin(angles), np.zeros_like(angles)], axis=1)
    sweep = np.concatenate([np.full((3, 3), np.nan), line])
    found = sweep[edge_rows(sweep)]
    np.testing.assert_allclose(np.abs(np.arctan2(found[:, 1], found[:, 0])), 0.05, atol=0.003)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 10.0)


def test_only_upright_edges_of_a_picture_count():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:, 50:] = 255
    assert edge_distances(picture)[50, 50] < 2
    assert edge_distances(picture)[50, 20] == pytest.approx(30, abs=2)
    assert edge_distances(np.ascontiguousarray(picture.transpose(1, 0, 2)))[50, 50] > 50


@pytest.mark.parametrize("degrees", [(0, 0, 0), (0.0, -0.7, 0.0), (0.0, 1.1, 0.0)])
def test_a_knocked_camera_is_found(posts, degrees):
    found = refine_camera(turned_rig(posts, "FRONT", degrees), "FRONT", "ROOF", n_pictures=3)
    left = vector_from_rotation(EGO_FROM_FORWARD_CAMERA.rotation.T @ found.ego_from_sensor.rotation)
    assert np.rad2deg(abs(left[1])) < 0.06
    assert np.rad2deg(found.turn[1]) == pytest.approx(-degrees[1], abs=0.06)
    assert found.peaks[1] > 1.2
    # Posts say nothing of height: that must not pass for knowledge.
    assert "x (pitch)" in found.warnings[0]
    assert np.rad2deg(found.sigmas[0]) == pytest.approx(1.0)


def test_pictures_without_edges_are_refused():
    with pytest.raises(CalibrationError, match="0 outlines fall near edges of the pictures"):
        refine_camera(make_drive(n=1, blank=True), "FRONT", "ROOF")


def test_pictures_and_sweeps_of_other_times_are_refused(posts):
    late = MemoryDrive(rig=posts.rig, trajectory=None, times={"ROOF": posts.times["ROOF"], "FRONT": np.array([0])})
    with pytest.raises(CalibrationError, match="within a tenth of a second"):
        refine_camera(late, "FRONT", "ROOF")


@pytest.mark.real_data
def test_a_knocked_camera_of_a_recorded_drive_is_put_back(real_data, tmp_path, capsys):
    root = real_data / "pandaset_nuscenes"
    drive = open_drive(root)
    truth = drive.rig["CAM_FRONT"].ego_from_sensor
    found = refine_camera(turned_rig(drive, "CAM_FRONT", (0.4, -0.6, 0.1)), "CAM_FRONT", "LIDAR_TOP", n_pictures=3)
    left = np.rad2deg(vector_from_rotation(truth.rotation.T @ found.ego_from_sensor.rotation))
    assert np.abs(left[:2]).max() < 0.1
    assert found.share > 1.3 * found.share_before
    assert found.warnings == ()
    out = tmp_path / "front.json"
    words = ["--sensor", "CAM_FRONT", "--lidar", "LIDAR_TOP", "--pictures", "2", "-o", str(out)]
    picture = tmp_path / "front.png"
    words += ["--picture", str(picture)]
    assert run(["calibrate", "refine", str(root), *words]) == 0
    text = capsys.readouterr().out
    assert "share of outlines on edges" in text
    assert "an error that all its sweeps share is not in them" in text
    assert json.loads(out.read_text())["target"] == "ego"
    # One row of plots, and two pictures of 1920 x 1080 at a width of 1100.
    assert cv2.imread(str(picture)).shape == (400 + 2 * 619, 1100, 3)
    assert open_drive(root, rig=out).rig["CAM_FRONT"].ego_from_sensor.translation == pytest.approx(truth.translation)
