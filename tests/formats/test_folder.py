"""A folder as a drive: the documented example runs, files find their frames, and faults are named."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats import list_drives, open_drive
from sensorann.formats.folder import drive as folder
from sensorann.formats.points.pcd import write_pcd
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_camera, make_rig

DOCUMENT = Path(__file__).parents[2] / "docs" / "own-data.md"


def documented_example():
    (block,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return json.loads(block)


def write_points(path, points=((10.0, 0.0, 0.0),)):
    path.parent.mkdir(parents=True, exist_ok=True)
    points = np.asarray(points)
    if path.suffix == ".bin":
        np.hstack([points, np.ones((len(points), 1))]).astype("<f4").tofile(path)
    elif path.suffix == ".npy":
        np.save(path, points)
    else:
        write_pcd(path, {axis: points[:, i] for i, axis in enumerate("xyz")})


def write_picture(path, size=(1280, 960)):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), 90, np.uint8))


def make_folder(root, document=None, *, stems=("000000", "000001"), camera_stems=None):
    for stem in stems:
        write_points(root / f"lidar/{stem}.pcd")
    for stem in stems if camera_stems is None else camera_stems:
        write_picture(root / f"camera/front/{stem}.png")
    (root / "drive.json").write_text(json.dumps(documented_example() if document is None else document))
    return root


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


def test_a_folder_with_neither_points_nor_description_is_no_drive(tmp_path):
    (tmp_path / "lidar").mkdir()
    assert not folder.recognises(tmp_path)


@pytest.mark.parametrize("text", ['{"speed": 3}', '{"openlabel": '], ids=["another", "cut short"])
def test_a_description_that_is_none_is_refused_as_such(tmp_path, text):
    (tmp_path / "drive.json").write_text(text)
    with pytest.raises(FormatError, match=r"^[^,:]*drive\.json"):
        open_drive(tmp_path)


def test_loose_clouds_are_refused_with_the_way_out_first(tmp_path):
    write_points(tmp_path / "000000.bin")
    with pytest.raises(FormatError, match=r"^\S+: expected point clouds in \S+ \(put the clouds into lidar/\)"):
        open_drive(tmp_path)
    write_points(tmp_path / "lidar" / "000000.bin")
    assert list(open_drive(tmp_path).rig) == ["lidar"]


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


def test_names_that_are_unix_times_become_timestamps(tmp_path, caplog):
    for stem in ("1790000000.5", "1790000000.6"):
        write_points(tmp_path / f"lidar/{stem}.pcd")
    times = open_drive(tmp_path).timestamps_ns("lidar")
    np.testing.assert_array_equal(times, START_NS + np.array([500_000_000, 600_000_000]))
    assert "taken from the names of the files, as seconds" in caplog.text


@pytest.mark.parametrize(
    ("stem", "unit"), [("1790000000500", "milli"), ("1790000000500000", "micro"), ("1790000000500000000", "nano")]
)
def test_the_unit_of_a_name_follows_from_its_size(tmp_path, stem, unit, caplog):
    write_points(tmp_path / f"lidar/{stem}.pcd")
    assert open_drive(tmp_path).timestamps_ns("lidar") == START_NS + 500_000_000
    assert f"as {unit}seconds" in caplog.text


def test_other_names_are_frames_100_ms_apart_in_order_of_their_numbers(tmp_path, caplog):
    for stem, x in (("10", 10.0), ("2", 2.0)):
        write_points(tmp_path / f"lidar/{stem}.pcd", [[x, 0, 0]])
    drive = open_drive(tmp_path)
    np.testing.assert_array_equal(drive.timestamps_ns("lidar"), [0, FRAME_NS])
    assert [drive.sweep("lidar", i).points[0, 0] for i in range(2)] == [2.0, 10.0]
    assert "100 ms apart" in caplog.text


def test_equal_names_of_two_sensors_are_one_frame(tmp_path):
    for name in ("lidar/a/x.pcd", "lidar/a/y.pcd", "lidar/b/y.pcd"):
        write_points(tmp_path / name)
    np.testing.assert_array_equal(open_drive(tmp_path).timestamps_ns("b"), [FRAME_NS])


def test_pictures_of_unknown_cameras_are_left_out_and_counted(tmp_path, caplog):
    write_points(tmp_path / "lidar/1.pcd")
    write_picture(tmp_path / "camera/front/1.png")
    assert list(open_drive(tmp_path).rig) == ["lidar"]
    assert "left out 1 pictures" in caplog.text


def test_a_camera_may_miss_a_frame(tmp_path):
    drive = open_drive(make_folder(tmp_path, camera_stems=["000001"]))
    np.testing.assert_array_equal(drive.timestamps_ns("front"), [START_NS + 85_000_000])
    assert drive.image("front", 0).shape == (960, 1280, 3)


@pytest.mark.parametrize("stems", [("first", "second"), ("000007", "000008")], ids=["text", "other numbers"])
def test_names_that_are_no_frame_numbers_match_in_order(tmp_path, stems):
    drive = open_drive(make_folder(tmp_path, stems=stems, camera_stems=stems[1:]))
    np.testing.assert_array_equal(drive.timestamps_ns("front"), [START_NS + 85_000_000])


def test_names_that_differ_between_sensors_match_by_count(tmp_path):
    drive = open_drive(make_folder(tmp_path, stems=("a", "b"), camera_stems=("c", "d")))
    assert len(drive.timestamps_ns("front")) == 2


def test_files_that_match_no_frames_are_refused(tmp_path):
    make_folder(tmp_path, stems=("a", "b", "c"))
    with pytest.raises(FormatError, match=r"expected 2 files, one for each frame .* found 3 files, a\.pcd to c\.pcd"):
        open_drive(tmp_path)


def test_a_sensor_without_files_says_so(tmp_path, caplog):
    drive = open_drive(make_folder(tmp_path, camera_stems=()))
    assert len(drive.timestamps_ns("front")) == 2
    assert "no files of front" in caplog.text
    with pytest.raises(MissingDataError, match=r"camera.front has no \.jpg"):
        drive.image("front", 0)


def test_files_without_a_stream_are_left_out_and_counted(tmp_path, caplog):
    make_folder(tmp_path)
    write_points(tmp_path / "radar/000000.pcd")
    assert "radar" not in open_drive(tmp_path).rig
    assert "left out 1 files" in caplog.text


def test_a_description_without_frames_takes_the_time_from_the_names(tmp_path, caplog):
    document = documented_example()
    del document["openlabel"]["frames"]
    drive = open_drive(make_folder(tmp_path, document))
    np.testing.assert_array_equal(drive.timestamps_ns("front"), [0, FRAME_NS])
    assert drive.trajectory is None


def test_utm_coordinates_keep_millimetres(tmp_path, caplog):
    utm = np.array([[465_001.123, 5_429_000.456, 112.001], [465_031.001, 5_429_040.002, 113.5]])
    write_points(tmp_path / "lidar/1.pcd", utm)
    write_points(tmp_path / "lidar/2.pcd", utm + 100.25)
    drive = open_drive(tmp_path)
    assert "far from its origin" in caplog.text
    for i, expected in enumerate([utm, utm + 100.25]):
        ego = drive.rig["lidar"].ego_from_sensor.apply(drive.sweep("lidar", i).points)
        np.testing.assert_allclose(ego, expected, rtol=0, atol=1e-4)


def test_all_sweeps_of_a_sensor_share_one_frame(tmp_path):
    write_points(tmp_path / "lidar/1.pcd", [[20_000.5, 2, 3]])
    write_points(tmp_path / "lidar/2.pcd", [[30_000.25, 2, 3]])
    write_points(tmp_path / "lidar/3.pcd", np.float32([[20_001.5, 2, 3]]))
    drive = open_drive(tmp_path)
    ego = [drive.rig["lidar"].ego_from_sensor.apply(drive.sweep("lidar", i).points)[0, 0] for i in range(3)]
    assert ego == [20_000.5, 30_000.25, 20_001.5]


@pytest.mark.parametrize("first", [b"123", np.full((2, 3), np.nan), np.zeros((0, 3))], ids=["damaged", "NaN", "empty"])
def test_the_origin_is_that_of_the_first_sweep_with_points(tmp_path, first, caplog):
    utm = np.array([[465_001.123, 5_429_000.456, 112.001]])
    if isinstance(first, bytes):
        (tmp_path / "lidar").mkdir()
        (tmp_path / "lidar/1.npy").write_bytes(first)
    else:
        write_points(tmp_path / "lidar/1.npy", first)
    write_points(tmp_path / "lidar/2.npy", utm)
    drive = open_drive(tmp_path)
    ego = drive.rig["lidar"].ego_from_sensor.apply(drive.sweep("lidar", 1).points)
    np.testing.assert_allclose(ego, utm, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)], ids=["near then far", "far then near"])
@pytest.mark.parametrize("near_dtype", [np.float32, np.float64])
def test_a_sweep_that_would_lose_millimetres_is_refused(tmp_path, first, second, near_dtype, caplog):
    clouds = [np.ones((1, 3), near_dtype), np.array([[465_001.123, 5_429_000.456, 112.001]])]
    write_points(tmp_path / "lidar/1.pcd", clouds[first])
    write_points(tmp_path / "lidar/2.pcd", clouds[second])
    drive = open_drive(tmp_path)
    assert len(drive.sweep("lidar", 0)) == 1
    with pytest.raises(FormatError, match=r"2\.pcd: expected points near .* found points 54\d* m away"):
        drive.sweep("lidar", 1)


def test_the_pose_of_a_turned_sensor_carries_the_origin(tmp_path, caplog):
    half = np.sqrt(0.5)
    document = documented_example()
    pose = {"quaternion": [0, 0, half, half], "translation": [1.0, 2.0, 3.0]}
    document["openlabel"]["coordinate_systems"]["top"]["pose_wrt_parent"] = pose
    make_folder(tmp_path, document, stems=())
    for i in range(2):
        write_points(tmp_path / f"lidar/{i}.pcd", [[465_001.125, 5_429_000.5, 112.25]])
    drive = open_drive(tmp_path)
    ego = drive.rig["top"].ego_from_sensor.apply(drive.sweep("top", 0).points)
    np.testing.assert_allclose(ego, [[1 - 5_429_000.5, 2 + 465_001.125, 3 + 112.25]], rtol=0, atol=1e-6)


def test_a_description_that_is_a_directory_is_refused(tmp_path):
    write_points(tmp_path / "lidar/1.pcd")
    (tmp_path / "drive.json").mkdir()
    with pytest.raises(MissingDataError, match=r"drive\.json is a directory"):
        open_drive(tmp_path)


def test_a_point_file_that_is_a_directory_is_said(tmp_path, caplog):
    write_points(tmp_path / "lidar/1.pcd")
    (tmp_path / "lidar/2.pcd").mkdir()
    assert len(open_drive(tmp_path).timestamps_ns("lidar")) == 1
    assert "left out 1 entries that are no files, the first is 2.pcd" in caplog.text


@pytest.mark.parametrize(
    ("without", "said"),
    [(1, "interpolated at 1; the 0 "), (2, "interpolated at 0; the 1 ")],
    ids=["between", "end"],
)
def test_frames_without_a_pose_are_counted(tmp_path, without, said, caplog):
    drive = MemoryDrive(times=dict.fromkeys(("LIDAR_TOP", "CAM_FRONT"), START_NS + FRAME_NS * np.arange(3)))
    folder.write_description(drive, tmp_path)
    path = tmp_path / "drive.json"
    document = json.loads(path.read_text())
    del document["openlabel"]["frames"][str(without)]["frame_properties"]["transforms"]
    path.write_text(json.dumps(document))
    folder.read_description(path)
    assert f"1 frames have no ego pose: it is {said}" in caplog.text


def test_columns_of_bare_numbers_can_be_named(tmp_path):
    document = documented_example()
    document["openlabel"]["streams"]["top"]["stream_properties"] = {"columns": ["z", "y", "x", "ring", "intensity"]}
    make_folder(tmp_path, document, stems=())
    (tmp_path / "lidar").mkdir()
    for i in range(2):
        np.array([1, 2, 3, 4, 5], "<f4").tofile(tmp_path / f"lidar/{i}.bin")
    sweep = open_drive(tmp_path).sweep("top", 0)
    np.testing.assert_array_equal(sweep.points, [[3, 2, 1]])
    assert sweep.fields["ring"] == 4


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


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("metadata.schema_version", "0.9", r"openlabel\.metadata\.schema_version: expected OpenLABEL '1\.0\.0'"),
        ("coordinate_systems.top.pose_wrt_parent.quaternion", [0, 0, 0, 2], "a unit quaternion"),
        ("coordinate_systems.top.parent", "chassis", r"top\.parent: expected one of the coordinate systems"),
        ("coordinate_systems.front", None, r"streams\.front: expected a coordinate system 'front'"),
        ("streams.front.stream_properties", None, "expected a member 'stream_properties'"),
        ("streams.front.stream_properties.intrinsics_pinhole.camera_matrix", [1.0] * 9, "expected 12 numbers"),
        ("streams.front.stream_properties.intrinsics_pinhole.width_px", 0, "a size in pixels above 0"),
        ("frames.1.frame_properties.timestamp", None, r"frames\.1\.frame_properties: expected a member 'timestamp'"),
        ("frames.1.frame_properties.timestamp", "1789999999900000000", "a timestamp after that of frame 0"),
        ("frames.1.frame_properties.timestamp", "noon", "expected nanoseconds, seconds"),
        ("frames.1.frame_properties.streams.front.stream_properties.sync.timestamp", START_NS, "front that increase"),
        ("frames.1.frame_properties.transforms.ego_to_world.src", "car", r"ego_to_world\.src: expected one of"),
    ],
)
def test_a_damaged_description_is_refused_at_its_place(tmp_path, path, value, message):
    document = documented_example()
    *above, last = path.split(".")
    place = document["openlabel"]
    for key in above:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    make_folder(tmp_path, document)
    with pytest.raises(FormatError, match=message):
        open_drive(tmp_path)


def test_a_reflection_is_no_pose(tmp_path):
    document = documented_example()
    flipped = np.diag([1.0, -1, 1, 1]).ravel().tolist()
    document["openlabel"]["coordinate_systems"]["top"]["pose_wrt_parent"] = {"matrix4x4": flipped}
    with pytest.raises(FormatError, match=r"top\.pose_wrt_parent: expected a rigid transform"):
        open_drive(make_folder(tmp_path, document))


def test_a_rotation_of_few_digits_is_made_exact_and_said(tmp_path, caplog):
    document = documented_example()
    pose = [0.9997, -0.02, 0, 1, 0.02, 0.9997, 0, 0, 0, 0, 1, 1.8, 0, 0, 0, 1]
    document["openlabel"]["coordinate_systems"]["top"]["pose_wrt_parent"] = {"matrix4x4": pose}
    rotation = open_drive(make_folder(tmp_path, document)).rig["top"].ego_from_sensor.rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert "off from orthonormal" in caplog.text


def test_two_files_of_one_name_are_refused(tmp_path):
    write_points(tmp_path / "lidar/1.pcd")
    write_points(tmp_path / "lidar/1.npy")
    with pytest.raises(FormatError, match="one file per stem"):
        open_drive(tmp_path)


def test_two_sensors_of_one_name_are_refused_where_nothing_tells_them_apart(tmp_path):
    write_points(tmp_path / "lidar/front/1.pcd")
    write_points(tmp_path / "radar/front/1.pcd")
    with pytest.raises(FormatError, match="a second 'front'"):
        open_drive(tmp_path)


def test_a_damaged_sweep_is_named_when_it_is_asked_for(tmp_path):
    (tmp_path / "lidar").mkdir()
    (tmp_path / "lidar/1.bin").write_bytes(b"123")
    drive = open_drive(tmp_path)
    with pytest.raises(FormatError, match=r"1\.bin"):
        drive.sweep("lidar", 0)


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
