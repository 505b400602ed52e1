"""Files of calibrations that are damaged, or hold what their format has no place for: named, with the place."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats import RIG_FORMATS, document_of, read_rig_document, write_rig_document
from sensorann.formats.rigs import Intrinsics, Placement, RigDocument
from sensorann.geometry import Transform
from tests.builders import make_rig
from tests.formats.rig_files import FILES, chain, lens, written

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


def test_a_file_of_no_format_is_refused_and_the_formats_named(tmp_path):
    (tmp_path / "a.yaml").write_text("hello: world\n")
    with pytest.raises(FormatError, match="kalibr"):
        read_rig_document(tmp_path / "a.yaml")
    with pytest.raises(ArgumentError, match="does not end"):
        write_rig_document(chain(), tmp_path / "a.png")
    assert set(FILES) == set(RIG_FORMATS)
