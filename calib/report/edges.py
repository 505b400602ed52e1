"""The page of a camera refined by edges: how sharp the peak is about each axis, and outlines on pictures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calib.edges.camera_edges import AXES, PROFILE, CameraTurn
from calib.estimation.pose_words import REPEATS
from calib.report.figures import figure, line
from calib.report.page import Page, Table


def edges_page(found: CameraTurn, *, pictures: Mapping[str, NDArray[np.uint8]]) -> Page:
    """Return the page of a camera refined by edges; `pictures` hold its outlines before and after."""
    rows = tuple(
        (axis, f"{turn:+.3f}", f"{sigma:.3f}", f"{peak:.2f}")
        for axis, turn, sigma, peak in zip(
            AXES, np.rad2deg(found.turn), np.rad2deg(found.sigmas), found.peaks, strict=True
        )
    )
    traces = [
        line(np.rad2deg(PROFILE), 100 * share, name=axis) for axis, share in zip(AXES, found.profiles, strict=True)
    ]
    return Page(
        title=f"{found.camera} turned until outlines lie on edges",
        lead=f"{found.n_points} outlines in {found.n_pictures} pictures; {found.share_before:.0%} lie on edges by the "
        f"rig and {found.share:.0%} as found; {REPEATS}",
        doubts=found.warnings,
        tables=[Table("Turn", ("about", "degrees", "sigma", "peak over half a degree aside"), rows)],
        figures={
            "Outlines on edges when turned farther about each axis": figure(traces, x="degrees", y="% of outlines"),
        },
        pictures=pictures,
    )
