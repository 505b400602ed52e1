"""The page of a lens: residuals over the picture, of each picture, and how far to trust it where no board was."""

from __future__ import annotations

import numpy as np

from calib.lenses.camera import BoardViews, Lens
from calib.lenses.pictures import lens_residuals
from calib.lenses.trust import LensTrust
from calib.report.figures import Figure, as_picture, bars, figure, points, sigma_map
from calib.report.page import Page, Table, rejected_table
from calib.targets.detections import Floats
from sensorann.geometry import Camera


def lens_page(lens: Lens, trust: LensTrust, views: BoardViews, *, name: str) -> Page:
    """Return the page of a lens, of a camera of that name."""
    camera = lens.camera
    numbers = [*camera.matrix[[0, 1, 0, 1], [0, 1, 2, 2]], *camera.distortion]
    names = ["fx", "fy", "cx", "cy", *(f"coefficient {i + 1}" for i in range(len(camera.distortion)))]
    sigmas = np.sqrt(np.diag(lens.covariance))
    rows = zip(names, numbers, sigmas, strict=True)
    return Page(
        title=f"Lens of {name}",
        lead=f"{camera.model} with {len(camera.distortion)} coefficients from {len(lens.names)} pictures; rms "
        f"{lens.rms:.3f} px, of pictures held out {trust.held_out_rms:.3f} px; two halves of the pictures differ by "
        f"{trust.halves_differ:.2f} px or less over 95 % of the picture",
        tables=[
            Table("Numbers", ("", "value", "sigma"), tuple((a, f"{b:.5g}", f"{c:.2g}") for a, b, c in rows)),
            rejected_table(lens.rejected),
        ],
        figures=_figures(lens, trust, views),
    )


def _figures(lens: Lens, trust: LensTrust, views: BoardViews) -> dict[str, Figure]:
    corners, off = lens_residuals(lens, views)
    scattered = points(off[:, 0], off[:, 1], name="corners")
    return {
        "Corners over the picture, and by how much they miss": _missed(lens.camera, corners, off),
        "Residuals of corners": figure([scattered], x="u, px", y="v, px", same_scale=True),
        "Rms of each picture": bars(lens.names, lens.view_rms.tolist(), "px"),
        "Sigma of where a far point is imaged, in pixels": sigma_map(lens.camera, trust.sigmas),
    }


def _missed(camera: Camera, corners: Floats, off: Floats) -> Figure:
    miss = np.linalg.norm(off, axis=1)
    dots = points(corners[:, 0], corners[:, 1], name="corners")
    dots["marker"] = {"color": miss.tolist(), "colorscale": "Viridis", "size": 5, "colorbar": {"title": {"text": "px"}}}
    return as_picture(figure([dots], x="u, px", y="v, px"), camera)
