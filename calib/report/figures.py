"""Plots of a report as plotly draws them: plain dictionaries, so that no plot needs plotly to be made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from calib.estimation.observability import Observability
from calib.estimation.tangent import AXES
from calib.lenses.trust import GRID
from calib.targets.detections import Floats
from sensorann.geometry import Camera

Figure = dict[str, Any]
USED, LEFT_OUT, MEASURED, WANTED = "#1a9c5b", "#c8372d", "#5b7fa6", "#d98a00"
_LINES = "#e5e9ef"


def figure(traces: list[Figure], *, x: str, y: str, same_scale: bool = False, **x_axis: Any) -> Figure:
    """Put traces between axes with these titles; one unit is as long on both where they are of the same scale."""
    layout: Figure = {
        "margin": {"l": 60, "r": 20, "t": 10, "b": 45},
        "height": 380,
        "xaxis": {"title": {"text": x}, "gridcolor": _LINES, "automargin": True, **x_axis},
        "yaxis": {"title": {"text": y}, "gridcolor": _LINES, "automargin": True, "zeroline": False},
        "legend": {"orientation": "h", "y": 1.1},
        "plot_bgcolor": "#fff",
    }
    if same_scale:
        layout["yaxis"]["scaleanchor"] = "x"
    return {"data": traces, "layout": layout}


def points(
    x: Sequence[Any] | Floats,
    y: Sequence[Any] | Floats,
    *,
    name: str,
    color: str | None = None,
    text: Sequence[str] = (),
    size: int = 6,
) -> Figure:
    """Draw a point for each value."""
    marker = {"size": size} if color is None else {"size": size, "color": color}
    places = {"x": listed(x), "y": listed(y)}
    return {"type": "scatter", "mode": "markers", **places, "name": name, "marker": marker, "text": list(text)}


def line(x: Sequence[Any] | Floats, y: Sequence[Any] | Floats, *, name: str, color: str | None = None) -> Figure:
    """Draw a line through the values."""
    drawn = {"width": 2} if color is None else {"width": 2, "color": color}
    return {"type": "scatter", "mode": "lines", "x": listed(x), "y": listed(y), "name": name, "line": drawn}


def bars(names: Sequence[str], values: Sequence[float], unit: str, *, colors: Sequence[str] = ()) -> Figure:
    """Draw a bar for each name."""
    marker = {"color": list(colors) or MEASURED}
    return figure([{"type": "bar", "x": list(names), "y": list(values), "marker": marker}], x="", y=unit)


def histogram(values: Floats, *, title: str, n_bins: int = 60) -> Figure:
    """Count values, those beyond the outermost hundredths left out."""
    low, high = np.quantile(values, [0.005, 0.995])
    counts, edges = np.histogram(values, n_bins, (low, high))
    middles = (edges[:-1] + edges[1:]) / 2
    drawn = {"type": "bar", "x": middles.tolist(), "y": counts.tolist(), "marker": {"color": USED}}
    return figure([drawn], x=title, y="count", range=[float(low), float(high)])


def shares(seen: Observability) -> Figure:
    """Draw what is left of each axis' sigma: a full bar means that nothing was learnt."""
    left = [min(float(share), 1.0) for share in seen.shares]
    drawn = bars(AXES, left, "share", colors=[LEFT_OUT if axis in seen.weak_axes else USED for axis in AXES])
    drawn["layout"]["yaxis"] |= {"range": [0, 1], "tickformat": ".0%"}
    return drawn


def sigma_map(camera: Camera, sigmas: Floats) -> Figure:
    """Draw sigmas (N,) of the grid of a picture."""
    columns, rows = GRID
    values = [[None if np.isnan(one) else float(one) for one in row] for row in sigmas.reshape(rows, columns)]
    width, height = camera.size
    heat = {
        "type": "heatmap",
        "x": np.linspace(0, width - 1, columns).tolist(),
        "y": np.linspace(0, height - 1, rows).tolist(),
        "z": values,
        "zmin": 0,
        "colorscale": "Viridis",
        "colorbar": {"title": {"text": "px"}},
        "hovertemplate": "u %{x:.0f}, v %{y:.0f}: %{z:.2f} px<extra></extra>",
    }
    return as_picture(figure([heat], x="u, px", y="v, px"), camera)


def as_picture(drawn: Figure, camera: Camera) -> Figure:
    """Turn the axes as those of a picture are: v downwards, pixels square."""
    width, height = camera.size
    drawn["layout"]["xaxis"] |= {"range": [0, width - 1], "constrain": "domain"}
    drawn["layout"]["yaxis"] |= {"range": [height - 1, 0], "scaleanchor": "x", "constrain": "domain"}
    return drawn


def listed(values: Sequence[Any] | Floats) -> list[Any]:
    """Return values as JSON takes them."""
    return values.tolist() if isinstance(values, np.ndarray) else list(values)
