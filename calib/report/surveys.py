"""The page of a rig that was checked on a drive: a verdict for each sensor, and by how much it is off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from calib.report.figures import LEFT_OUT, USED, Figure, bars
from calib.report.page import Page, Table
from calib.rigs.survey import Checked
from calib.rigs.survey_file import LIMITS, axes_text


def survey_page(checked: Sequence[Checked], *, drive: str) -> Page:
    """Return the page of a check; `drive` is its name."""
    rows = tuple((one.sensor, one.by, one.verdict, axes_text(one) or one.reason) for one in checked)
    moved = [one for one in checked if one.verdict == "moved"]
    return Page(
        title=f"The rig of {drive}",
        lead=f"{len(checked)} sensors compared, {len(moved)} moved; {LIMITS}",
        doubts=[f"{one.sensor} has moved: {axes_text(one)}" for one in moved],
        tables=[Table("Sensors", ("sensor", "compared by", "verdict", "off"), rows)],
        figures=dict(_figures(checked)),
    )


def _figures(checked: Sequence[Checked]) -> Iterator[tuple[str, Figure]]:
    """Bars of each sensor's turn, and of its shift where that is told."""
    for one in checked:
        for place, what, scale, unit in (
            (False, "turned", float(np.rad2deg(1.0)), "degrees"),
            (True, "shifted", 100.0, "cm"),
        ):
            told = [axis for axis in one.axes if axis.is_place is place]
            if told:
                colors = [LEFT_OUT if axis.moved else USED for axis in told]
                drawn = bars([axis.name for axis in told], [scale * axis.off for axis in told], unit, colors=colors)
                yield f"{one.sensor}, {what} from what the rig says", drawn
