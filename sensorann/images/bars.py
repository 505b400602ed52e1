"""Numbers with names as bars, for reports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sensorann.errors import MissingDataError
from sensorann.files import written_whole


def draw_bars(path: Path, panels: Mapping[str, Mapping[str, float]]) -> None:
    """Draw panels of horizontal bars into one picture, written whole or not at all.

    Parameters
    ----------
    path : .png, .svg or .pdf
    panels : title to names and their numbers; a panel without numbers stays empty

    Raises
    ------
    MissingDataError
        When matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDataError("pictures of statistics need matplotlib: pip install 'sensorann[report]'") from error
    longest = max((len(values) for values in panels.values()), default=0)
    figure = Figure(figsize=(4.0 * len(panels), 1.5 + 0.25 * longest), layout="constrained")
    for axes, (title, values) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        axes.barh(list(values), list(values.values()))
        axes.invert_yaxis()
        axes.set_title(title)
    with written_whole(path) as temporary:
        figure.savefig(temporary)
