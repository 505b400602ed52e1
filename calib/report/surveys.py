"""The page of a rig that was checked on a drive: a verdict for each sensor, and by how much it is off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from calib.report.figures import LEFT_OUT, Figure, figure, line, points
from calib.report.page import Page, Table
from calib.rigs.survey import LEAST_SHIFT, LEAST_TURN, Checked
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
    """Turns and shifts of each sensor, between the limits within which nothing is called moved."""
    for place, what, scale, unit, limit in (
        (False, "Turned", float(np.rad2deg(1.0)), "degrees", LEAST_TURN),
        (True, "Shifted", 100.0, "cm", LEAST_SHIFT),
    ):
        told = [(one.sensor, axis) for one in checked for axis in one.axes if axis.is_place is place]
        if not told:
            continue
        sensors = list(dict.fromkeys(sensor for sensor, _ in told))
        traces = []
        for name in dict.fromkeys(axis.name for _, axis in told):
            own = [(sensor, scale * axis.off) for sensor, axis in told if axis.name == name]
            traces.append(points([sensor for sensor, _ in own], [off for _, off in own], name=name, size=9))
        for side in (-1, 1):
            edge = line(sensors, [side * scale * limit] * len(sensors), name="limit", color=LEFT_OUT)
            edge["line"]["dash"], edge["showlegend"] = "dot", side > 0
            traces.append(edge)
        yield f"{what} from what the rig says", figure(traces, x="", y=unit, type="category")
