"""Plots of a report as plotly draws them: plain dictionaries, so that no plot needs plotly to be made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from calib.estimation.estimate import Estimate
from calib.estimation.pixel_sigma import DEPTHS, pose_sigmas
from calib.estimation.tangent import AXES
from calib.lenses.camera import BoardViews, Lens
from calib.lenses.pictures import lens_residuals
from calib.lenses.trust import GRID, LensTrust, picture_grid
from calib.targets.detections import Floats
from sensorann.geometry import Camera

Figure = dict[str, Any]
_USED, _LEFT_OUT, _MEASURED = "#1a9c5b", "#c8372d", "#5b7fa6"
_LINES = "#e5e9ef"


def pair_figures(found: Estimate, camera: Camera | None) -> dict[str, Figure]:
    """Plots of a pair of sensors by title."""
    figures = {
        "Residuals of each target, in standard deviations": _residuals(found),
        "Targets from above": _coverage(found),
        "What the targets told: sigma left of what was known before": _shares(found),
    }
    if camera is not None:
        figures |= {
            f"Sigma of points {depth:g} m away, in pixels": _map(
                camera, pose_sigmas(camera, found.target_from_source, found.covariance, pixels=grid, depth=depth)
            )
            for depth, grid in ((depth, picture_grid(camera)) for depth in DEPTHS)
        }
    return figures


def lens_figures(lens: Lens, trust: LensTrust, views: BoardViews) -> dict[str, Figure]:
    """Plots of a lens by title."""
    corners, off = lens_residuals(lens, views)
    return {
        "Corners over the picture, and by how much they miss": _missed(lens.camera, corners, off),
        "Residuals of corners": _scattered(off),
        "Rms of each picture": _bars(list(lens.names), lens.view_rms.tolist(), "px"),
        "Sigma of where a far point is imaged, in pixels": _map(lens.camera, trust.sigmas),
    }


def _residuals(found: Estimate) -> Figure:
    pose, problem = found.target_from_source, found.problem
    residuals, _ = problem.target.compare(pose.apply(problem.first_points(pose)))
    traces = [
        _points(
            [problem.names[group] for group in problem.groups],
            residuals[:, k].tolist(),
            name=name,
            text=["used" if found.inliers[group] else "left out" for group in problem.groups],
        )
        for k, name in enumerate(problem.target.coordinates)
    ]
    return _figure(traces, x="target", y="sigmas", type="category")


def _coverage(found: Estimate) -> Figure:
    pose, problem = found.target_from_source, found.problem
    placed = pose.apply(problem.first_points(pose))
    used = found.inliers[problem.groups]
    names = np.array(problem.names)[problem.groups]
    measured = problem.target.positions()
    traces = [
        _points(placed[rows, 0].tolist(), placed[rows, 1].tolist(), name=name, color=color, text=names[rows].tolist())
        for rows, name, color in ((used, f"by {found.source}", _USED), (~used, "left out", _LEFT_OUT))
    ]
    if measured is not None:
        rings = _points(measured[:, 0].tolist(), measured[:, 1].tolist(), name=f"by {found.target}", color=_MEASURED)
        rings["marker"] |= {"symbol": "circle-open", "size": 10}
        traces.append(rings)
    place = found.next_target.point_target
    wanted = _points([place[0]], [place[1]], name=f"next, at height {place[2]:.1f} m", color="#d98a00")
    wanted["marker"] |= {"symbol": "square", "size": 11}
    figure = _figure([*traces, wanted], x=f"x of {found.target}, m", y="y, m")
    figure["layout"]["yaxis"] |= {"scaleanchor": "x"}
    return figure


def _shares(found: Estimate) -> Figure:
    shares = [min(float(share), 1.0) for share in found.seen.shares]
    figure = _bars(list(AXES), shares, "share")
    figure["data"][0]["marker"] = {"color": [_LEFT_OUT if axis in found.seen.weak_axes else _USED for axis in AXES]}
    figure["layout"]["yaxis"] |= {"range": [0, 1], "tickformat": ".0%"}
    return figure


def _missed(camera: Camera, corners: Floats, off: Floats) -> Figure:
    miss = np.linalg.norm(off, axis=1)
    dots = _points(corners[:, 0].tolist(), corners[:, 1].tolist(), name="corners")
    dots["marker"] = {"color": miss.tolist(), "colorscale": "Viridis", "size": 5, "colorbar": {"title": {"text": "px"}}}
    return _as_picture(_figure([dots], x="u, px", y="v, px"), camera)


def _scattered(off: Floats) -> Figure:
    figure = _figure([_points(off[:, 0].tolist(), off[:, 1].tolist(), name="corners")], x="u, px", y="v, px")
    figure["layout"]["yaxis"] |= {"scaleanchor": "x"}
    return figure


def _map(camera: Camera, sigmas: Floats) -> Figure:
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
    return _as_picture(_figure([heat], x="u, px", y="v, px"), camera)


def _as_picture(figure: Figure, camera: Camera) -> Figure:
    """Turn the axes as those of a picture are: v downwards, pixels square."""
    width, height = camera.size
    figure["layout"]["xaxis"] |= {"range": [0, width - 1], "constrain": "domain"}
    figure["layout"]["yaxis"] |= {"range": [height - 1, 0], "scaleanchor": "x", "constrain": "domain"}
    return figure


def _points(
    x: Sequence[Any], y: Sequence[Any], *, name: str, color: str | None = None, text: Sequence[str] = ()
) -> Figure:
    marker = {"size": 6} if color is None else {"size": 6, "color": color}
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "name": name, "marker": marker, "text": list(text)}


def _bars(names: list[str], values: list[float], unit: str) -> Figure:
    return _figure([{"type": "bar", "x": names, "y": values, "marker": {"color": _MEASURED}}], x="", y=unit)


def _figure(traces: list[Figure], *, x: str, y: str, **x_axis: Any) -> Figure:
    layout = {
        "margin": {"l": 60, "r": 20, "t": 10, "b": 45},
        "height": 380,
        "xaxis": {"title": {"text": x}, "gridcolor": _LINES, **x_axis},
        "yaxis": {"title": {"text": y}, "gridcolor": _LINES, "zeroline": False},
        "legend": {"orientation": "h", "y": 1.1},
        "plot_bgcolor": "#fff",
    }
    return {"data": traces, "layout": layout}
