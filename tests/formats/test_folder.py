"""A folder of clouds and pictures is a drive."""

import json

import numpy as np
import pytest

from sensorann.formats import list_drives, open_drive
from sensorann.formats.folder import drive as folder
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_camera, make_rig
from tests.formats.folder_files import documented_example, make_folder, write_points


def test_the_documented_example_opens_and_projects(tmp_path):
    drive = open_drive(make_folder(tmp_path / "my_drive"))
    assert drive.name == "my_drive"
    assert list(drive.rig) == ["top", "front"]
    np.testing.assert_array_equal(drive.timestamps_ns("top"), START_NS + FRAME_NS * np.arange(2))
    np.testing.assert_array_equal(drive.timestamps_ns("front"), START_NS + np.array([0, 85_000_000]))
    np.testing.assert_allclose(drive.trajectory.at(START_NS + FRAME_NS).translation, [501.2, 200, 0])
    sweep = drive.sweep("top", 0)
    ego = drive.rig["top"].ego_from_sensor.apply(sweep.points)
    np.testing.assert_allclose(ego, [[11.0, 0, 1.8]])
    pixels = drive.rig.camera("front").project(drive.rig["front"].ego_from_sensor.inverse().apply(ego))
    np.testing.assert_allclose(pixels, [[640, 420]], atol=1e-9)
    assert drive.image("front", 1).shape == (960, 1280, 3)
    assert drive.image_bytes("front", 1).startswith(b"\x89PNG")


@pytest.mark.real_data
def test_the_documented_example_is_valid_against_the_official_schema(real_data):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((real_data / "formats/openlabel/openlabel_json_schema_asam_V1-0-0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(documented_example())


def test_a_folder_is_one_drive(tmp_path):
    root = make_folder(tmp_path / "my_drive")
    assert list_drives(root) == [f"{root}#my_drive"]


@pytest.mark.parametrize("suffix", [".pcd", ".bin", ".npy"])
def test_points_of_every_kind_are_read(tmp_path, suffix):
    write_points(tmp_path / f"lidar/a{suffix}", [[1.5, -2.0, 0.25]])
    drive = open_drive(tmp_path)
    np.testing.assert_array_equal(drive.sweep("lidar", 0).points, np.float32([[1.5, -2.0, 0.25]]))


def test_sensors_in_folders_of_their_own_carry_their_names(tmp_path, caplog):
    for sensor in ("lidar/roof", "lidar/rear", "radar/bumper"):
        write_points(tmp_path / sensor / "1.pcd")
    drive = open_drive(tmp_path)
    assert {name: sensor.kind for name, sensor in drive.rig.items()} == {
        "rear": "lidar",
        "roof": "lidar",
        "bumper": "radar",
    }
    assert "all are put at the ego origin" in caplog.text


def test_a_fisheye_camera_is_read(tmp_path):
    lens = {"focal_length_x": 400, "focal_length_y": 401, "center_x_px": 320, "center_y_px": 240}
    lens |= {"width_px": 640, "height_px": 480, "lens_coeffs": [0.1, 0.01, 0, 0]}
    document = documented_example()
    document["openlabel"]["streams"]["front"]["stream_properties"] = {"intrinsics_fisheye": lens}
    camera = open_drive(make_folder(tmp_path, document)).rig.camera("front")
    assert camera.model == "fisheye"
    assert camera.size == (640, 480)
    np.testing.assert_array_equal(camera.distortion, [0.1, 0.01, 0, 0])


def test_the_fourth_column_of_a_camera_matrix_moves_the_camera(tmp_path):
    document = documented_example()
    lens = document["openlabel"]["streams"]["front"]["stream_properties"]["intrinsics_pinhole"]
    lens["camera_matrix"] = [1000, 0, 640, 45, 0, 1000, 480, 3, 0, 0, 1, 0.01]
    sensor = open_drive(make_folder(tmp_path, document)).rig["front"]
    system_point = np.array([0.7, -0.3, 9.0])
    expected = np.reshape(lens["camera_matrix"], (3, 4)) @ [*system_point, 1]
    ego_from_system = open_drive(make_folder(tmp_path / "plain")).rig["front"].ego_from_sensor
    point_camera = sensor.ego_from_sensor.inverse().apply(ego_from_system.apply(system_point[None]))
    np.testing.assert_allclose(sensor.camera.project(point_camera)[0], expected[:2] / expected[2])


def test_the_description_of_any_drive_can_be_written(tmp_path, caplog):
    drive = MemoryDrive(
        rig=make_rig(radars=("RADAR",)), times={"RADAR": START_NS + 20_000_000 + FRAME_NS * np.arange(20)}
    )
    folder.write_description(drive, tmp_path)
    again = open_drive(tmp_path)
    assert list(again.rig) == list(drive.rig)
    for name, sensor in drive.rig.items():
        np.testing.assert_allclose(again.rig[name].ego_from_sensor.matrix, sensor.ego_from_sensor.matrix, atol=1e-15)
        np.testing.assert_array_equal(again.timestamps_ns(name), drive.timestamps_ns(name))
    poses, expected = again.trajectory.world_from_ego, drive.trajectory.world_from_ego
    np.testing.assert_allclose(poses.rotations, expected.rotations, atol=1e-15)
    np.testing.assert_array_equal(poses.translations, expected.translations)


@pytest.mark.parametrize(
    "camera",
    [
        make_camera(distortion=(0.1, -0.02, 1e-3, 2e-3)),
        make_camera(distortion=(0.1, -0.02, 1e-3, 2e-3, 0.01)),
        make_camera(distortion=(0.1, -0.02, 1e-3, 2e-3, 0.01, 0.2, 0.02, 0.003)),
        make_camera(model="fisheye", distortion=(0.1, 0.01, 0.001, 0.0)),
        make_camera(model="fisheye"),
    ],
    ids=["4", "5", "8", "fisheye", "fisheye without distortion"],
)
def test_intrinsics_come_back(tmp_path, camera):
    rig = make_rig()
    sensors = tuple(
        type(sensor)(name=sensor.name, kind=sensor.kind, ego_from_sensor=sensor.ego_from_sensor, camera=camera)
        if sensor.kind == "camera"
        else sensor
        for sensor in rig.sensors
    )
    folder.write_description(MemoryDrive(rig=type(rig)(sensors)), tmp_path)
    (description,) = tmp_path.iterdir()
    again = folder.read_description(description).rig.camera("CAM_FRONT")
    assert (again.model, again.size) == (camera.model, camera.size)
    np.testing.assert_array_equal(again.matrix, camera.matrix)
    n = len(camera.distortion)
    np.testing.assert_array_equal(again.distortion[:n], camera.distortion)
    assert not again.distortion[n:].any()
