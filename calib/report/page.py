"""A page of a calibration: what it says, as one HTML file or as one picture."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.estimation.pose_words import shown_axes
from calib.estimation.summary import TO_SHOWN, UNITS
from calib.estimation.tangent import AXES
from calib.report.figures import Figure
from calib.targets.detections import Floats
from sensorann.errors import ArgumentError
from sensorann.geometry import Transform
from sensorann.pages import write_page

_TEXTS = Path(__file__).parent
_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words below a heading."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Page:
    """What a page shows, from above to below.

    Attributes
    ----------
    title, lead : what was estimated, and from what
    doubts : sentences
    tables : those without rows are left out
    figures : plots by title
    pictures : (height, width, 3) uint8 BGR by name
    """

    title: str
    lead: str
    doubts: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Mapping[str, Figure]
    pictures: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)


def write_report(page: Page, path: Path) -> None:
    """Write a page.

    Parameters
    ----------
    page : Page
    path : .html, written whole or not at all

    Raises
    ------
    ArgumentError
        When the file does not end as a page does.
    MissingDataError
        When jinja2 or plotly is not installed.
    """
    if path.suffix not in (".html", ".htm"):
        raise ArgumentError(f"{path.name}: a report ends in .html")
    write_page(
        path,
        _TEXTS,
        title=page.title,
        lead=page.lead,
        plots=True,
        doubts=page.doubts,
        tables=[table for table in page.tables if table.rows],
        figures=dict(page.figures),
        pictures={name: _inline(picture) for name, picture in page.pictures.items()},
    )


def pose_table(pose: Transform, covariance: Floats, *, weak: Sequence[str], title: str = "Pose") -> Table:
    """Describe each axis of a pose, with its sigma."""
    return axes_table(shown_axes(pose), np.sqrt(np.diag(covariance)) * TO_SHOWN, weak=weak, title=title)


def axes_table(values: Floats, sigmas: Floats, *, weak: Sequence[str], title: str = "Pose") -> Table:
    """Describe each axis by its value (6,) and its sigma (6,), degrees and metres."""
    rows = tuple(
        (axis, f"{value:.3f}", f"{sigma:.3f}", unit, "not observable" if axis in weak else "")
        for axis, value, sigma, unit in zip(AXES, values, sigmas, UNITS, strict=True)
    )
    return Table(title, ("axis", "value", "sigma", "unit", ""), rows)


def rejected_table(items: Sequence[Any]) -> Table:
    """List what was left out, and why."""
    return Table("Left out", ("name", "reason"), tuple((item.name, item.reason) for item in items))


def _inline(picture: NDArray[np.uint8]) -> str:
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"
