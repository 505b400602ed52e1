"""Boards found in clouds and pictures without help, and the pose that they tell."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.board_captures import (
    difference_chi2,
    estimate_board_captures,
    off_other_boards,
    published_difference,
    read_published,
)
from calib.boards.clouds import find_board_in_cloud
from calib.boards.pairs import calibrate_boards
from calib.boards.poses import board_pose, outline_before_camera
from calib.estimation.tangent import difference
from calib.targets.session import read_session
from calib.targets.solving import calibrate_session
from sensorann.cli import run
from sensorann.errors import ArgumentError, CalibrationError
from sensorann.formats import pack
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import START_NS, MemoryDrive
from tests.calib.board_captures import BOARD, CAMERA, LIDAR_FROM_CAMERA, OUTLINE, centered, write_captures
from tests.calib.board_sweeps import SIZE, cast_sweep, lidar_pose_of_board


@pytest.fixture(scope="module")
def found(captures):
    clouds = [find_board_in_cloud(points, SIZE, rings=rings) for _, _, points, rings in captures]
    outlines = [outline_before_camera(CAMERA, BOARD.points, pixels, OUTLINE) for _, pixels, _, _ in captures]
    return outlines, clouds


def test_a_board_is_found_where_it_stands(captures, found):
    for (pose, *_), board in zip(captures, found[1], strict=True):
        np.testing.assert_allclose(board.center, pose.translation, atol=0.015)
        normal = np.cross(board.corners[1] - board.corners[0], board.corners[3] - board.corners[0])
        assert abs(normal @ pose.rotation[:, 2]) / np.linalg.norm(normal) > np.cos(np.deg2rad(1.0))


def test_scan_lines_are_told_from_elevations_where_the_file_does_not_number_them(captures, found):
    _, _, points, _ = captures[0]
    np.testing.assert_allclose(find_board_in_cloud(points, SIZE).center, found[1][0].center, atol=0.01)


@pytest.mark.parametrize("size", [None, (1.4, 1.0), (0.4, 0.3)], ids=["no board", "a larger one", "a smaller one"])
def test_no_board_is_found_where_none_of_that_size_stands(size):
    pose = None if size is None else lidar_pose_of_board((2.5, 0.0, 0.1), (0, 0.2, 0.1))
    points, rings = cast_sweep(pose, size=size or SIZE)
    assert find_board_in_cloud(points, SIZE, rings=rings) is None


def test_an_empty_cloud_holds_no_board():
    assert find_board_in_cloud(np.full((100, 3), np.nan), SIZE) is None
    with pytest.raises(ArgumentError, match="two lengths above 0"):
        find_board_in_cloud(np.zeros((0, 3)), (0.0, 1.0))


def test_the_pose_of_a_board_is_told_by_its_corners(captures):
    pose, pixels, _, _ = captures[0]
    seen = board_pose(CAMERA, BOARD.points, pixels)
    np.testing.assert_allclose(seen.matrix, (LIDAR_FROM_CAMERA.inverse() @ centered(pose)).matrix, atol=0.01)
    with pytest.raises(CalibrationError, match="corners of a board"):
        board_pose(CAMERA, BOARD.points, np.full_like(pixels, np.nan))


def test_camera_and_lidar_are_joined_by_boards_that_look_the_same_when_turned_by_half(found):
    outlines, clouds = found
    estimate = calibrate_boards(outlines, clouds, names=[str(i) for i in range(len(clouds))])
    off = difference(estimate.target_from_source, LIDAR_FROM_CAMERA)
    assert np.rad2deg(np.abs(off[:3])).max() < 0.5
    assert np.abs(off[3:]).max() < 0.02
    assert np.all(np.abs(off) < 4 * estimate.sigmas)


def test_the_board_of_another_capture_is_left_out(found):
    outlines, clouds = found
    swapped = [clouds[1], *clouds[1:]]
    estimate = calibrate_boards(outlines, swapped, names=[str(i) for i in range(len(clouds))])
    assert [item.name for item in estimate.rejected] == ["0"]


def test_captures_that_do_not_belong_together_are_refused(found):
    outlines, clouds = found
    with pytest.raises(CalibrationError, match="do pictures and clouds of one name belong together"):
        calibrate_boards(outlines, [*clouds[1:], clouds[0]], names=list("abcdef"))
    with pytest.raises(CalibrationError, match="2 boards were found by both"):
        calibrate_boards(outlines[:2], clouds[:2], names=list("ab"))


def test_the_command_takes_pictures_and_clouds(tmp_path, captures, capsys):
    path = write_captures(tmp_path, captures)
    (tmp_path / "clouds" / "3_full.pcd").unlink()
    assert run(["calibrate", "camera-lidar", str(path)]) == 0
    out = capsys.readouterr().out
    assert "camera in the frame of ROOF: 5 of 5 targets" in out
    assert "left out 3.png: has no cloud of its name" in out
    text = path.read_text()
    path.write_text(text.replace("[1280, 720]", "[640, 360]"))
    assert run(["calibrate", "camera-lidar", str(path)]) == 1
    assert "the pictures have 1280 x 720 pixels, the lens is for 640 x 360" in capsys.readouterr().err
    path.write_text(text.replace("*_full", "full"))
    assert run(["calibrate", "camera-lidar", str(path)]) == 1
    assert "expected a name with a star" in capsys.readouterr().err


def test_pictures_and_clouds_are_counted_while_they_are_searched(tmp_path, captures):
    session, seen = read_session(write_captures(tmp_path, captures)), []
    calibrate_session(session, "camera-lidar", progress=lambda done, total: seen.append((done, total)))
    n = len(captures)
    assert seen == 2 * [(done, n) for done in range(n)]


def test_targets_are_taken_straight_from_a_drive(tmp_path, captures, capsys):
    write_captures(tmp_path, captures)
    camera, lidar = (Sensor(name=name, kind=kind, ego_from_sensor=pose, camera=lens) for name, kind, pose, lens in (
        ("FRONT", "camera", Transform.identity(), CAMERA), ("ROOF", "lidar", Transform.identity(), None)
    ))  # fmt: skip
    times = START_NS + 1_000_000_000 * np.arange(len(captures), dtype=np.int64)
    sweeps = [
        Sweep(sensor="ROOF", timestamp_ns=int(time), points=points.astype(np.float32), fields={"ring": rings})
        for time, (_, _, points, rings) in zip(times, captures, strict=True)
    ]
    drive = MemoryDrive(
        rig=Rig((lidar, camera)),
        trajectory=None,
        # The last picture was taken a quarter of a second after its sweep.
        times={"FRONT": times + np.array([0, 0, 0, 0, 0, 250_000_000]), "ROOF": times},
        sweeps={"ROOF": sweeps},
        images={"FRONT": [(tmp_path / "pictures" / f"{i}.png").read_bytes() for i in range(len(captures))]},
    )
    pack(drive, tmp_path / "yard.drive.h5")
    path = tmp_path / "drive.toml"
    path.write_text(
        '[drive]\npath = "yard.drive.h5"\n[camera]\nname = "FRONT"\n[lidar]\nname = "ROOF"\n'
        f"[images]\ncolumns = {BOARD.columns}\nrows = {BOARD.rows}\nspacing_m = {BOARD.spacing}\n"
        f"[board]\ncolumns_m = {SIZE[0]}\nrows_m = {SIZE[1]}\n"
    )
    assert run(["calibrate", "camera-lidar", str(path)]) == 0
    out = capsys.readouterr().out
    assert "FRONT in the frame of ROOF: 5 of 5 targets" in out
    assert "left out 000005: has no sweep of ROOF within 60 ms" in out


@pytest.fixture(scope="module")
def recorded(real_data):
    folder = real_data / "acfr_camlidar"
    return folder, estimate_board_captures(folder)


@pytest.mark.real_data
def test_recorded_boards_tell_what_their_authors_publish(recorded):
    folder, found = recorded
    assert (len(found.problem), found.rejected) == (10, ())
    degrees, metres = published_difference(found.target_from_source, folder)
    assert degrees < 0.5
    assert metres < 0.025
    # Half of the solutions that the mean is of are farther from it than we are, in both.
    solutions = [published_difference(one, folder) for one in read_published(folder).solutions]
    assert np.all((degrees, metres) < np.median(solutions, axis=0))
    # By the sigmas of both it is one pose.
    assert difference_chi2(found, read_published(folder)) < stats.chi2.ppf(0.95, 6)


@pytest.mark.real_data
def test_boards_that_were_not_used_lie_nearer_than_by_the_published_pose(recorded):
    folder, found = recorded
    ours = off_other_boards(folder, found.target_from_source)
    assert ours < 5.0
    assert ours < 0.8 * off_other_boards(folder, read_published(folder).mean)
