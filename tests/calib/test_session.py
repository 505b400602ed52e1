"""A session file with its tables: read whole, or refused with the place of the fault."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from calib.estimation.file import document, read_calibration, write_calibration
from calib.estimation.pictures import draw_targets
from calib.estimation.simulation import FLAT, simulate_session
from calib.estimation.summary import summary
from calib.estimation.tangent import difference
from calib.targets.session import read_session
from calib.targets.solving import calibrate_session
from sensorann.cli import run
from sensorann.errors import CalibrationError, FormatError, SensorannError
from sensorann.formats import read_rig_document
from tests.builders import make_camera
from tests.calib.board_views import board_poses, draw_board

TOML = """
[camera]
name = "CAM_FRONT"
targets = "camera.csv"
sigma_m = 0.01
[radar]
targets = "radar.csv"
sigma_range_m = 0.1
sigma_azimuth_deg = 0.5
"""


def write_table(path, names, header, rows) -> None:
    lines = [",".join(["target", *header])]
    lines += [",".join([name, *map(repr, map(float, row))]) for name, row in zip(names, rows, strict=True)]
    path.write_text("\n".join(lines) + "\n")


def write_session(folder, *, toml=TOML, names=None, **options):
    """Write a simulated session; return the truth and the path of the file."""
    session = simulate_session(np.random.default_rng(3), **options)
    names = names or [f"r{i}" for i in range(len(session.radar))]
    write_table(folder / "camera.csv", names, ["x_m", "y_m", "z_m"], session.boards.points)
    radar = np.stack([session.radar.ranges, np.rad2deg(session.radar.azimuths)], axis=1)
    write_table(folder / "radar.csv", names[::-1], ["range_m", "azimuth_deg"], radar[::-1])
    path = folder / "session.toml"
    path.write_text(toml)
    return session, path


def test_targets_are_paired_by_name_and_not_by_row(tmp_path):
    session, path = write_session(tmp_path)
    found = calibrate_session(read_session(path), "camera-radar")
    off = difference(found.target_from_source, session.radar_from_camera)
    assert np.all(np.abs(off) < 4 * found.sigmas)
    assert (found.source, found.target) == ("CAM_FRONT", "radar")


def test_pixels_take_their_lens_from_a_file_or_from_the_session(tmp_path):
    session, path = write_session(tmp_path, n=20)
    names = [f"r{i}" for i in range(20)]
    write_table(tmp_path / "camera.csv", names, ["u_px", "v_px"], session.pixels.pixels)
    camera = session.pixels.camera
    lens = {"matrix": camera.matrix.tolist(), "size_px": list(camera.size), "distortion": [], "model": "pinhole"}
    (tmp_path / "lens.json").write_text(json.dumps({"format_version": 1, **lens}))
    pose = "rotation_wxyz = [0.5, -0.5, 0.5, -0.5]\ntranslation_m = [-1.6, 0, 0.9]"
    prior = f"[prior]\n{pose}\nsigma_deg = 2\nsigma_m = 0.1\n"
    poses = []
    for described in ('lens = "lens.json"', f"matrix = {lens['matrix']}\nsize_px = {lens['size_px']}"):
        path.write_text(TOML.replace("sigma_m = 0.01", f"sigma_px = 0.5\n{described}") + prior)
        poses.append(calibrate_session(read_session(path), "camera-radar").target_from_source)
    np.testing.assert_allclose(difference(*poses), 0.0, atol=1e-12)
    assert np.all(np.abs(difference(poses[0], session.radar_from_camera)) < 0.1)


@pytest.mark.parametrize(
    ("content", "message"),
    [({"format_version": 7}, "found 7"), ({"format_version": 1}, "matrix"), ([], "a calibration file")],
    ids=["newer", "empty", "a list"],
)
def test_a_damaged_lens_file_is_refused(tmp_path, content, message):
    (tmp_path / "lens.json").write_text(json.dumps(content))
    with pytest.raises(FormatError, match=message):
        read_rig_document(tmp_path / "lens.json")


def test_what_one_sensor_did_not_see_is_left_out(tmp_path, caplog):
    _, path = write_session(tmp_path)
    with (tmp_path / "camera.csv").open("a") as stream:
        stream.write("lonely,1,2,3\n")
    found = calibrate_session(read_session(path), "camera-radar")
    assert len(found.problem) == 30
    assert "1 targets were seen by one sensor only: lonely" in caplog.text


def test_a_prior_is_read_in_its_units(tmp_path):
    pose = "rotation_wxyz = [0.5, -0.5, 0.5, -0.5]\ntranslation_m = [-1.6, 0.0, 0.9]"
    toml = f"{TOML}\n[prior]\n{pose}\nsigma_deg = 2\nsigma_m = 0.1\n"
    session, path = write_session(tmp_path, toml=toml, n=10)
    found = calibrate_session(read_session(path), "camera-radar")
    assert found.problem.prior is not None
    np.testing.assert_allclose(np.sqrt(np.diag(found.problem.prior.covariance)), [np.deg2rad(2)] * 3 + [0.1] * 3)
    assert np.all(np.abs(difference(found.target_from_source, session.radar_from_camera)) < 4 * found.sigmas)


def test_boards_carry_the_reflector_behind_their_middle(tmp_path):
    session = simulate_session(np.random.default_rng(5))
    path = tmp_path / "session.toml"
    path.write_text(f"{TOML}\n[board]\nreflector_depth_m = 0.1\n")
    names = [f"board {i}" for i in range(len(session.radar))]
    rays = session.boards.points / np.linalg.norm(session.boards.points, axis=1, keepdims=True)
    sides = np.cross(rays, [0.0, 1.0, 0.0])
    ups = np.cross(sides, rays)
    corners = [
        (name, point - 0.1 * ray + a * side + b * up)
        for name, point, ray, side, up in zip(names, session.boards.points, rays, sides, ups, strict=True)
        for a, b in ((0.2, 0.2), (-0.2, 0.2), (-0.2, -0.2), (0.2, -0.2))
    ]
    write_table(tmp_path / "camera.csv", [name for name, _ in corners], ["x_m", "y_m", "z_m"], [p for _, p in corners])
    radar = np.stack([session.radar.ranges, np.rad2deg(session.radar.azimuths)], axis=1)
    write_table(tmp_path / "radar.csv", names, ["range_m", "azimuth_deg"], radar)
    found = calibrate_session(read_session(path), "camera-radar")
    np.testing.assert_allclose(found.problem.source.positions(), session.boards.points, atol=1e-9)


def test_a_calibration_file_says_what_was_found(tmp_path):
    _, path = write_session(tmp_path, wrong_share=0.1)
    found = calibrate_session(read_session(path), "camera-radar")
    write_calibration(document(found), tmp_path / "out.json")
    read = read_calibration(tmp_path / "out.json")
    np.testing.assert_allclose(difference(read.target_from_source, found.target_from_source), 0, atol=1e-12)
    np.testing.assert_array_equal(read.covariance, found.covariance)
    assert (read.source, read.target, read.not_observable) == ("CAM_FRONT", "radar", ())
    assert [item["name"] for item in document(found)["rejected"]] == [item.name for item in found.rejected]
    text = summary(found)
    assert "CAM_FRONT in the frame of radar: 27 of 30 targets" in text
    assert f"left out {found.rejected[0].name}: radar" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format_version": 99}, "expected 1"),
        ({"covariance": {"matrix": [[1.0]]}}, "6 x 6 numbers"),
        ({"target_from_source": {"rotation_wxyz": [0, 0, 0, 0], "translation_m": [0, 0, 0]}}, "of length 0"),
        ({"source": None, "not_observable": ["tilt"]}, "names of"),
        ({"target_from_source": {}}, "rotation_wxyz"),
    ],
    ids=["newer", "covariance", "no rotation", "unknown axis", "empty pose"],
)
def test_a_damaged_calibration_file_is_refused(tmp_path, change, message):
    _, path = write_session(tmp_path, n=12)
    out = tmp_path / "out.json"
    write_calibration(document(calibrate_session(read_session(path), "camera-radar")), out)
    out.write_text(json.dumps(json.loads(out.read_text()) | change))
    with pytest.raises(SensorannError, match=message):
        read_calibration(out)


WRONG = {
    "no TOML": ("[camera\n", "expected TOML"),
    "an unknown table": ("[sonar]\n", r"\[sonar\]: expected tables camera"),
    "an unknown key": ("[camera]\nsigma = 3\n", r"\[camera\] sigma: expected one of"),
    "no table of the radar": ('[camera]\ntargets = "camera.csv"\nsigma_m = 1\n', r"expected a table \[radar\]"),
    "no sigma": (
        TOML.replace("sigma_range_m = 0.1", ""),
        r"\[radar\] sigma_range_m: expected a number above 0, found nothing",
    ),
    "a sigma in words": (TOML.replace("= 0.1", '= "low"'), "expected a number above 0, found 'low'"),
    "a sigma beyond any length": (TOML.replace("= 0.1", "= 1e300"), r"sigma_range_m: expected at most 1e\+09"),
    "no name of a file": (TOML.replace('targets = "radar.csv"', ""), r"\[radar\] targets: expected the name of a"),
    "degrees for a quaternion": (
        TOML + "[prior]\nrotation_wxyz = [0, 0, 90, 0]\ntranslation_m = [0, 0, 0]\nsigma_deg = 1\nsigma_m = 1\n",
        r"\[prior\] rotation_wxyz: expected a quaternion of length one, found length 90",
    ),
    "an empty prior": (TOML + "[prior]\nrotation_wxyz = []\n", r"\[prior\] rotation_wxyz: expected 4 numbers"),
}


@pytest.mark.parametrize(("toml", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_session_file_names_the_place(tmp_path, toml, message):
    _, path = write_session(tmp_path, toml=toml, n=10)
    with pytest.raises(FormatError, match=message):
        calibrate_session(read_session(path), "camera-radar")


TABLES = {
    "no header": ("1,2,3\n", "among them 'target'"),
    "a word for a number": (
        "target,range_m,azimuth_deg\nr0,far,3\n",
        "line 2, range_m: expected a number, found 'far'",
    ),
    "an empty cell": ("target,range_m,azimuth_deg\nr0,,3\n", "line 2, range_m: expected a number, found an empty cell"),
    "a short line": ("target,range_m,azimuth_deg\nr0,3\n", "line 2: expected 3 cells, found 2"),
    "other columns": ("target,rho_m,azimuth_deg\nr0,3,4\n", "line 1: expected a column x_m"),
    "azimuths of no circle": ("target,range_m,azimuth_deg\nr0,3,400\n", "within 180 degrees, found 400"),
    "two points for one": (
        "target,range_m,azimuth_deg\nr0,3,4\nr0,3,4\n",
        "target r0: expected 1 points, as in camera.csv, found 2",
    ),
}


@pytest.mark.parametrize(("table", "message"), TABLES.values(), ids=TABLES.keys())
def test_a_wrong_table_names_the_place(tmp_path, table, message):
    _, path = write_session(tmp_path, n=10)
    (tmp_path / "radar.csv").write_text(table)
    with pytest.raises(FormatError, match=message):
        calibrate_session(read_session(path), "camera-radar")


def write_json_table(tmp_path, rows) -> Path:
    _, path = write_session(tmp_path, n=10)
    path.write_text(path.read_text().replace("radar.csv", "radar.json"))
    (tmp_path / "radar.json").write_text(json.dumps(rows))
    return path


def test_tables_are_json_as_well(tmp_path):
    _, path = write_session(tmp_path, n=10)
    expected = calibrate_session(read_session(path), "camera-radar")
    with (tmp_path / "radar.csv").open() as lines:
        rows = [
            {name: cell if name == "target" else float(cell) for name, cell in row.items()}
            for row in csv.DictReader(lines)
        ]
    found = calibrate_session(read_session(write_json_table(tmp_path, rows)), "camera-radar")
    np.testing.assert_allclose(found.target_from_source.matrix, expected.target_from_source.matrix, atol=1e-9)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"target": "r0"}, "expected"),
        ([{"range_m": 3}], r"\[0\]: expected a member 'target', found range_m"),
        ([{"target": "r0", "range_m": "far"}], "range_m"),
        ([{"target": "r0", "azimuth_deg": 3}], r"\[0\]: expected a column x_m"),
        ([{"target": "r0", "range_m": 3, "azimuth_deg": 1}, {"target": "r1", "range_m": 3}], r"\[1\], azimuth_deg"),
    ],
    ids=["no list", "no target", "a word", "no range", "a missing number"],
)
def test_a_wrong_json_table_names_the_place(tmp_path, rows, message):
    with pytest.raises(FormatError, match=message):
        calibrate_session(read_session(write_json_table(tmp_path, rows)), "camera-radar")


def test_sensors_without_a_common_target_are_refused(tmp_path):
    _, path = write_session(tmp_path, n=10)
    (tmp_path / "radar.csv").write_text("target,range_m,azimuth_deg\nother,3,4\n")
    with pytest.raises(CalibrationError, match="no target was seen by both CAM_FRONT and radar"):
        calibrate_session(read_session(path), "camera-radar")


def test_the_picture_shows_what_was_left_out_in_red(tmp_path):
    _, path = write_session(tmp_path, wrong_share=0.1)
    found = calibrate_session(read_session(path), "camera-radar")
    picture = draw_targets(found)
    assert picture.shape == (720, 1100, 3)
    assert (picture == (70, 70, 235)).all(axis=2).sum() > 100


def test_weak_directions_are_named(tmp_path):
    _, path = write_session(tmp_path, layout=FLAT)
    found = calibrate_session(read_session(path), "camera-radar")
    weak = document(found)["weak_directions"]
    assert {axis for item in weak for axis in item["axes"]} == {"roll", "pitch", "z"}
    assert all(item["share_left"] > 0.5 for item in weak)
    assert "weak direction of" in summary(found)


def test_the_command_writes_prints_and_draws(tmp_path, capsys):
    _, path = write_session(tmp_path)
    out, picture = tmp_path / "out.json", tmp_path / "targets.png"
    assert run(["calibrate", "camera-radar", str(path), "-o", str(out), "--picture", str(picture), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text())
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_command_says_what_the_targets_do_not_tell(tmp_path, capsys):
    _, path = write_session(tmp_path, n=2)
    assert run(["calibrate", "camera-radar", str(path)]) == 1
    assert "2 reflectors give 4 equations for the 6 unknowns" in capsys.readouterr().err


def test_a_lens_is_calibrated_from_a_folder_of_pictures(tmp_path, capsys):
    camera = make_camera(size=(640, 360), focal=500.0)
    (tmp_path / "pictures").mkdir()
    for i, pose in enumerate(board_poses(9)):
        cv2.imwrite(str(tmp_path / "pictures" / f"{i}.png"), draw_board(pose, camera))
    cv2.imwrite(str(tmp_path / "pictures" / "blank.png"), np.full((360, 640), 128, np.uint8))
    path, out = tmp_path / "session.toml", tmp_path / "lens.json"
    path.write_text('[images]\nfolder = "pictures"\ncolumns = 9\nrows = 6\n')
    assert run(["calibrate", "camera", str(path), "-o", str(out)]) == 0
    text = capsys.readouterr().out
    assert "two halves of the pictures differ by" in text
    assert "left out blank.png: not all 9 x 6 corners were found" in text
    written = json.loads(out.read_text())
    assert written["matrix"][0][0] == pytest.approx(500.0, rel=0.02)
    np.testing.assert_array_equal(read_rig_document(out).lenses["camera"].matrix, written["matrix"])
    picture = tmp_path / "lens.png"
    assert run(["calibrate", "camera", str(path), "--picture", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    path.write_text("[images]\ncolumns = 9\nrows = 6\n")
    assert run(["calibrate", "camera", str(path)]) == 1
    assert "[images] folder: expected the name of a folder" in capsys.readouterr().err
