"""How far a lens can be trusted: small residuals say little about the corners that no board covered.

Two halves of the pictures give two lenses, and what counts is by how many pixels they differ over the whole picture
(mrcal's cross-validation). Adding coefficients always lowers the residuals; pictures that were held out tell whether it
helps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calib.boards.poses import board_pose
from calib.estimation.start import rigid_fit
from calib.estimation.tangent import cross_matrices
from calib.lenses.camera import BoardViews, Lens, calibrate_camera, warp_shapes
from calib.lenses.models import lens_parameters, project_with_derivatives
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera
from sensorann.geometry.cameras import CameraModel

CANDIDATES: tuple[tuple[CameraModel, int], ...] = (("pinhole", 4), ("pinhole", 5), ("pinhole", 8), ("fisheye", 4))
# Columns and rows of points over a picture.
GRID = (24, 16)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class LensTrust:
    """What the residuals do not show.

    Attributes
    ----------
    held_out_rms : pixels, corners of one half of the pictures by the lens of the other
    halves_differ : pixels over a grid of the picture, 95 % of it lies below
    grid : (N, 2) pixels of the grid
    sigmas : (N,) pixels, the larger standard deviation of where a far point at that pixel is imaged
    """

    held_out_rms: float
    halves_differ: float
    grid: Floats
    sigmas: Floats


def trust_lens(views: BoardViews, lens: Lens) -> LensTrust:
    """Fit halves of the pictures apart, and carry the covariance into the picture.

    Raises
    ------
    CalibrationError
        When a half does not fix a lens.
    """
    used = views.select([i for i, name in enumerate(views.names) if name in lens.names])
    camera = lens.camera
    halves = [used.select(range(start, len(used), 2)) for start in (0, 1)]
    cameras = [
        calibrate_camera(
            half, model=camera.model, n_coefficients=len(camera.distortion), warped=bool(lens.warp.any())
        ).camera
        for half in halves
    ]
    # The board is the same one for both halves, and so is its warp.
    squares = [held_out_squares(cameras[1 - i], warped_views(halves[i], lens.warp)) for i in (0, 1)]
    grid = picture_grid(camera)
    return LensTrust(
        held_out_rms=float(np.sqrt(np.concatenate(squares).mean())),
        halves_differ=float(np.nanquantile(pixel_differences(cameras[0], cameras[1]), 0.95)),
        grid=grid,
        sigmas=pixel_sigmas(lens, grid),
    )


def warped_views(views: BoardViews, warp: Floats) -> BoardViews:
    """Views of the board as it is, bent by `Lens.warp`."""
    return replace(views, board=views.board + np.outer(warp_shapes(views.board) @ warp, [0.0, 0.0, 1.0]))


def choose_lens(views: BoardViews, *, warped: bool = False) -> tuple[Lens, LensTrust]:
    """Fit all lens models and keep the one that images held-out pictures best; `warped` as in `calibrate_camera`.

    Raises
    ------
    CalibrationError
        When no model can be fitted to halves of the pictures.
    """
    fitted = []
    for model, n_coefficients in CANDIDATES:
        try:
            lens = calibrate_camera(views, model=model, n_coefficients=n_coefficients, warped=warped)
            fitted.append((lens, trust_lens(views, lens)))
        except CalibrationError as error:
            failure = error
    if not fitted:
        raise CalibrationError(f"no lens model fits both halves of the pictures: {failure}") from failure
    return min(fitted, key=lambda one: one[1].held_out_rms)


def held_out_squares(camera: Camera, views: BoardViews) -> Floats:
    """Squared distances (V * C,) of corners from where a lens images the board, its pose fitted to each picture."""
    squares = []
    for pixels in views.pixels:
        pose = board_pose(camera, views.board, pixels)
        off = camera.project(views.board, camera_from_points=pose) - pixels
        squares.append((off[np.isfinite(off).all(axis=1)] ** 2).sum(axis=1))
    return np.concatenate(squares)


def picture_grid(camera: Camera) -> Floats:
    """Pixels (N, 2) spread over the picture, its borders included."""
    width, height = camera.size
    u, v = np.meshgrid(np.linspace(0, width - 1, GRID[0]), np.linspace(0, height - 1, GRID[1]))
    return np.stack([u.ravel(), v.ravel()], axis=1)


def pixel_differences(first: Camera, second: Camera) -> Floats:
    """Pixels (N,) by which two lenses image far points apart over the grid; NaN where one images nothing.

    A turn of the whole camera is taken out first: it is part of the mounting, not of the lens.
    """
    grid = picture_grid(first)
    rays_first, rays_second = first.unproject(grid), second.unproject(grid)
    both = np.isfinite(rays_first).all(axis=1) & np.isfinite(rays_second).all(axis=1)
    turn = rigid_fit(rays_first[both], rays_second[both]).rotation
    return np.asarray(np.linalg.norm(second.project(rays_first @ turn.T) - grid, axis=1))


def pixel_sigmas(lens: Lens, grid: Floats) -> Floats:
    """Standard deviations (N,) of where far points at pixels (N, 2) are imaged, along the worse direction.

    A turn of the whole camera is taken out as in `pixel_differences`; NaN where the lens images nothing.
    """
    rays = lens.camera.unproject(grid)
    imaged = np.isfinite(rays).all(axis=1)
    parameters = lens_parameters(lens.camera)
    _, by_points, by_lens = project_with_derivatives(rays[imaged], parameters, model=lens.camera.model)
    by_turn = -by_points @ cross_matrices(rays[imaged])
    rows = by_lens.reshape(-1, len(parameters))
    explained, _, _, _ = np.linalg.lstsq(by_turn.reshape(-1, 3), rows, rcond=None)
    left = (rows - by_turn.reshape(-1, 3) @ explained).reshape(by_lens.shape)
    covariances = left @ lens.covariance @ left.transpose(0, 2, 1)
    sigmas = np.full(len(grid), np.nan)
    sigmas[imaged] = np.sqrt(np.linalg.eigvalsh(covariances)[:, 1])
    return sigmas
