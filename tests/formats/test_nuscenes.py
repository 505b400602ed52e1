import json
import logging

import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats.nuscenes import drive as nuscenes
from sensorann.scene import frame_timestamps_ns
from tests.formats.nuscenes_files import (
    EGO_FROM_SENSOR,
    IMAGE_SIZE,
    START_US,
    STEP_US,
    lidar_rows,
    make_root,
    radar_file,
    radar_rows,
    world_from_ego,
)
from tests.formats.pictures import png_header


@pytest.fixture
def root(tmp_path):
    return make_root().write(tmp_path)


@pytest.fixture
def drive(root):
    return nuscenes.open_drive(root, "scene-0061")


def test_a_root_is_recognised_by_its_tables_and_other_folders_are_not(root, tmp_path):
    assert nuscenes.recognises(root)
    assert not nuscenes.recognises(root / "samples")
    assert not nuscenes.recognises(root / "maps" / "empty.png")


def test_every_scene_is_a_drive(tmp_path):
    make_root(scenes=("scene-0103", "scene-0061")).write(tmp_path)
    assert nuscenes.drive_names(tmp_path) == ["scene-0061", "scene-0103"]
    assert nuscenes.open_drive(tmp_path, "scene-0103").samples[0]["scene_token"] == "scene-0103"


def test_scenes_of_versions_side_by_side_are_told_apart(tmp_path):
    make_root().write(tmp_path, version="v1.0-mini")
    make_root().write(tmp_path, version="v1.0-test")
    assert nuscenes.drive_names(tmp_path) == ["v1.0-mini/scene-0061", "v1.0-test/scene-0061"]
    assert nuscenes.open_drive(tmp_path, "v1.0-test/scene-0061").tables.name == "v1.0-test"


def test_the_folder_of_tables_itself_may_be_named(root):
    drive = nuscenes.open_drive(root / "v1.0-mini", "scene-0061")
    assert len(drive.sweep("LIDAR_TOP", 0)) == 6


def test_an_unknown_scene_is_refused_with_the_names_there_are(root):
    with pytest.raises(ArgumentError, match="scene-0061"):
        nuscenes.open_drive(root, "scene-9")


def test_frames_are_those_of_lidar_top_key_frames_and_sweeps_in_time_order(drive):
    expected = (START_US + np.arange(5) * STEP_US // 2) * 1000
    np.testing.assert_array_equal(frame_timestamps_ns(drive), expected)


def test_lidars_come_first_and_lidar_top_before_all(drive):
    assert list(drive.rig) == ["LIDAR_TOP", "LIDAR_FRONT", "CAM_FRONT", "RADAR_FRONT"]


@pytest.mark.parametrize("sensor", EGO_FROM_SENSOR)
def test_extrinsics_map_the_sensor_into_the_ego_frame(drive, sensor):
    np.testing.assert_allclose(
        drive.rig[sensor].ego_from_sensor.matrix, EGO_FROM_SENSOR[sensor].matrix, atol=1e-12, rtol=0
    )


def test_cameras_are_pinholes_without_distortion(drive):
    camera = drive.rig.camera("CAM_FRONT")
    assert camera.size == IMAGE_SIZE
    assert len(camera.distortion) == 0
    assert camera.matrix[0, 0] == 50.0


@pytest.mark.parametrize("sensor", EGO_FROM_SENSOR)
def test_the_pose_at_a_measurement_is_the_one_its_row_names(drive, sensor):
    for time in drive.timestamps_ns(sensor):
        expected = world_from_ego(int(time) // 1000).matrix
        np.testing.assert_allclose(drive.trajectory.at(int(time)).matrix, expected, atol=1e-12, rtol=1e-15)


def test_a_sweep_has_the_points_of_its_file(drive):
    sweep = drive.sweep("LIDAR_TOP", 1)
    rows = lidar_rows()
    np.testing.assert_array_equal(sweep.points, rows[:, :3])
    np.testing.assert_array_equal(sweep.fields["intensity"], rows[:, 3])
    np.testing.assert_array_equal(sweep.fields["ring"], rows[:, 4])
    assert sweep.timestamp_ns == drive.timestamps_ns("LIDAR_TOP")[1]


def test_a_radar_scan_keeps_the_returns_that_the_devkit_would_filter(drive):
    scan = drive.sweep("RADAR_FRONT", 0)
    rows = radar_rows()
    np.testing.assert_array_equal(scan.points[:, 0], rows["x"])
    np.testing.assert_array_equal(scan.fields["invalid_state"], [0, 4, 0])
    assert len(scan.fields) == 15
    assert scan.fields["id"].tolist() == [300, 301, 302]


@pytest.mark.parametrize("axes", ["xyz", "x"], ids=["first return", "one coordinate of it"])
def test_a_return_without_a_position_does_not_hide_the_others(drive, axes):
    rows = radar_rows()
    for axis in axes:
        rows[axis][0] = np.nan
    drive.path("RADAR_FRONT", 0).write_bytes(radar_file(rows))
    scan = drive.sweep("RADAR_FRONT", 0)
    np.testing.assert_array_equal(np.isnan(scan.points[:, 0]), [True, False, False])
    assert len(scan.fields["rcs"]) == 3


def test_a_radar_file_whose_only_point_is_nan_is_an_empty_scan(drive):
    empty = np.zeros(1, radar_rows().dtype)
    for axis in "xyz":
        empty[axis] = np.nan
    drive.path("RADAR_FRONT", 0).write_bytes(radar_file(empty))
    scan = drive.sweep("RADAR_FRONT", 0)
    assert scan.points.shape == (0, 3)
    assert scan.fields["rcs"].shape == (0,)


def test_an_image_is_decoded_and_its_bytes_are_those_of_the_file(drive):
    assert drive.image("CAM_FRONT", 0).shape == (IMAGE_SIZE[1], IMAGE_SIZE[0], 3)
    assert drive.image_bytes("CAM_FRONT", 0) == drive.path("CAM_FRONT", 0).read_bytes()


def test_an_image_that_claims_to_be_huge_is_refused_before_it_is_decoded(drive):
    drive.path("CAM_FRONT", 0).write_bytes(png_header(60_000, 60_000))
    with pytest.raises(FormatError, match="up to 200000000 pixels, found 60000 x 60000"):
        drive.image("CAM_FRONT", 0)


@pytest.mark.parametrize("sensor", EGO_FROM_SENSOR)
def test_an_absent_file_is_named(drive, sensor):
    path = drive.path(sensor, 1)
    path.unlink()
    with pytest.raises(MissingDataError, match=path.name):
        drive.image(sensor, 1) if sensor == "CAM_FRONT" else drive.sweep(sensor, 1)


@pytest.mark.parametrize("sensor", EGO_FROM_SENSOR)
def test_a_cut_file_is_refused(drive, sensor):
    path = drive.path(sensor, 1)
    path.write_bytes(path.read_bytes()[:-7])
    if sensor == "CAM_FRONT":
        path.write_bytes(b"no picture")
    with pytest.raises(FormatError, match=path.name):
        drive.image(sensor, 1) if sensor == "CAM_FRONT" else drive.sweep(sensor, 1)


def test_a_picture_of_another_size_than_its_row_says_is_refused(tmp_path):
    spoiled = make_root()
    for row in spoiled.tables["sample_data"]:
        if "CAM_FRONT" in row["token"]:
            row["width"] = 1600
    drive = nuscenes.open_drive(spoiled.write(tmp_path), "scene-0061")
    with pytest.raises(FormatError, match="1600 x 48 pixels"):
        drive.image("CAM_FRONT", 0)


def _spoil(table, index, field, value):
    def spoil(root):
        root.row(table, index)[field] = value

    return spoil


SPOILED = {
    "dangling ego pose": (_spoil("sample_data", 0, "ego_pose_token", "gone"), "sample_data.json.*ego_pose"),
    "dangling calibration": (
        _spoil("sample_data", 0, "calibrated_sensor_token", "gone"),
        "sample_data.json, token .*field calibrated_sensor_token: expected a token of calibrated_sensor.json",
    ),
    "dangling sensor": (_spoil("calibrated_sensor", 0, "sensor_token", "gone"), "calibrated_sensor.json.*sensor_token"),
    "dangling sample": (_spoil("sample_data", 0, "sample_token", "gone"), "sample_data.json.*field sample_token"),
    "quaternion of the ego": (_spoil("ego_pose", 0, "rotation", [1, 1, 0, 0]), "ego_pose.json.*unit quaternion"),
    "quaternion of a sensor": (
        _spoil("calibrated_sensor", 0, "rotation", [0, 0, 0]),
        "calibrated_sensor.json.*4 finite",
    ),
    "position in words": (_spoil("ego_pose", 0, "translation", [1, 2, "x"]), "ego_pose.json.*3 finite numbers"),
    "position beyond the earth": (_spoil("ego_pose", 0, "translation", [1, 2, 1e300]), "3 finite numbers"),
    "time in words": (_spoil("sample_data", 0, "timestamp", "noon"), "sample_data.json.*field timestamp.*'noon'"),
    "time in nanoseconds": (_spoil("sample", 0, "timestamp", START_US * 1000), "microseconds since 1970"),
    "modality": (_spoil("sensor", 0, "modality", "sonar"), "sensor.json.*lidar, radar, camera.*'sonar'"),
    "intrinsics": (_spoil("calibrated_sensor", 1, "camera_intrinsic", [[1, 2], [3, 4]]), "camera_intrinsic"),
    "image size": (_spoil("sample_data", 3, "width", 0), "one image size per camera"),
    "path out of the root": (_spoil("sample_data", 0, "filename", "../secret"), "a path inside the data set"),
    "path from the top": (_spoil("sample_data", 0, "filename", "/etc/passwd"), "a path inside the data set"),
    "path on another disk": (_spoil("sample_data", 0, "filename", "C:\\secret"), "a path inside the data set"),
    "no path": (_spoil("sample_data", 0, "filename", ""), "a path inside the data set"),
    "chain of samples": (_spoil("sample", 1, "prev", ""), "sample.json, token 'scene-0061-sample-1', field prev"),
    "first sample": (_spoil("scene", 0, "first_sample_token", "gone"), "scene.json.*first_sample_token"),
    "number of samples": (_spoil("scene", 0, "nbr_samples", 4), "scene.json.*nbr_samples: expected 3"),
    "samples out of order": (
        _spoil("sample", 0, "timestamp", START_US + 3 * STEP_US),
        "first_sample_token: expected .*by time",
    ),
    "token twice": (_spoil("sample", 1, "token", "scene-0061-sample-0"), "sample.json.*tokens that differ"),
    "two sweeps at once": (_spoil("sample_data", 0, "timestamp", START_US), "one row per sensor and instant"),
}


@pytest.mark.parametrize(("spoil", "message"), SPOILED.values(), ids=SPOILED)
def test_damaged_tables_are_refused_with_file_token_and_field(tmp_path, spoil, message):
    root = make_root()
    spoil(root)
    with pytest.raises(FormatError, match=message):
        nuscenes.open_drive(root.write(tmp_path), "scene-0061")


@pytest.mark.parametrize("table", ["sample", "sample_data", "ego_pose", "calibrated_sensor", "sensor"])
def test_a_missing_table_is_named(root, table):
    (root / "v1.0-mini" / f"{table}.json").unlink()
    with pytest.raises(MissingDataError, match=f"{table}.json"):
        nuscenes.open_drive(root, "scene-0061")


def test_poses_of_one_instant_that_differ_are_said_and_the_first_one_counts(tmp_path, caplog):
    root = make_root()
    # The radar measures at the instants of the LiDARs, which come first.
    radar_pose = next(row for row in root.tables["ego_pose"] if "RADAR" in row["token"])
    radar_pose["translation"] = [600_001.0, 4_000_000.0, 0.0]
    drive = nuscenes.open_drive(root.write(tmp_path), "scene-0061")
    assert "1 of 14 measurements have another ego pose (up to 1.000 m away)" in caplog.text
    assert drive.trajectory.at(START_US * 1000).translation[0] == pytest.approx(600_000.0, abs=1e-9)


def test_a_pose_of_another_time_is_said_and_taken_at_the_measurement(tmp_path, caplog):
    root = make_root()
    for row in root.tables["sample_data"]:
        row["ego_pose_token"] = next(
            other["token"]
            for other in root.tables["sample_data"]
            if "LIDAR_TOP" in other["token"] and other["sample_token"] == row["sample_token"] and other["is_key_frame"]
        )
    with caplog.at_level(logging.WARNING):
        drive = nuscenes.open_drive(root.write(tmp_path), "scene-0061")
    assert "5 of 14 measurements refer to an ego pose of another time (up to 0.250 s away)" in caplog.text
    camera_time = int(drive.timestamps_ns("CAM_FRONT")[1])
    np.testing.assert_allclose(drive.trajectory.at(camera_time).translation[0], 600_005.0)


def test_two_calibrations_of_a_sensor_in_a_scene_are_said(tmp_path, caplog):
    root = make_root()
    root.tables["calibrated_sensor"].append({**root.row("calibrated_sensor"), "token": "second"})
    row = next(row for row in root.tables["sample_data"] if "LIDAR_FRONT" in row["token"])
    row["calibrated_sensor_token"] = "second"
    nuscenes.open_drive(root.write(tmp_path), "scene-0061")
    assert "LIDAR_FRONT has 2 calibrations" in caplog.text


def test_opening_a_scene_reads_no_sensor_file(tmp_path):
    root = make_root()
    root.files.clear()
    assert len(nuscenes.open_drive(root.write(tmp_path), "scene-0061").timestamps_ns("CAM_FRONT")) == 3


def test_rows_of_a_converter_without_descriptions_are_enough(tmp_path):
    root = make_root()
    for rows in root.tables.values():
        for row in rows:
            row.pop("description", None)
    assert nuscenes.open_drive(root.write(tmp_path), "scene-0061").name == "scene-0061"


@pytest.mark.real_data
def test_pandaset_opens_with_its_sensors_and_poses(real_data):
    root = real_data / "pandaset_nuscenes"
    drive = nuscenes.open_drive(root, "scene-0002")
    assert list(drive.rig) == ["LIDAR_TOP", "LIDAR_FRONT", "CAM_FRONT", "CAM_FRONT_LEFT", "CAM_FRONT_RIGHT"]
    poses = {row["token"]: row for row in json.loads((drive.tables / "ego_pose.json").read_text())}
    for rows in drive.recordings.values():
        for row in rows:
            expected = poses[row.ego_pose_token]["translation"]
            np.testing.assert_allclose(drive.trajectory.at(row.timestamp_ns).translation, expected, atol=1e-12)
    assert drive.image("CAM_FRONT", 0).shape == (1080, 1920, 3)


@pytest.mark.real_data
def test_the_radar_of_the_data_set_is_read_with_all_returns(real_data, tmp_path):
    scan = (real_data / "nuscenes_radar" / "data" / "radar" / "1.pcd").read_bytes()
    root = make_root()
    for name in root.files:
        if "RADAR" in name:
            root.files[name] = scan
    drive = nuscenes.open_drive(root.write(tmp_path), "scene-0061")
    sweep = drive.sweep("RADAR_FRONT", 0)
    assert sweep.points.shape == (125, 3)
    np.testing.assert_allclose(sweep.points[0], [7.8, 3.7, 0.0], rtol=1e-6)
    assert set(sweep.fields["dyn_prop"]) <= set(range(8))
