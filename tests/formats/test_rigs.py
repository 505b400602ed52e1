"""Files of calibrations: what is written is read again, and every quaternion has the order stated."""

import json
import math
import re
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.formats import document_of, read_rig_document, write_rig_document
from sensorann.formats.rigs import EGO, Placement, RigDocument
from sensorann.geometry import Transform
from tests.builders import make_rig
from tests.formats.rig_files import FILES, TURNED, W, X, Y, Z, assert_same_poses, chain, lens, written


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
