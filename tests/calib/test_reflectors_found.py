"""Boards with reflectors, found in pictures or clouds and in the scans of a radar: of a folder, and of a drive."""

import json

import numpy as np
import pytest

from calib.estimation.file import read_calibration
from calib.estimation.tangent import difference
from sensorann.cli import run
from sensorann.formats.points.pcd import write_pcd
from sensorann.formats.rigs import Intrinsics
from sensorann.formats.rigs.own import lens_members
from sensorann.geometry import Transform
from tests.calib.board_captures import CAMERA, LIDAR_FROM_CAMERA
from tests.calib.radar_captures import (
    RADAR_FROM_LIDAR,
    SCANS,
    SIZES,
    SOURCES,
    YARD,
    make_scan,
    taped,
    write_radar_captures,
    write_yard,
)

TRUTH = {"camera": RADAR_FROM_LIDAR @ LIDAR_FROM_CAMERA, "lidar": RADAR_FROM_LIDAR}


@pytest.fixture
def folder(tmp_path, captures):
    """Pictures and clouds of boards, and scans of a radar beside them."""
    write_radar_captures(tmp_path, captures)
    return tmp_path


def folder_session(folder, source, *, drawn=True):
    path = folder / f"{source}.toml"
    path.write_text(f"{SOURCES[source]}{SCANS}{SIZES}{taped(source) if drawn else ''}")
    return path


def assert_found(path, source, *, sigmas=4.0):
    found = read_calibration(path)
    off = difference(found.target_from_source, TRUTH[source])
    assert np.all(np.abs(off) < sigmas * np.sqrt(np.diag(found.covariance)))
    assert len(json.loads(path.read_text())["targets"]["names"]) == 6


@pytest.mark.parametrize("source", ["camera", "lidar"])
def test_reflectors_are_found_in_scans_beside_pictures_and_clouds(folder, source):
    out = folder / "radar_from_it.json"
    assert run(["calibrate", f"{source}-radar", str(folder_session(folder, source)), "-o", str(out)]) == 0
    assert_found(out, source)


def test_a_table_of_reflectors_does_beside_pictures(folder, captures):
    returns = [make_scan(board, i) for i, (board, *_) in enumerate(captures)]
    rows = [f"{i},{scan['x'][0]},{scan['y'][0]}" for i, scan in enumerate(returns)]
    (folder / "radar.csv").write_text("\n".join(["target,x_m,y_m", *rows]))
    path, out = folder_session(folder, "camera"), folder / "found.json"
    path.write_text(path.read_text().replace('clouds = "radar/*.pcd"', 'targets = "radar.csv"'))
    assert run(["calibrate", "camera-radar", str(path), "-o", str(out)]) == 0
    assert_found(out, "camera")


def test_the_lens_is_to_blame_for_a_part_of_the_sigmas(folder, capsys):
    path = folder_session(folder, "camera")
    lens = {"format_version": 1, **lens_members(Intrinsics.of(CAMERA)), "covariance": {"matrix": np.eye(4).tolist()}}
    (folder / "lens.json").write_text(json.dumps(lens))
    stated = f"matrix = {CAMERA.matrix.tolist()}\nsize_px = {list(CAMERA.size)}"
    path.write_text(path.read_text().replace(stated, 'lens = "lens.json"'))
    out = folder / "radar_from_camera.json"
    assert run(["calibrate", "camera-radar", str(path), "-o", str(out)]) == 0
    # A pixel of the middle is as much yaw as a pixel over the focal length.
    assert np.sqrt(json.loads(out.read_text())["covariance_of_lens"][2][2]) == pytest.approx(1 / 900, rel=0.5)
    assert "the lens is to blame" in capsys.readouterr().out


def test_scans_that_show_no_reflector_are_named(folder, capsys):
    (folder / "radar" / "2.pcd").unlink()
    empty = {name: column[3:] for name, column in make_scan(Transform.identity(), 0).items()}
    write_pcd(folder / "radar" / "4.pcd", empty)
    assert run(["calibrate", "camera-radar", str(folder_session(folder, "camera"))]) == 0
    out = capsys.readouterr().out
    assert "4 of 4 targets" in out
    assert "left out 2.png: has no cloud of its name" in out
    assert "left out 4.png: no return of the radar lies within 1.5 m of its reflector" in out


def test_without_a_pose_to_look_from_nothing_is_guessed(folder, capsys):
    assert run(["calibrate", "lidar-radar", str(folder_session(folder, "lidar", drawn=False))]) == 1
    assert "a prior is needed" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["camera", "lidar"])
def test_reflectors_are_found_straight_in_a_drive(folder, captures, source):
    write_yard(folder, captures)
    path, out = folder / "drive.toml", folder / "found.json"
    path.write_text(YARD)
    page = folder / "page.html"
    assert run(["calibrate", f"{source}-radar", str(path), "-o", str(out), "--report", str(page)]) == 0
    assert_found(out, source)
    assert read_calibration(out).target == "RADAR"
    # Pictures with the returns of the radar, where a camera is part of the pair.
    assert page.read_text("utf-8").count("data:image/jpeg;base64,") == (4 if source == "camera" else 0)
