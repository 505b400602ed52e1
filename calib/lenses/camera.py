"""A lens from pictures of a flat board: focal lengths, principal point and distortion, with their covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.estimation.levenberg import Equations, minimise
from calib.estimation.robust import Rejection
from calib.estimation.tangent import cross_matrices, moved, rotation_from_vector
from calib.lenses.models import N_FOCAL, camera_of, project_with_derivatives
from calib.targets.detections import Floats
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
    """V pictures of one board, each with corners that were found.

    Attributes
    ----------
    board : (C, 3) float64, corners in the board frame, z = 0; any unit of length
    pixels : (V, C, 2) float64, NaN for corners that were not found
    size : (width, height) of the pictures
    names : of the pictures
    """

    board: Floats
    pixels: Floats
    size: tuple[int, int]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        board = as_array(self.board, (None, 3), np.float64, name="board", finite=True)
        as_array(self.pixels, (len(self.names), len(board), 2), np.float64, name="pixels")

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Tell which corners (V, C) were found."""
        return np.asarray(np.isfinite(self.pixels).all(axis=2))

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
    warp : (2,) how far the middle of the board lies behind its edges, along its columns and its rows, in the unit of
        the board; zeros where it was taken to be flat
    warp_sigmas : (2,) of it
    rms : root mean square distance of corners from where they should be, pixels
    view_rms : (V,) the same per picture used
    names : of the pictures used
    rejected : pictures left out, with the reason
    """

    camera: Camera
    covariance: Floats
    camera_from_board: Transforms
    warp: Floats
    warp_sigmas: Floats
    rms: float
    view_rms: Floats
    names: tuple[str, ...]
    rejected: tuple[Rejection, ...]


def calibrate_camera(
    views: BoardViews, *, model: CameraModel = "pinhole", n_coefficients: int = 5, warped: bool = False
) -> Lens:
    """Estimate a lens from pictures of a board.

    Every corner weighs alike; a picture that fits three times worse than the median one is left out and named.

    Parameters
    ----------
    views : BoardViews
    model, n_coefficients : as in `Camera`
    warped : the board is bent like a bowl or a saddle, by two numbers that are estimated too (mrcal's model); it takes
        15 pictures or more to tell them from distortion

    Raises
    ------
    CalibrationError
        When there are too few pictures, or all show the board from the front.
    """
    _refuse_few(views)
    lens = _fit(views, model, n_coefficients, warped, rejected=())
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
    return _fit(kept, model, n_coefficients, warped, rejected=rejected)


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


def _fit(
    views: BoardViews, model: CameraModel, n_coefficients: int, warped: bool, rejected: tuple[Rejection, ...]
) -> Lens:
    fitting = _LensModel(views, model, n_coefficients)
    state = minimise(fitting, _start(views, n_coefficients, warped)).state
    _refuse_front_views(state.camera_from_board)
    squares = (fitting.compare(state)[0] ** 2).sum(axis=2)
    n_seen = views.seen.sum(axis=1)
    covariance = _covariance(fitting, state, float(squares.sum()), int(n_seen.sum()))
    n_lens = N_FOCAL + n_coefficients
    return Lens(
        camera=camera_of(state.parameters[:n_lens], model=model, size=views.size),
        covariance=covariance[:n_lens, :n_lens],
        camera_from_board=state.camera_from_board,
        warp=state.parameters[n_lens:] if warped else np.zeros(2),
        warp_sigmas=np.sqrt(np.diag(covariance)[n_lens:]) if warped else np.zeros(2),
        rms=float(np.sqrt(squares.sum() / n_seen.sum())),
        view_rms=np.sqrt(squares.sum(axis=1) / n_seen),
        names=views.names,
        rejected=rejected,
    )


def _covariance(fitting: _LensModel, state: _State, squares: float, n_seen: int) -> Floats:
    information, _, _ = fitting.equations(state).reduced(0.0)
    freedom = 2 * n_seen - len(information) - 6 * len(fitting.views)
    covariance = np.linalg.pinv(information, hermitian=True) * squares / freedom
    return np.asarray(covariance)


def _start(views: BoardViews, n_coefficients: int, warped: bool) -> _State:
    """Begin without distortion: focal length by the vanishing points of the boards (Z. Zhang, 2000), poses by it."""
    boards = [views.board[seen].astype(np.float32) for seen in views.seen]
    pixels = [view[seen].astype(np.float32)[:, None] for view, seen in zip(views.pixels, views.seen, strict=True)]
    matrix = cv2.initCameraMatrix2D(boards, pixels, views.size, aspectRatio=1.0)
    poses = []
    for board, view in zip(boards, pixels, strict=True):
        _, rotation, translation = cv2.solvePnP(board, view, matrix, np.zeros(0))
        poses.append((rotation_from_vector(rotation[:, 0]), translation[:, 0]))
    rotations, translations = zip(*poses, strict=True)
    lens = np.concatenate([matrix[[0, 1], [0, 1]], matrix[:2, 2], np.zeros(n_coefficients)])
    parameters = np.concatenate([lens, np.zeros(2 if warped else 0)])
    return _State(parameters, Transforms(np.stack(rotations), np.stack(translations)))


def warp_shapes(board: Floats) -> Floats:
    """Heights (C, 2) of corners (C, 3) when the middle lies one unit behind the edges, along each axis of a board."""
    low, high = board[:, :2].min(axis=0), board[:, :2].max(axis=0)
    across = (2 * board[:, :2] - low - high) / (high - low)
    return np.asarray(1.0 - across**2)


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    parameters: Floats
    camera_from_board: Transforms


@dataclass(frozen=True, eq=False, slots=True)
class _LensModel:
    """The lens is shared, the poses of the board are the blocks."""

    views: BoardViews
    model: CameraModel
    n_coefficients: int

    def compare(self, state: _State) -> tuple[Floats, Floats, Floats]:
        """Residuals (V, C, 2), and derivatives by lens and warp (V, C, 2, 4 + n + w) and by the poses (V, C, 2, 6).

        All are zero for corners that were not found.
        """
        shape = (len(self.views), len(self.views.board), 2)
        n_lens = N_FOCAL + self.n_coefficients
        lens, warp = state.parameters[:n_lens], state.parameters[n_lens:]
        shapes = warp_shapes(self.views.board)[:, : len(warp)]
        board = self.views.board + np.outer(shapes @ warp, [0.0, 0.0, 1.0])
        rotations = state.camera_from_board.rotations
        turned = np.einsum("vij,cj->vci", rotations, board)
        points = (turned + state.camera_from_board.translations[:, None]).reshape(-1, 3)
        pixels, by_points, by_lens = project_with_derivatives(points, lens, model=self.model)
        by_points = by_points.reshape(*shape, 3)
        by_pose = np.concatenate([-by_points @ cross_matrices(turned), by_points], axis=3)
        by_warp = np.einsum("vckj,vj,cw->vckw", by_points, rotations[:, :, 2], shapes)
        by_shared = np.concatenate([by_lens.reshape(*shape, -1), by_warp], axis=3)
        seen = self.views.seen[:, :, None]
        residuals = np.where(seen, pixels.reshape(shape) - self.views.pixels, 0.0)
        return residuals, by_shared * seen[..., None], by_pose * seen[..., None]

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
