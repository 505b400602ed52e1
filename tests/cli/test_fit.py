import json

import numpy as np
import pytest

from sensorann.cli import run
from sensorann.geometry.cuboids import CORNER_SIGNS
from sensorann.scene import Sweep
from tests.builders import START_NS, MemoryDrive, make_rig, make_trajectory
from tests.fitting.clouds import ground, visible_faces

SIZE = (4.4, 1.8, 1.5)
CENTER_EGO = np.array([12.0, 5.0, 0.75])


@pytest.fixture
def drive(monkeypatch):
    """A drive whose third sweep shows a car; every command opens it, whatever the path."""
    rig = make_rig()
    trajectory = make_trajectory(n=4, origin=(500_000.0, 5_400_000.0, 100.0))
    ego_from_lidar = rig["LIDAR_TOP"].ego_from_sensor
    cloud = np.concatenate([ground(), visible_faces(CENTER_EGO, SIZE, 0.9, sensor=ego_from_lidar.translation)])
    points = ego_from_lidar.inverse().apply(cloud)
    times = trajectory.timestamps_ns
    sweeps = [Sweep(sensor="LIDAR_TOP", timestamp_ns=int(t), points=points) for t in times]
    drive = MemoryDrive(rig=rig, trajectory=trajectory, sweeps={"LIDAR_TOP": sweeps})
    monkeypatch.setattr("sensorann.cli.fit.open_drive", lambda path: drive)
    return drive


def fitted(capsys, *options):
    assert run(["fit", "x", "--at", "2", *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


CLICK_EGO = CENTER_EGO - [1.4, 1.7, 0.0]


def test_a_click_in_the_ego_frame_gives_a_box_in_the_world(drive, capsys):
    box = fitted(capsys, "--point", ",".join(map(str, CLICK_EGO)), "--size", "4.4,1.8,1.5")
    pose = drive.trajectory.at(int(drive.trajectory.timestamps_ns[2]))
    assert box["frame"] == "world"
    assert box["timestamp_ns"] == START_NS + 200_000_000
    np.testing.assert_allclose(box["center_m"], pose.apply(CENTER_EGO), atol=0.2)
    assert (box["yaw_deg"] - np.degrees(0.9 + pose.yaw) + 90) % 180 == pytest.approx(90, abs=2)
    assert box["n_points"] > 100


@pytest.mark.parametrize("frame", ["world", "sensor"])
def test_the_click_may_be_given_in_any_frame(drive, capsys, frame):
    ego = fitted(capsys, "--point", ",".join(map(str, CLICK_EGO)))
    pose = drive.trajectory.at(int(drive.trajectory.timestamps_ns[2]))
    ego_from_sensor = drive.rig["LIDAR_TOP"].ego_from_sensor
    click = pose.apply(CLICK_EGO) if frame == "world" else ego_from_sensor.inverse().apply(CLICK_EGO)
    other = fitted(capsys, "--point", ",".join(map(repr, click.tolist())), "--frame", frame)
    np.testing.assert_allclose(other["center_m"], ego["center_m"], atol=1e-6)


def test_a_box_on_a_picture_gives_a_box_in_the_world(drive, capsys):
    camera = drive.rig["CAM_FRONT"]
    corners = CENTER_EGO + CORNER_SIGNS * [1.6, 2.0, 0.75]
    pixels = camera.camera.project(camera.ego_from_sensor.inverse().apply(corners))
    edges = ",".join(map(str, [*pixels.min(axis=0), *pixels.max(axis=0)]))
    box = fitted(capsys, "--box2d", f"CAM_FRONT:{edges}")
    pose = drive.trajectory.at(int(drive.trajectory.timestamps_ns[2]))
    np.testing.assert_allclose(box["center_m"], pose.apply(CENTER_EGO), atol=0.2)


def test_the_way_of_the_stroke_is_the_heading(drive, capsys):
    toward = CLICK_EGO + 2 * np.array([np.cos(0.9 + np.pi), np.sin(0.9 + np.pi), 0])
    box = fitted(capsys, "--point", ",".join(map(str, CLICK_EGO)), "--toward", ",".join(map(str, toward)))
    pose = drive.trajectory.at(int(drive.trajectory.timestamps_ns[2]))
    assert (box["yaw_deg"] - np.degrees(0.9 + np.pi + pose.yaw) + 180) % 360 == pytest.approx(180, abs=2)


def test_without_ego_poses_the_box_is_in_the_ego_frame(drive, capsys):
    drive.times = dict.fromkeys(drive.rig, drive.trajectory.timestamps_ns)
    drive.trajectory = None
    box = fitted(capsys, "--point", ",".join(map(str, CLICK_EGO)), "--size", "4.4,1.8,1.5")
    assert box["frame"] == "ego"
    np.testing.assert_allclose(box["center_m"], CENTER_EGO, atol=0.2)


def test_the_text_names_metres_degrees_and_points(drive, capsys):
    assert run(["fit", "x", "--at", "2", "--point", ",".join(map(str, CLICK_EGO))]) == 0
    text = capsys.readouterr().out
    assert "m in world" in text
    assert "object   car" in text
    assert "off by half a turn with" in text
    assert "of LIDAR_TOP" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--at", "9", "--point", "1,2,3"], "--at 9: drive memory has the frames 0 to 3"),
        (["--at", "0", "--point", "1,2,3", "--sensor", "CAM_FRONT"], "there are: LIDAR_TOP"),
        (
            ["--at", "0", "--point", "-20,-20,1.25"],
            "no point above the ground lies within 1 m of (-20, -20, 1.25) in the ego frame: click",
        ),
        (["--at", "0", "--point", "-9,2.5,1", "--frame", "sensor"], "of (-9, 2.5, 1) in the LIDAR_TOP frame"),
        (["--at", "0", "--point", "9,9,100.5", "--frame", "world"], "of (9, 9, 100.5) in the world frame"),
        (["--at", "0", "--point", "1,2,3", "--size", "4,0,1"], "size must be three lengths between 0.01 and 100 m"),
    ],
)
def test_what_cannot_be_fitted_is_said_in_one_line(drive, capsys, options, message):
    assert run(["fit", "x", *options]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--at", "0", "--point", "1,2"], "--point must be three numbers"),
        (["--at", "0", "--point", "1,nan,2"], "--point must be three numbers"),
        (["--at", "0", "--point", "1,2,3", "--size", "4,inf,2"], "--size must be three numbers"),
        (["--at", "0", "--point", "1,2,3", "--track", "7"], "--track needs --labels"),
        (["--at", "0"], "by --point or by --box2d"),
        (["--at", "0", "--point", "1,2,3", "--box2d", "CAM_FRONT:1,2,3,4"], "by --point or by --box2d"),
        (["--at", "0", "--box2d", "1,2,3,4"], "--box2d must be CAMERA:LEFT,TOP,RIGHT,BOTTOM"),
        (["--at", "0", "--box2d", "CAM_FRONT:1,2,3"], "--box2d must be four numbers"),
        (["--at", "0", "--box2d", "CAM_FRONT:1,2,3,4", "--size", "4,2,2"], "--size goes with --point"),
    ],
)
def test_words_that_are_no_point_or_size_are_wrong_usage(drive, capsys, options, message):
    assert run(["fit", "x", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.real_data
def test_a_click_on_the_van_in_kitti_gives_its_label(real_data, capsys):
    from sensorann.formats import open_drive, read_labels

    root = real_data / "kitti_tracking" / "training"
    recording = open_drive(f"{root}#0000")
    van = read_labels(root / "label_02" / "0000.txt", drive=recording).track("0")
    size = ",".join(f"{edge:.2f}" for edge in van.cuboids.sizes[40])
    status = run(["fit", f"{root}#0000", "--at", "40", "--point", "18,2.6,-0.3", "--size", size, "--json"])
    assert status == 0
    box = json.loads(capsys.readouterr().out)
    assert int(van.timestamps_ns[40]) == box["timestamp_ns"]
    assert np.linalg.norm(np.array(box["center_m"]) - van.cuboids.centers[40]) < 0.4
