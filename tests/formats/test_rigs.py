"""Files of calibrations: what is written is read again, every quaternion has the order stated, damage is named."""

import json
import math
import re
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats import RIG_FORMATS, document_of, open_drive, read_rig_document, write_rig_document
from sensorann.formats.rigs import EGO, Intrinsics, Placement, RigDocument, recalibrated
from sensorann.geometry import Transform
from tests.builders import make_camera, make_rig

# A quarter turn about z and then 0.3 about x: no two numbers of the quaternion are alike, so no order hides.
TURNED = Transform.from_yaw(math.pi / 2, [1.0, 2.0, 3.0]) @ Transform(
    np.array([[1, 0, 0], [0, math.cos(0.3), -math.sin(0.3)], [0, math.sin(0.3), math.cos(0.3)]]), np.zeros(3)
)
W, X, Y, Z = TURNED.quaternion_wxyz.tolist()
FILES = {
    "sensorann": "rig.json",
    "nuscenes": "calibrated_sensor.json",
    "openlabel": "rig.json",
    "tf": "rig.json",
    "kalibr": "chain.yaml",
    "opencv": "lens.yaml",
    "camera-info": "front.yaml",
    "kitti": "0000.txt",
    "urdf": "rig.urdf",
}


def lens(**options) -> Intrinsics:
    return Intrinsics.of(make_camera(size=(1280, 720), focal=900.1, **options))


def chain() -> RigDocument:
    """Two cameras and a LiDAR, named as Kalibr and KITTI would, and one pose that is chained."""
    return RigDocument(
        placements=(Placement(EGO, "LIDAR", TURNED), Placement("LIDAR", "CAM", TURNED.inverse() @ TURNED.inverse())),
        lenses={"CAM": lens(distortion=(-0.1, 0.02, 0.001, -0.002))},
    )


def written(document, folder, name):
    path = folder / FILES[name]
    assert write_rig_document(document, path, to=name) == name
    return read_rig_document(path)


def assert_same_poses(found, expected, *, frames):
    for target, source in frames:
        np.testing.assert_allclose(
            found.transform(target, source).matrix, expected.transform(target, source).matrix, rtol=0, atol=1e-12
        )


@pytest.mark.parametrize("name", ["sensorann", "openlabel", "tf", "urdf"])
def test_poses_come_back_whole(tmp_path, name):
    found = written(chain(), tmp_path, name)
    assert_same_poses(found, chain(), frames=[(EGO, "LIDAR"), ("LIDAR", "CAM"), ("CAM", EGO)])


@pytest.mark.parametrize("name", ["sensorann", "openlabel"])
def test_lenses_come_back_whole(tmp_path, name):
    found, expected = written(chain(), tmp_path, name).lenses["CAM"], chain().lenses["CAM"]
    np.testing.assert_array_equal(found.matrix, expected.matrix)
    np.testing.assert_array_equal(found.distortion[:4], expected.distortion)
    assert found.size == expected.size


@pytest.mark.parametrize("options", [{"distortion": (-0.1, 0.02, 0.001, -0.002, 0.3)}, {"distortion": range(1, 9)}])
@pytest.mark.parametrize("name", ["sensorann", "opencv", "camera-info"])
def test_a_lens_alone_comes_back_whole(tmp_path, name, options):
    found = written(RigDocument(lenses={"camera": lens(**options)}), tmp_path, name).lenses["camera"]
    np.testing.assert_array_equal(found.distortion, list(options["distortion"]))
    assert (found.size, found.model, found.matrix[0, 0]) == ((1280, 720), "pinhole", 900.1)


@pytest.mark.parametrize("name", ["sensorann", "opencv", "camera-info", "openlabel"])
def test_a_fisheye_stays_one(tmp_path, name):
    fisheye = lens(model="fisheye", distortion=(0.1, -0.02, 0.003, -0.004))
    found = written(RigDocument(lenses={"camera": fisheye}), tmp_path, name).lenses["camera"]
    assert found.model == "fisheye"
    np.testing.assert_array_equal(found.distortion, fisheye.distortion)


def test_kalibr_chains_its_cameras(tmp_path):
    document = RigDocument(
        placements=(Placement("imu", "cam0", TURNED), Placement("cam0", "cam1", Transform.from_yaw(0.1, [0.5, 0, 0]))),
        lenses={"cam0": lens(), "cam1": lens(model="fisheye", distortion=(0.1, 0.2, 0.3, 0.4))},
    )
    found = written(document, tmp_path, "kalibr")
    assert_same_poses(found, document, frames=[("cam1", "cam0"), ("imu", "cam1")])
    assert [found.lenses[name].model for name in ("cam0", "cam1")] == ["pinhole", "fisheye"]
    text = (tmp_path / FILES["kalibr"]).read_text()
    # Kalibr's T_cn_cnm1 maps camera 0 into camera 1: half a metre to the right of it, camera 0 lies at -0.5.
    rows = text.split("T_cn_cnm1:")[1].splitlines()[1:4]
    np.testing.assert_allclose(
        [json.loads(row.strip()[2:]) for row in rows],
        Transform.from_yaw(0.1, [0.5, 0, 0]).inverse().matrix[:3],
        atol=1e-12,
    )


def test_a_camchain_as_kalibr_writes_it_is_read(tmp_path):
    path = tmp_path / "camchain.yaml"
    path.write_text(
        "cam0:\n  cam_overlaps: [1]\n  camera_model: pinhole\n  distortion_coeffs: [-0.1, 0.2,\n    0.0, 1.5e-05]\n"
        "  distortion_model: radtan\n  intrinsics: [461.6, 460.2, 362.6, 248.1]\n  resolution: [752, 480]\n"
        "  rostopic: /cam0/image_raw  # left\n"
        "cam1:\n  T_cn_cnm1:\n  - [1.0, 0.0, 0.0, -0.11]\n  - [0.0, 1.0, 0.0, 0.0]\n  - [0.0, 0.0, 1.0, 0.0]\n"
        "  - [0.0, 0.0, 0.0, 1.0]\n  cam_overlaps: [0]\n  camera_model: pinhole\n  distortion_coeffs: [0, 0, 0, 0]\n"
        "  distortion_model: equidistant\n  intrinsics: [400, 400, 370, 240]\n  resolution: [752, 480]\n"
    )
    found = read_rig_document(path)
    np.testing.assert_allclose(found.transform("cam0", "cam1").translation, [0.11, 0, 0])
    np.testing.assert_array_equal(found.lenses["cam0"].distortion, [-0.1, 0.2, 0.0, 1.5e-5])


def test_cameras_of_a_camchain_follow_by_number_though_yaml_sorts_them_as_text(tmp_path):
    step = Transform(np.eye(3), np.array([0.1, 0.0, 0.0]))
    names = [f"cam{i}" for i in range(11)]
    document = RigDocument(
        placements=tuple(Placement(before, name, step) for before, name in pairwise(names)),
        lenses=dict.fromkeys(names, lens()),
    )
    path = tmp_path / FILES["kalibr"]
    write_rig_document(document, path, to="kalibr")
    cameras = re.split("^(?=cam)", path.read_text(), flags=re.MULTILINE)
    path.write_text("".join(sorted(cameras, key=lambda text: text.split(":")[0])))
    np.testing.assert_allclose(read_rig_document(path).transform("cam0", "cam10").translation, [1.0, 0, 0])


def test_kitti_hides_the_place_of_a_camera_in_its_projection(tmp_path):
    left, right = TURNED, TURNED @ Transform(np.eye(3), np.array([0.54, 0.0, 0.0]))
    document = RigDocument(
        placements=(
            Placement(EGO, "velodyne", Transform.from_yaw(0.2, [1, 0, 2])),
            Placement("velodyne", "image_02", left),
            Placement("velodyne", "image_03", right),
        ),
        lenses={"image_02": lens(), "image_03": lens()},
    )
    found = written(document, tmp_path, "kitti")
    assert_same_poses(found, document, frames=[("image_02", "image_03"), (EGO, "image_03")])
    assert found.lenses["image_02"].size is None


def test_nuscenes_knows_every_sensor_in_the_ego_frame(tmp_path):
    document = document_of(make_rig(radars=("RADAR_FRONT",)))
    found = written(document, tmp_path, "nuscenes")
    assert_same_poses(found, document, frames=[(EGO, name) for name in ("LIDAR_TOP", "CAM_FRONT", "RADAR_FRONT")])
    kinds = {row["channel"]: row["modality"] for row in json.loads((tmp_path / "sensor.json").read_text())}
    assert kinds == {"LIDAR_TOP": "lidar", "CAM_FRONT": "camera", "RADAR_FRONT": "radar"}


def rotation_of(name, path):
    """The numbers of the rotation as they lie in the file, in the order of the file."""
    content = path.read_text()
    if name == "urdf":
        return [float(number) for number in content.split('rpy="')[1].split('"')[0].split()]
    root = json.loads(content)
    if name == "sensorann":
        return root["transforms"][0]["target_from_source"]["rotation_wxyz"]
    if name == "nuscenes":
        return root[0]["rotation"]
    if name == "openlabel":
        return root["openlabel"]["coordinate_systems"]["LIDAR"]["pose_wrt_parent"]["quaternion"]
    return list(root["transforms"][0]["transform"]["rotation"].values())


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("sensorann", [W, X, Y, Z]),
        ("nuscenes", [W, X, Y, Z]),
        ("openlabel", [X, Y, Z, W]),
        ("tf", [X, Y, Z, W]),
        # Fixed axes: Rz(pi/2) Rx(0.3), so roll comes first and no pitch.
        ("urdf", [0.3, 0.0, math.pi / 2]),
    ],
)
def test_every_order_of_a_rotation_is_the_one_stated(tmp_path, name, order):
    document = RigDocument(placements=(Placement(EGO, "LIDAR", TURNED),), lenses={})
    written(document, tmp_path, name)
    np.testing.assert_allclose(rotation_of(name, tmp_path / FILES[name]), order, atol=1e-12)


@given(angles=st.tuples(*[st.floats(-3.2, 3.2)] * 3), upright=st.sampled_from([0.0, math.pi / 2, -math.pi / 2]))
def test_roll_pitch_and_yaw_are_those_of_urdf(tmp_path_factory, angles, upright):
    turn = Transform.identity()
    for axis, angle in zip((2, 1, 0), (angles[0], upright or angles[1], angles[2]), strict=True):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        rotation = np.eye(3)
        rotation[i, i] = rotation[j, j] = math.cos(angle)
        rotation[j, i], rotation[i, j] = math.sin(angle), -math.sin(angle)
        turn = turn @ Transform(rotation, np.zeros(3))
    document = RigDocument(placements=(Placement(EGO, "LIDAR", turn),), lenses={})
    found = written(document, tmp_path_factory.mktemp("urdf"), "urdf")
    np.testing.assert_allclose(found.transform(EGO, "LIDAR").rotation, turn.rotation, atol=1e-7)


MIRRORED = "[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1]]"
OPENCV = "%YAML:1.0\n---\ncamera_matrix: !!opencv-matrix\n   rows: 3\n   cols: 3\n   dt: d\n"
OURS = '{"format_version": 1, "model": "MODEL", "matrix": [[9, 0, 5], [0, 9, 5], [0, 0, 1]], "distortion": []}'
LENS = "camera_model: pinhole\n  distortion_model: radtan\n  distortion_coeffs: [0, 0, 0, 0]\n  resolution: [64, 48]"


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("a.json", '{"format_version": 1, "source": "a", "target": "b", "target_from_source": {}}', "rotation_wxyz"),
        (
            "a.json",
            '{"format_version": 1, "source": "a", "target": "b", "target_from_source": '
            '{"rotation_wxyz": [0, 0, 90, 0], "translation_m": [0, 0, 0]}}',
            "a unit quaternion",
        ),
        ("a.json", '{"format_version": 9}', "found 9"),
        ("a.json", '{"format_version": 1}', "target_from_source"),
        ("a.json", "[]", "a calibration file"),
        ("a.yaml", f"cam0:\n  {LENS}\n  intrinsics: []\n", "intrinsics: expected 4 numbers"),
        ("a.yaml", f"cam0:\n  {LENS}\n  intrinsics: [9, 9, 5, 5]\n  T_cam_imu: {MIRRORED}\n", "det -1"),
        ("a.yaml", f"cam0:\n  {LENS}\n  intrinsics: [9, 9, 5\n", "as many ]"),
        ("a.yaml", f"cam0:\n  {LENS}\n  intrinsics:\n", "an array of numbers"),
        (
            "a.yaml",
            "distortion_model: plumb_bob\nK: [0,0,0,0,0,0,0,0,0]\nD: []\nwidth: 4\nheight: 3\n",
            "camera matrix",
        ),
        ("a.yaml", "distortion_model: plumb_bob\nK: [9,0,5,0,9,5,0,0,1]\nD: []\nwidth: 0\nheight: 3\n", "width"),
        ("a.yaml", "distortion_model: &x plumb_bob\nK: [1]\n", "line 1"),
        ("a.json", OURS.replace("MODEL", "equirectangular"), "one of pinhole, fisheye"),
        ("a.yaml", "%YAML:1.0\n---\nimage_width: 4\n", "'distortion_coefficients'"),
        ("a.yaml", OPENCV + "   0., 0., 1. ]\n", "line 7"),
        ("a.yaml", OPENCV + "   data: [ 9., 0., 5. ]\ndistortion_coefficients: 0\n", "a JSON object"),
        (
            "a.yaml",
            OPENCV + "   data: [ 9., 0., x, 0., 9., 5., 0., 0., 1. ]\n"
            "distortion_coefficients: !!opencv-matrix\n   rows: 1\n   cols: 1\n   data: [ 0. ]\n",
            "camera_matrix.data[2]: expected a finite number, found 'x'",
        ),
        ("a.txt", "P2: 7 0 3 0 0 7 3 0 0 0 1 0\nR0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam:\n", "12 numbers"),
        ("a.urdf", '<robot><joint type="fixed"><child link="a"/></joint></robot>', "<parent link"),
        (
            "a.urdf",
            '<robot><joint type="fixed"><parent link="a"/><child link="b"/><origin rpy="0 0 90"/></joint></robot>',
            "are these degrees",
        ),
        ("a.urdf", "<robot>", "XML"),
    ],
    ids=[
        "no rotation",
        "degrees for a quaternion",
        "newer",
        "nothing in it",
        "a list",
        "empty intrinsics",
        "a mirror",
        "half a list",
        "a key without value",
        "a camera that was never calibrated",
        "no width",
        "an anchor",
        "a lens model that is none of ours",
        "OpenCV without a lens",
        "OpenCV without the beginning of a list",
        "OpenCV with a number for a matrix",
        "OpenCV with a word for a number",
        "KITTI with an empty line",
        "a joint without parent",
        "degrees for radians",
        "half a file",
    ],
)
def test_damage_is_refused_with_its_place(tmp_path, file, content, message):
    (tmp_path / file).write_text(content)
    with pytest.raises(FormatError) as caught:
        read_rig_document(tmp_path / file)
    assert message in str(caught.value)


def test_a_word_in_an_intrinsic_of_nuscenes_is_named(tmp_path):
    path = tmp_path / FILES["nuscenes"]
    write_rig_document(document_of(make_rig()), path)
    path.write_text(path.read_text().replace("[[500.0", '[["500"'))
    with pytest.raises(FormatError, match=r"camera_intrinsic of CAM_FRONT\[0\]\[0\]: expected a finite number"):
        read_rig_document(path)


def test_what_opencv_writes_beside_a_lens_is_passed_over(tmp_path):
    path = tmp_path / FILES["opencv"]
    storage = cv2.FileStorage(str(path), cv2.FileStorage_WRITE)
    storage.write("calibration_time", "Thu Nov 26 10:12:13 2026")
    storage.write("image_width", 1280)
    storage.write("image_height", 720)
    storage.write("camera_matrix", np.array([[900.1, 0, 640], [0, 900.2, 360], [0, 0, 1]]))
    storage.write("distortion_coefficients", np.array([-0.1, 0.02, 0.001, -0.002, 0.3]))
    storage.write("image_points", np.ones((2, 40, 2), np.float32))
    storage.release()
    found = read_rig_document(path).lenses["camera"]
    np.testing.assert_array_equal(found.matrix, [[900.1, 0, 640], [0, 900.2, 360], [0, 0, 1]])
    np.testing.assert_array_equal(found.distortion, [-0.1, 0.02, 0.001, -0.002, 0.3])
    assert found.size == (1280, 720)


@pytest.mark.parametrize(
    ("name", "document", "message"),
    [
        ("kitti", chain(), "velodyne"),
        ("kalibr", RigDocument(lenses={}), "cameras"),
        ("camera-info", RigDocument(lenses={"a": lens(), "b": lens()}), "2: a, b"),
        ("nuscenes", chain(), "without distortion"),
        ("kalibr", RigDocument(lenses={"a": lens(), "b": lens()}), "a transform from a"),
        ("camera-info", RigDocument(lenses={"a": Intrinsics(matrix=np.eye(3), distortion=np.zeros(0))}), "size"),
    ],
    ids=["KITTI's names", "no camera", "two lenses", "a distorted lens", "cameras apart", "no size"],
)
def test_what_a_format_has_no_place_for_is_refused(tmp_path, name, document, message):
    with pytest.raises(FormatError, match=message):
        write_rig_document(document, tmp_path / FILES[name], to=name)
    assert not (tmp_path / FILES[name]).exists()


def test_what_is_left_out_is_said(tmp_path, caplog):
    written(chain(), tmp_path, "urdf")
    assert "no place for the lenses of CAM" in caplog.text


def test_a_frame_has_one_parent_and_is_not_its_own_ancestor():
    step = Transform.identity()
    with pytest.raises(ArgumentError, match="one parent"):
        RigDocument(placements=(Placement("a", "c", step), Placement("b", "c", step)), lenses={})
    with pytest.raises(ArgumentError, match="placed in itself"):
        RigDocument(placements=(Placement("a", "b", step), Placement("b", "a", step)), lenses={})


def test_a_pair_moves_its_source_and_leaves_the_target(tmp_path):
    rig = make_rig(radars=("RADAR_FRONT",))
    pair = RigDocument(placements=(Placement("RADAR_FRONT", "CAM_FRONT", TURNED),), lenses={})
    found = recalibrated(rig, pair, tmp_path)
    expected = rig["RADAR_FRONT"].ego_from_sensor @ TURNED
    np.testing.assert_allclose(found["CAM_FRONT"].ego_from_sensor.matrix, expected.matrix)
    for name in ("RADAR_FRONT", "LIDAR_TOP"):
        np.testing.assert_array_equal(found[name].ego_from_sensor.matrix, rig[name].ego_from_sensor.matrix)


def test_the_topmost_frame_stays_though_the_file_names_it_last(tmp_path):
    rig = make_rig(radars=("RADAR_FRONT",))
    upwards = RigDocument(
        placements=(Placement("LIDAR_TOP", "CAM_FRONT", TURNED), Placement("RADAR_FRONT", "LIDAR_TOP", TURNED)),
        lenses={},
    )
    assert upwards.frames == ("RADAR_FRONT", "LIDAR_TOP", "CAM_FRONT")
    found = recalibrated(rig, upwards, tmp_path)
    np.testing.assert_array_equal(
        found["RADAR_FRONT"].ego_from_sensor.matrix, rig["RADAR_FRONT"].ego_from_sensor.matrix
    )
    expected = rig["RADAR_FRONT"].ego_from_sensor @ TURNED @ TURNED
    np.testing.assert_allclose(found["CAM_FRONT"].ego_from_sensor.matrix, expected.matrix, atol=1e-12)


def test_frames_between_sensors_are_walked_through(tmp_path):
    rig = make_rig()
    over_mast = RigDocument(
        placements=(Placement(EGO, "mast", TURNED), Placement("mast", "LIDAR_TOP", TURNED)), lenses={}
    )
    found = recalibrated(rig, over_mast, tmp_path)
    np.testing.assert_allclose(found["LIDAR_TOP"].ego_from_sensor.matrix, (TURNED @ TURNED).matrix)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (RigDocument(placements=(Placement(EGO, "cam0", TURNED),), lenses={}), "sensors of the drive: LIDAR_TOP"),
        (RigDocument(lenses={"CAM_FRONT": lens()}), "1280 x 720 pixels, these have 640 x 480"),
        (RigDocument(lenses={"LIDAR_TOP": lens()}), "no lens for a lidar"),
        (RigDocument(placements=(Placement("mast", "CAM_FRONT", TURNED),), lenses={}), "another sensor"),
    ],
    ids=["other names", "pictures of another size", "a lens for a LiDAR", "joined to nothing"],
)
def test_a_calibration_that_does_not_fit_the_drive_is_refused(tmp_path, document, message):
    with pytest.raises(FormatError, match=message):
        recalibrated(make_rig(), document, tmp_path)


def test_frames_are_renamed_or_the_slip_is_named():
    renamed = chain().renamed({"CAM": "CAM_FRONT"})
    assert (renamed.frames, list(renamed.lenses)) == ((EGO, "LIDAR", "CAM_FRONT"), ["CAM_FRONT"])
    with pytest.raises(ArgumentError, match="no frame 'cam'"):
        chain().renamed({"cam": "x"})
    with pytest.raises(ArgumentError, match="the same name"):
        chain().renamed({"CAM": "LIDAR"})


def test_a_file_of_no_format_is_refused_and_the_formats_named(tmp_path):
    (tmp_path / "a.yaml").write_text("hello: world\n")
    with pytest.raises(FormatError, match="kalibr"):
        read_rig_document(tmp_path / "a.yaml")
    with pytest.raises(ArgumentError, match="does not end"):
        write_rig_document(chain(), tmp_path / "a.png")
    assert set(FILES) == set(RIG_FORMATS)


@pytest.mark.real_data
def test_the_camera_of_the_recorded_boards_is_read(real_data):
    found = read_rig_document(real_data / "acfr_camlidar" / "cfg" / "camera_info.yaml").lenses["camera"]
    assert (found.model, found.size) == ("fisheye", (1920, 1208))
    np.testing.assert_array_equal(found.distortion, [-0.0540096, -0.0784275, 0.0959641, -0.0515253])


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("kitti_tracking/training#0000", "kitti_tracking/training/calib/0000.txt"),
        ("pandaset_nuscenes", "pandaset_nuscenes/v1.0-pandaset/calibrated_sensor.json"),
    ],
    ids=["kitti", "nuscenes"],
)
def test_the_file_of_a_drive_calibrates_it_as_it_is(real_data, place, file):
    drive, found = open_drive(real_data / place), open_drive(real_data / place, rig=real_data / file)
    assert list(found.rig) == list(drive.rig)
    for name, sensor in drive.rig.items():
        np.testing.assert_allclose(found.rig[name].ego_from_sensor.matrix, sensor.ego_from_sensor.matrix, atol=1e-9)
        if sensor.camera is not None:
            np.testing.assert_array_equal(found.rig.camera(name).matrix, sensor.camera.matrix)
