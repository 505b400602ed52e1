"""A lens from pictures of a flat board: focal lengths, principal point and distortion, with their covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calib.detections import Floats
from calib.lenses import camera_of, project_with_derivatives
from calib.levenberg import Equations, minimise
from calib.robust import Rejection
from calib.tangent import cross_matrices, moved, rotation_from_vector
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera, Transforms
from sensorann.geometry.arrays import as_array
from sensorann.geometry.cameras import CameraModel

LEAST_VIEWS = 3
# A view whose residuals are that many times the median view's is not of this board, or moved while it was taken.
_VIEW_LIMIT = 3.0
# Boards seen from the front leave focal length and distance to each other.
_LEAST_TILT = np.deg2rad(10.0)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class BoardViews:
    """V pictures of one board with all of its corners found.

    Attributes
    ----------
    board : (C, 3) float64, corners in the board frame, z = 0; any unit of length
    pixels : (V, C, 2) float64
    size : (width, height) of the pictures
    names : of the pictures
    """

    board: Floats
    pixels: Floats
    size: tuple[int, int]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        board = as_array(self.board, (None, 3), np.float64, name="board", finite=True)
        as_array(self.pixels, (len(self.names), len(board), 2), np.float64, name="pixels", finite=True)

    def __len__(self) -> int:
        return len(self.names)

    def select(self, rows: Sequence[int]) -> BoardViews:
        """Keep some of the pictures."""
        names = tuple(self.names[row] for row in rows)
        return BoardViews(board=self.board, pixels=self.pixels[list(rows)], size=self.size, names=names)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Lens:
    """An estimated lens.

    Attributes
    ----------
    camera : Camera
    covariance : (4 + n, 4 + n) over fx, fy, cx, cy and the distortion, by the residuals' own noise
    camera_from_board : where the board was in each picture used
    rms : root mean square distance of corners from where they should be, pixels
    view_rms : (V,) the same per picture used
    names : of the pictures used
    rejected : pictures left out, with the reason
    """

    camera: Camera
    covariance: Floats
    camera_from_board: Transforms
    rms: float
    view_rms: Floats
    names: tuple[str, ...]
    rejected: tuple[Rejection, ...]


def calibrate_camera(views: BoardViews, *, model: CameraModel = "pinhole", n_coefficients: int = 5) -> Lens:
    """Estimate a lens from pictures of a board.

    Every corner weighs alike; a picture that fits three times worse than the median one is left out and named.

    Parameters
    ----------
    views : BoardViews
    model, n_coefficients : as in `Camera`

    Raises
    ------
    CalibrationError
        When there are too few pictures, or all show the board from the front.
    """
    _refuse_few(views)
    lens = _fit(views, model, n_coefficients, rejected=())
    wrong = np.flatnonzero(lens.view_rms > _VIEW_LIMIT * np.median(lens.view_rms))
    if not len(wrong):
        return lens
    rejected = tuple(
        Rejection(
            views.names[i],
            f"corners miss by {lens.view_rms[i]:.2f} px, the median picture by {np.median(lens.view_rms):.2f} px",
        )
        for i in wrong
    )
    kept = views.select([i for i in range(len(views)) if i not in set(wrong)])
    _refuse_few(kept)
    return _fit(kept, model, n_coefficients, rejected=rejected)


def _refuse_few(views: BoardViews) -> None:
    if len(views) < LEAST_VIEWS:
        raise CalibrationError(
            f"a lens needs the board in {LEAST_VIEWS} pictures or more (15, tilted and in all corners, are good), "
            f"got {len(views)}"
        )


def _refuse_front_views(camera_from_board: Transforms) -> None:
    tilts = np.arccos(np.clip(np.abs(camera_from_board.rotations[:, 2, 2]), 0.0, 1.0))
    if tilts.max() < _LEAST_TILT:
        raise CalibrationError(
            f"the board is tilted by {np.rad2deg(tilts.max()):.0f} degrees at most: such pictures do not tell focal "
            "length from distance, tilt it by 30 degrees or more, both ways"
        )


def _fit(views: BoardViews, model: CameraModel, n_coefficients: int, rejected: tuple[Rejection, ...]) -> Lens:
    fitting = _LensModel(views, model)
    state = minimise(fitting, _start(views, n_coefficients)).state
    _refuse_front_views(state.camera_from_board)
    squares = (fitting.compare(state)[0] ** 2).sum(axis=2)
    return Lens(
        camera=camera_of(state.parameters, model=model, size=views.size),
        covariance=_covariance(fitting, state, squares),
        camera_from_board=state.camera_from_board,
        rms=float(np.sqrt(squares.mean())),
        view_rms=np.sqrt(squares.mean(axis=1)),
        names=views.names,
        rejected=rejected,
    )


def _covariance(fitting: _LensModel, state: _State, squares: Floats) -> Floats:
    information, _, _ = fitting.equations(state).reduced(0.0)
    freedom = 2 * squares.size - len(information) - 6 * len(squares)
    covariance = np.linalg.pinv(information, hermitian=True) * squares.sum() / freedom
    return np.asarray(covariance)


def _start(views: BoardViews, n_coefficients: int) -> _State:
    """Begin without distortion: focal length by the vanishing points of the boards (Z. Zhang, 2000), poses by it."""
    board = views.board.astype(np.float32)
    pixels = [view.astype(np.float32)[:, None] for view in views.pixels]
    matrix = cv2.initCameraMatrix2D([board] * len(views), pixels, views.size, aspectRatio=1.0)
    poses = []
    for view in pixels:
        _, rotation, translation = cv2.solvePnP(board, view, matrix, np.zeros(0))
        poses.append((rotation_from_vector(rotation[:, 0]), translation[:, 0]))
    rotations, translations = zip(*poses, strict=True)
    parameters = np.concatenate([matrix[[0, 1], [0, 1]], matrix[:2, 2], np.zeros(n_coefficients)])
    return _State(parameters, Transforms(np.stack(rotations), np.stack(translations)))


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    parameters: Floats
    camera_from_board: Transforms


@dataclass(frozen=True, eq=False, slots=True)
class _LensModel:
    """The lens is shared, the poses of the board are the blocks."""

    views: BoardViews
    model: CameraModel

    def compare(self, state: _State) -> tuple[Floats, Floats, Floats]:
        """Residuals (V, C, 2), and their derivatives by the lens (V, C, 2, 4 + n) and by the poses (V, C, 2, 6)."""
        shape = (len(self.views), len(self.views.board), 2)
        turned = np.einsum("vij,cj->vci", state.camera_from_board.rotations, self.views.board)
        points = (turned + state.camera_from_board.translations[:, None]).reshape(-1, 3)
        pixels, by_points, by_lens = project_with_derivatives(points, state.parameters, model=self.model)
        by_points = by_points.reshape(*shape, 3)
        by_pose = np.concatenate([-by_points @ cross_matrices(turned), by_points], axis=3)
        return pixels.reshape(shape) - self.views.pixels, by_lens.reshape(*shape, -1), by_pose

    def cost(self, state: _State) -> float:
        # A step too far may send corners behind the camera: what is no number is no gain either.
        cost = float((self.compare(state)[0] ** 2).sum())
        return cost if np.isfinite(cost) else np.inf

    def equations(self, state: _State) -> Equations:
        n_rows = 2 * len(self.views.board)
        residuals, lens, pose = (part.reshape(len(self.views), n_rows, -1) for part in self.compare(state))
        across = pose.transpose(0, 2, 1)
        return Equations(
            np.einsum("vri,vrj->ij", lens, lens),
            np.einsum("vri,vrk->i", lens, residuals),
            across @ pose,
            (across @ residuals)[:, :, 0],
            across @ lens,
        )

    def moved(self, state: _State, shared: Floats, blocks: Floats) -> _State:
        poses = [moved(state.camera_from_board[i], block) for i, block in enumerate(blocks)]
        rotations, translations = ([getattr(pose, name) for pose in poses] for name in ("rotation", "translation"))
        return _State(state.parameters + shared, Transforms(np.stack(rotations), np.stack(translations)))
