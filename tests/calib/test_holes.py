"""Boards with four holes: found in clouds by their gaps, in pictures by their ellipses, and the pose that both tell."""

import cv2
import numpy as np
import pytest

from calib.boards.clouds import find_board_in_cloud
from calib.boards.holes import Holes, find_holes_in_cloud
from calib.boards.pictures import Board, find_board
from calib.boards.poses import outline_before_camera
from calib.estimation.file import read_calibration
from calib.estimation.tangent import difference, moved
from sensorann.cli import run
from sensorann.errors import ArgumentError, MissingDataError
from sensorann.formats.points.pcd import write_pcd
from sensorann.geometry import Transform
from tests.calib.board_captures import CAMERA, LIDAR_FROM_CAMERA, PLACES, TURNS
from tests.calib.board_sweeps import SQUARE, cast_sweep, lidar_pose_of_board

SIZE, HOLES = (1.2, 1.0), Holes(spacing=0.4, diameter=0.24)
BOARD = Board(pattern="holes", columns=2, rows=2, spacing=HOLES.spacing, hole=HOLES.diameter)
POSES = [lidar_pose_of_board(place, turn, spin=0.3) for place, turn in zip(PLACES, TURNS, strict=True)]


def sweep_of(pose, seed=0, *, holes=HOLES):
    return cast_sweep(pose, seed=seed, size=SIZE, holes=holes, beam_step=1.0)


def middles_of(pose) -> np.ndarray:
    return pose.apply(np.column_stack([HOLES.spacing * SQUARE / 2, np.zeros(4)]))


def farthest(found, expected) -> float:
    """Largest distance between two squares, whichever corner they are counted from."""
    ways = [np.roll(expected[::step], shift, axis=0) for step in (1, -1) for shift in range(4)]
    return min(float(np.linalg.norm(found - way, axis=1).max()) for way in ways)


def draw(pose, *, hole=HOLES.diameter, square=False) -> np.ndarray:
    """A white board with dark holes before a grey wall, as the camera sees it."""
    per_metre = 400
    flat = np.full((round(SIZE[1] * per_metre), round(SIZE[0] * per_metre)), 230, np.uint8)
    for middle in HOLES.spacing * SQUARE / 2 + np.array(SIZE) / 2:
        u, v = (middle * per_metre).round().astype(int).tolist()
        half = round(hole * per_metre / 2)
        if square:
            cv2.rectangle(flat, (u - half, v - half), (u + half, v + half), 40, -1)
        else:
            cv2.circle(flat, (u, v), half, 40, -1, cv2.LINE_AA)
    camera_from_board = LIDAR_FROM_CAMERA.inverse() @ pose
    corner = np.array(SIZE) / 2 * per_metre
    flat_from_board = np.array([[per_metre, 0, corner[0]], [0, per_metre, corner[1]], [0, 0, 1]])
    columns = np.column_stack([camera_from_board.rotation[:, :2], camera_from_board.translation])
    homography = CAMERA.matrix @ columns @ np.linalg.inv(flat_from_board)
    drawn = cv2.warpPerspective(flat, homography, CAMERA.size, flags=cv2.INTER_AREA, borderValue=120)
    return cv2.GaussianBlur(drawn, (0, 0), 0.8)


@pytest.mark.parametrize("i", range(0, len(POSES), 2))
def test_holes_are_found_in_a_cloud_where_they_are(i):
    points, rings = sweep_of(POSES[i], i)
    found = find_holes_in_cloud(points, HOLES, rings=rings)
    assert farthest(found.corners, middles_of(POSES[i])) < 0.01


@pytest.mark.parametrize(
    ("pose", "holes"),
    [(None, HOLES), (POSES[0], None), (POSES[0], Holes(0.4, 0.14)), (POSES[0], Holes(0.6, 0.24))],
    ids=["no board", "a board without holes", "smaller holes", "holes farther apart"],
)
def test_no_holes_are_found_where_there_are_none_of_that_size(pose, holes):
    points, rings = sweep_of(pose, holes=holes)
    assert find_holes_in_cloud(points, HOLES, rings=rings) is None


def test_lines_are_told_by_their_order_in_the_file():
    points, rings = sweep_of(POSES[0])
    # A line after the other, and so tilted that elevations of neighbouring lines overlap.
    order = np.lexsort((np.arctan2(points[:, 1], points[:, 0]), rings))
    tilted = moved(Transform.identity(), [0.3, 0.2, 0.0, 0.0, 0.0, 0.0])
    found = find_holes_in_cloud(tilted.apply(points[order]), HOLES)
    assert farthest(found.corners, tilted.apply(middles_of(POSES[0]))) < 0.01


def test_lines_that_cannot_be_told_apart_are_refused():
    rng = np.random.default_rng(0)
    wall = np.column_stack([np.full(20_000, 8.0), rng.uniform(-4, 4, 20_000), rng.uniform(-1, 1, 20_000)])
    with pytest.raises(MissingDataError, match="has no field ring"):
        find_holes_in_cloud(wall, HOLES)


def test_points_far_apart_hold_no_board():
    # A wall 60 m away, and one point before it: its neighbours are farther off than a small board is wide.
    side = np.arange(-3.0, 3.0, 0.15)
    y, z = (part.ravel() for part in np.meshgrid(side, side))
    wall = np.column_stack([np.full(len(y), 60.0), y, z])
    points = np.concatenate([wall, [[59.0, 0.0, 0.0]]])
    assert find_board_in_cloud(points, (0.3, 0.2)) is None
    assert find_holes_in_cloud(points, Holes(0.24, 0.15)) is None


def test_four_holes_that_fit_by_chance_are_not_trusted_beyond_what_pictures_are_good_for():
    pixels = CAMERA.project(BOARD.points + np.array([0.1, 0.0, 3.0]))
    exact = outline_before_camera(CAMERA, BOARD.points, pixels, BOARD.points)
    # Their residuals are zero; a tenth of a pixel would be 0.05 degrees of tilt.
    assert np.sqrt(exact.covariances[:, 2, 2]).min() > 0.003


@pytest.mark.parametrize("i", range(len(POSES)))
def test_holes_are_found_in_a_picture_where_they_are(i):
    found = find_board(draw(POSES[i]), BOARD)
    camera_from_lidar = LIDAR_FROM_CAMERA.inverse()
    expected = CAMERA.project(middles_of(POSES[i]), camera_from_points=camera_from_lidar)
    # The middles of the ellipses lie up to 1.7 pixels aside of those of the circles.
    assert farthest(found[[0, 1, 3, 2]], expected) < 0.1


@pytest.mark.parametrize(
    "options", [{"square": True}, {"hole": 0.12}, {"hole": 0.34}], ids=["windows", "small", "large"]
)
def test_what_is_no_square_of_such_holes_is_not_taken_for_one(options):
    assert find_board(draw(POSES[0], **options), BOARD) is None


def test_camera_and_lidar_are_joined_by_holes(tmp_path, capsys):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "clouds").mkdir()
    for i, pose in enumerate(POSES):
        cv2.imwrite(str(tmp_path / "pictures" / f"{i}.png"), draw(pose))
        points, rings = sweep_of(None if i == 5 else pose, i)
        x, y, z = points.astype(np.float32).T
        write_pcd(tmp_path / "clouds" / f"{i}.pcd", {"x": x, "y": y, "z": z, "ring": rings.astype(np.uint16)})
    path, out = tmp_path / "session.toml", tmp_path / "found.json"
    path.write_text(
        f"[camera]\nmatrix = {CAMERA.matrix.tolist()}\nsize_px = {list(CAMERA.size)}\n"
        f'[images]\nfolder = "pictures"\npattern = "holes"\nspacing_m = {HOLES.spacing}\nhole_m = {HOLES.diameter}\n'
        '[lidar]\nclouds = "clouds/*.pcd"\n'
    )
    assert run(["calibrate", "camera-lidar", str(path), "-o", str(out)]) == 0
    text = capsys.readouterr().out
    assert "5 of 5 targets" in text
    assert "left out 5.png: no square of holes 0.4 m apart is seen in its cloud" in text
    found = read_calibration(out)
    off = difference(found.target_from_source, LIDAR_FROM_CAMERA)
    assert np.rad2deg(np.abs(off[:3])).max() < 0.5
    assert np.abs(off[3:]).max() < 0.02
    assert np.all(np.abs(off) < 4 * np.sqrt(np.diag(found.covariance)))
    assert run(["calibrate", "camera", str(path)]) == 1
    assert "four holes of a picture tell no lens" in capsys.readouterr().err


def test_a_board_with_holes_has_four_that_do_not_touch():
    with pytest.raises(ArgumentError, match=r"got 2 x 2 of 0\.5 m at 0\.4 m"):
        Board(pattern="holes", columns=2, rows=2, spacing=0.4, hole=0.5)
    with pytest.raises(ArgumentError, match="got 3 x 2"):
        Board(pattern="holes", columns=3, rows=2, spacing=0.4, hole=0.2)


@pytest.mark.real_data
@pytest.mark.parametrize("number", [1, 2])
def test_holes_are_found_in_a_recorded_picture(real_data, number):
    path = real_data / "tudelft_targets" / "mono_detector" / "data" / f"example_image{number}.png"
    board = Board(pattern="holes", columns=2, rows=2, spacing=0.24, hole=0.15)
    found = find_board(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), board)
    # The lens that is published with the pictures.
    matrix = np.array([[1419.435, 0, 948.748], [0, 1442.298, 621.179], [0, 0, 1]])
    distortion = np.array([-0.175243, 0.158967, 0.003024, -0.002257, -0.062404])
    _, turn, place = cv2.solvePnP(board.points, found, matrix, distortion)
    imaged = cv2.projectPoints(board.points, turn, place, matrix, distortion)[0][:, 0]
    assert np.abs(imaged - found).max() < 0.5
