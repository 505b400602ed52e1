"""Plain folders that contradict themselves, or cannot be read."""

import json

import numpy as np
import pytest

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats import open_drive
from sensorann.formats.folder import drive as folder
from tests.builders import FRAME_NS, START_NS, MemoryDrive
from tests.formats.folder_files import documented_example, make_folder, write_points


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
