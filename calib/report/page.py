"""The page itself: one file without any other, every text escaped, the program of plotly in it once."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.estimation.estimate import Estimate
from calib.estimation.summary import UNITS, shown_pose, shown_sigmas
from calib.estimation.tangent import AXES
from calib.lenses.camera import BoardViews, Lens
from calib.lenses.trust import LensTrust
from calib.report.figures import Figure, lens_figures, pair_figures
from calib.report.overlays import Overlay, draw_overlays
from sensorann.errors import ArgumentError, MissingDataError
from sensorann.files import written_whole
from sensorann.geometry import Camera

_TEXTS = Path(__file__).parent
_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words below a heading."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def pair_page(found: Estimate, path: Path, *, camera: Camera | None = None, overlays: Sequence[Overlay] = ()) -> None:
    """Write the page of a pair of sensors.

    Parameters
    ----------
    found : Estimate
    path : .html, written whole or not at all
    camera : the lens of the source, for maps in pixels
    overlays : pictures of that camera with points of the target sensor

    Raises
    ------
    MissingDataError
        When jinja2 or plotly is not installed.
    """
    _write(
        path,
        title=f"{found.source} in the frame of {found.target}",
        lead=f"{int(found.inliers.sum())} of {len(found.problem)} targets; residuals {found.noise_scale:.2f} times the "
        "stated noise; angles about the axes of the target frame, from the usual mounting",
        doubts=found.warnings,
        tables=_pair_tables(found),
        figures=pair_figures(found, camera),
        pictures={} if camera is None else draw_overlays(found, overlays, camera),
    )


def lens_page(lens: Lens, trust: LensTrust, views: BoardViews, path: Path, *, name: str) -> None:
    """Write the page of a lens; parameters as in `pair_page`."""
    camera = lens.camera
    numbers = [*camera.matrix[[0, 1, 0, 1], [0, 1, 2, 2]], *camera.distortion]
    names = ["fx", "fy", "cx", "cy", *(f"coefficient {i + 1}" for i in range(len(camera.distortion)))]
    sigmas = np.sqrt(np.diag(lens.covariance))
    rows = zip(names, numbers, sigmas, strict=True)
    _write(
        path,
        title=f"Lens of {name}",
        lead=f"{camera.model} with {len(camera.distortion)} coefficients from {len(lens.names)} pictures; rms "
        f"{lens.rms:.3f} px, of pictures held out {trust.held_out_rms:.3f} px; two halves of the pictures differ by "
        f"{trust.halves_differ:.2f} px or less over 95 % of the picture",
        doubts=(),
        tables=[
            Table("Numbers", ("", "value", "sigma"), tuple((a, f"{b:.5g}", f"{c:.2g}") for a, b, c in rows)),
            _rejected(lens.rejected),
        ],
        figures=lens_figures(lens, trust, views),
        pictures={},
    )


def _pair_tables(found: Estimate) -> list[Table]:
    values, sigmas = shown_pose(found.target_from_source, found.mounting), shown_sigmas(found)
    pose = tuple(
        (axis, f"{value:.3f}", f"{sigma:.3f}", unit, "not observable" if axis in found.seen.weak_axes else "")
        for axis, value, sigma, unit in zip(AXES, values, sigmas, UNITS, strict=True)
    )
    modes = tuple(
        (f"+{mode.excess:.1f}", *(f"{one:.3f}" for one in shown_pose(mode.solution.target_from_source, found.mounting)))
        for mode in found.modes
    )
    return [
        Table("Pose", ("axis", "value", "sigma", "unit", ""), pose),
        Table("Poses that fit within 95 %", ("chi-square", *AXES), modes),
        _rejected(found.rejected),
    ]


def _rejected(items: Sequence[Any]) -> Table:
    return Table("Left out", ("name", "reason"), tuple((item.name, item.reason) for item in items))


def _write(
    path: Path,
    *,
    title: str,
    lead: str,
    doubts: Sequence[str],
    tables: Sequence[Table],
    figures: Mapping[str, Figure],
    pictures: Mapping[str, NDArray[np.uint8]],
) -> None:
    if path.suffix not in (".html", ".htm"):
        raise ArgumentError(f"{path.name}: a report ends in .html")
    jinja, plotly = _libraries()
    environment = jinja.Environment(autoescape=True, trim_blocks=True, undefined=jinja.StrictUndefined)
    as_is = environment.filters["safe"]
    page = environment.from_string((_TEXTS / "page.html").read_text("utf-8")).render(
        title=title,
        lead=lead,
        doubts=doubts,
        tables=[table for table in tables if table.rows],
        figures=dict(figures),
        pictures={name: _inline(picture) for name, picture in pictures.items()},
        plotly=as_is(plotly),
        style=as_is((_TEXTS / "page.css").read_text("utf-8")),
    )
    with written_whole(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _libraries() -> tuple[Any, str]:
    """Jinja2 and the program of plotly, which are an extra."""
    try:
        import jinja2
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise MissingDataError(f"the report needs {error.name}: pip install 'sensorann[report]'") from error
    return jinja2, get_plotlyjs()


def _inline(picture: NDArray[np.uint8]) -> str:
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"
