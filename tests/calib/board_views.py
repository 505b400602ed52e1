"""Views of a board by a known lens, as numbers or as pictures."""

from dataclasses import replace

import cv2
import numpy as np

from calib.boards.pictures import Board, charuco_board
from calib.estimation.tangent import rotation_from_vector
from calib.lenses.camera import BoardViews, warp_shapes
from sensorann.geometry import Camera, Transform
from tests.builders import make_camera

# A spacing that float32 holds exactly, as OpenCV takes it.
BOARD = Board(pattern="chessboard", columns=9, rows=6, spacing=0.0625)
ASYMMETRIC = Board(pattern="asymmetric circles", columns=4, rows=11, spacing=0.03125)


def board_poses(n, *, seed=0, tilt=0.5):
    """Poses of the board before the camera: spread over the picture, tilted both ways."""
    rng = np.random.default_rng(seed)
    middle = BOARD.points.mean(axis=0)
    poses = []
    for _ in range(n):
        rotation = rotation_from_vector(rng.uniform(-tilt, tilt, 3))
        place = np.array([rng.uniform(-0.15, 0.15), rng.uniform(-0.08, 0.08), rng.uniform(0.75, 1.0)])
        poses.append(Transform(rotation, place - rotation @ middle))
    return poses


def make_views(camera: Camera, *, n=20, noise=0.1, seed=0, tilt=0.5, warp=(0.0, 0.0)) -> BoardViews:
    bent = BOARD.points + np.outer(warp_shapes(BOARD.points) @ warp, [0, 0, 1])
    exact = np.stack([camera.project(bent, camera_from_points=pose) for pose in board_poses(n, tilt=tilt)])
    pixels = exact + noise * np.random.default_rng(seed + 1).normal(size=exact.shape)
    pixels = pixels.astype(np.float32).astype(np.float64)  # as OpenCV takes them
    names = tuple(f"{i:02d}.png" for i in range(n))
    return BoardViews(board=BOARD.points, pixels=pixels, size=camera.size, names=names)


def draw_board(pose: Transform, camera: Camera, *, pattern="chessboard") -> np.ndarray:
    """Draw the board as a camera without distortion sees it, smooth at the edges."""
    scale = 100
    if pattern == "charuco":
        return _seen(_charuco(scale), pose, camera, corner=scale, scale=scale)
    if pattern == "asymmetric circles":
        return _seen(_asymmetric(scale), pose, camera, corner=2 * scale, scale=scale, spacing=ASYMMETRIC.spacing)
    squares = np.kron((np.indices((BOARD.rows + 1, BOARD.columns + 1)).sum(axis=0) % 2) * 255, np.ones((scale, scale)))
    flat = np.pad(squares, scale, constant_values=255).astype(np.uint8)
    if pattern == "circles":
        flat[:] = 255
        for u, v in np.argwhere(np.ones((BOARD.columns, BOARD.rows))):
            cv2.circle(flat, (int((u + 2) * scale), int((v + 2) * scale)), scale // 4, 0, -1, cv2.LINE_AA)
    return _seen(flat, pose, camera, corner=2 * scale, scale=scale)


def _charuco(scale: int) -> np.ndarray:
    board = charuco_board(replace(BOARD, pattern="charuco"))
    return board.generateImage(((BOARD.columns + 1) * scale, (BOARD.rows + 1) * scale))


def _asymmetric(scale: int) -> np.ndarray:
    flat = np.full(((ASYMMETRIC.rows + 3) * scale, (2 * ASYMMETRIC.columns + 3) * scale), 255, np.uint8)
    for x, y in ASYMMETRIC.points[:, :2] / ASYMMETRIC.spacing:
        cv2.circle(flat, (int((x + 2) * scale), int((y + 2) * scale)), scale // 2, 0, -1, cv2.LINE_AA)
    return flat


def _seen(
    flat: np.ndarray, pose: Transform, camera: Camera, *, corner: int, scale: int, spacing=BOARD.spacing
) -> np.ndarray:
    """Image a flat drawing whose first corner lies `corner` pixels in, and whose spacing is `scale` pixels."""
    # Pixel centres are whole numbers.
    per_metre = scale / spacing
    flat_from_board = np.array([[per_metre, 0, corner - 0.5], [0, per_metre, corner - 0.5], [0, 0, 1]])
    image_from_board = camera.matrix @ np.column_stack([pose.rotation[:, :2], pose.translation])
    drawn = cv2.warpPerspective(
        flat, image_from_board @ np.linalg.inv(flat_from_board), camera.size, flags=cv2.INTER_AREA, borderValue=128
    )
    return cv2.GaussianBlur(drawn, (0, 0), 0.8)


def wide_camera() -> Camera:
    return make_camera(size=(1280, 720), focal=1000.0, distortion=(-0.2, 0.06, 0.001, -0.0005))
