"""What a camera and a LiDAR record of a board at several places: in memory, and as the files of a session."""

import cv2
import numpy as np

from calib.boards.pictures import Board
from calib.boards.session import board_outline
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.estimation.tangent import moved
from sensorann.formats.points.pcd import write_pcd
from sensorann.geometry import Transform
from tests.builders import make_camera
from tests.calib.board_sweeps import SIZE, cast_sweep, lidar_pose_of_board

BOARD = Board(pattern="chessboard", columns=7, rows=5, spacing=0.0625)
LIDAR_FROM_CAMERA = moved(FORWARD_FROM_CAMERA, [0.03, -0.02, 0.05, 0.1, 0.05, -0.15])
CAMERA = make_camera(size=(1280, 720), focal=900.0)
PLACES = ((2.2, 0.4, 0.1), (2.5, -0.5, 0.0), (3.0, 0.1, -0.2), (2.0, 0.0, 0.1), (2.8, 0.7, -0.1), (2.6, -0.2, 0.2))
TURNS = ((0, 0.3, 0.2), (0, -0.3, 0.1), (0, 0.1, -0.4), (0, 0.35, -0.2), (0, -0.2, 0.35), (0, -0.4, -0.2))
OUTLINE = board_outline(BOARD.points, SIZE)


def centered(lidar_from_board: Transform) -> Transform:
    """The same pose counted from the first corner of the pattern instead of the middle of the board."""
    return lidar_from_board @ Transform(np.eye(3), -BOARD.points.mean(axis=0))


def make_captures():
    """The truth, pixels and cloud of each board."""
    made = []
    for i, (place, turn) in enumerate(zip(PLACES, TURNS, strict=True)):
        pose = lidar_pose_of_board(place, turn)
        camera_from_board = LIDAR_FROM_CAMERA.inverse() @ centered(pose)
        exact = CAMERA.project(BOARD.points, camera_from_points=camera_from_board)
        pixels = exact + 0.1 * np.random.default_rng(i).normal(size=exact.shape)
        made.append((pose, pixels, *cast_sweep(pose, seed=i)))
    return made


def write_captures(folder, captures):
    """Pictures, clouds and a session file."""
    for name in ("pictures", "clouds"):
        (folder / name).mkdir()
    squares = np.kron((np.indices((BOARD.rows + 1, BOARD.columns + 1)).sum(axis=0) % 2) * 255, np.ones((100, 100)))
    flat = np.pad(squares, 60, constant_values=255).astype(np.uint8)
    flat_from_board = np.array([[1600, 0, 159.5], [0, 1600, 159.5], [0, 0, 1]])
    for i, (pose, _, points, rings) in enumerate(captures):
        camera_from_board = LIDAR_FROM_CAMERA.inverse() @ centered(pose)
        columns = [camera_from_board.rotation[:, :2], camera_from_board.translation]
        homography = CAMERA.matrix @ np.column_stack(columns) @ np.linalg.inv(flat_from_board)
        drawn = cv2.warpPerspective(flat, homography, CAMERA.size, flags=cv2.INTER_AREA, borderValue=128)
        cv2.imwrite(str(folder / "pictures" / f"{i}.png"), cv2.GaussianBlur(drawn, (0, 0), 0.8))
        x, y, z = points.astype(np.float32).T
        write_pcd(folder / "clouds" / f"{i}_full.pcd", {"x": x, "y": y, "z": z, "ring": rings.astype(np.uint16)})
    path = folder / "session.toml"
    path.write_text(
        f"[camera]\nmatrix = {CAMERA.matrix.tolist()}\nsize_px = {list(CAMERA.size)}\n"
        f'[images]\nfolder = "pictures"\ncolumns = {BOARD.columns}\nrows = {BOARD.rows}\nspacing_m = {BOARD.spacing}\n'
        '[lidar]\nname = "ROOF"\nclouds = "clouds/*_full.pcd"\n'
        f"[board]\ncolumns_m = {SIZE[0]}\nrows_m = {SIZE[1]}\n"
    )
    return path
