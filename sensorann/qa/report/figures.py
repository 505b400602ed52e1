"""Plots of a report as plotly draws them: what there is most of, where, when, and the worst in space."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.cuboids import CORNER_EDGES
from sensorann.qa.checking import Finding, Severity
from sensorann.qa.ranges import RANGES, ranges_of
from sensorann.qa.report.looks import Look
from sensorann.scene import Drive, Labels

Figure = dict[str, Any]
COLORS = {Severity.ERROR: "#c8372d", Severity.WARNING: "#d98a00", Severity.NOTE: "#5b7fa6"}
_INK, _QUIET = "#1f2733", "#9aa4b2"
_MOST_TRACKS = 60
# The first four edges run round the front of a box.
_N_FRONT = 4


def figures_of(findings: Sequence[Finding], labels: Labels, drive: Drive | None) -> dict[str, Figure]:
    """Figures by name; those that nothing is known for are left out."""
    if not findings:
        return {}
    found = {"classes": _by_class(findings, labels), "scores": _scores(findings)}
    ranges = _by_range(findings, labels, drive)
    if ranges is not None:
        found["ranges"] = ranges
    found["timelines"] = _timelines(findings, labels)
    return found


def _by_class(findings: Sequence[Finding], labels: Labels) -> Figure:
    names = {track.id: labels.ontology[track.category].name for track in labels.tracks}
    n_boxes = Counter(dict.fromkeys(names.values(), 0))
    for track in labels.tracks:
        n_boxes[names[track.id]] += len(track)
    keys = [names.get(finding.object, "no track") for finding in findings]
    return _per_thousand(findings, keys, n_boxes, title="Findings by class")


def _by_range(findings: Sequence[Finding], labels: Labels, drive: Drive | None) -> Figure | None:
    """By distance from the vehicle; None where nobody knows where it was."""
    try:
        rows = {track.id: ranges_of(track, drive) for track in labels.tracks if len(track)}
    except ArgumentError:
        return None
    n_boxes = Counter(dict.fromkeys(RANGES, 0))
    for numbers in rows.values():
        n_boxes.update(RANGES[int(number)] for number in numbers)
    tracks = {track.id: track for track in labels.tracks}
    keys = []
    for finding in findings:
        track = tracks.get(finding.object)
        if track is None or not len(track):
            keys.append("no track")
            continue
        nearest = int(np.argmin(np.abs(track.timestamps_ns - finding.timestamp_ns)))
        keys.append(RANGES[int(rows[track.id][nearest])])
    return _per_thousand(findings, keys, n_boxes, title="Findings by range")


def _per_thousand(findings: Sequence[Finding], keys: Sequence[str], n_boxes: Counter[str], *, title: str) -> Figure:
    """Bars per name, one color per severity; findings without a track have no boxes to be counted by."""
    counts = Counter(zip(keys, (finding.severity for finding in findings), strict=True))
    names = [name for name in n_boxes if n_boxes[name]]
    bars = [
        {
            "type": "bar",
            "name": severity.label,
            "x": [escape(name) for name in names],
            "y": [1000 * counts[name, severity] / n_boxes[name] for name in names],
            "customdata": [[counts[name, severity], n_boxes[name]] for name in names],
            "hovertemplate": "%{customdata[0]} in %{customdata[1]} boxes<extra>%{fullData.name}</extra>",
            "marker": {"color": color},
        }
        for severity, color in COLORS.items()
    ]
    axes = {"xaxis": {"automargin": True}, "yaxis": {"title": {"text": "per 1,000 boxes"}}}
    return {"data": bars, "layout": _layout(title, barmode="stack", **axes)}


def _scores(findings: Sequence[Finding]) -> Figure:
    bars = [
        {
            "type": "histogram",
            "name": severity.label,
            "x": [finding.score for finding in findings if finding.severity is severity],
            "xbins": {"start": 0.0, "end": 1.0, "size": 0.1},
            "marker": {"color": color},
        }
        for severity, color in COLORS.items()
    ]
    axes = {"xaxis": {"title": {"text": "score"}, "range": [0, 1]}, "yaxis": {"title": {"text": "findings"}}}
    return {"data": bars, "layout": _layout("Findings by score", barmode="stack", **axes)}


def _timelines(findings: Sequence[Finding], labels: Labels) -> Figure:
    """One line per track that has findings, the most doubtful first, from its first to its last box."""
    doubts = {track.id: 0.0 for track in labels.tracks}
    for finding in findings:
        doubts[finding.object] = doubts.get(finding.object, 0.0) + finding.score
    tracks = {track.id: track for track in labels.tracks if doubts[track.id] and len(track)}
    shown = sorted(tracks, key=lambda name: -doubts[name])[:_MOST_TRACKS]
    start_ns = min((int(tracks[name].timestamps_ns[0]) for name in shown), default=0)
    spans = {name: (tracks[name].timestamps_ns[[0, -1]] - start_ns) * 1e-9 for name in shown}
    lines = {
        "type": "scatter",
        "mode": "lines",
        "name": "track",
        "x": [x for name in shown for x in (float(spans[name][0]), float(spans[name][1]), None)],
        "y": [y for name in shown for y in (_short(name), _short(name), None)],
        "line": {"color": _QUIET, "width": 3},
        "hoverinfo": "skip",
    }
    marks = []
    for severity, color in COLORS.items():
        mine = [one for one in findings if one.severity is severity and one.object in spans]
        marks.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": severity.label,
                "x": [(one.timestamp_ns - start_ns) * 1e-9 for one in mine],
                "y": [_short(one.object) for one in mine],
                "text": [escape(f"frame {one.frame}: {one.rule}, {one.message}") for one in mine],
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {"color": color, "size": [7 + 7 * one.score for one in mine], "symbol": "diamond"},
            }
        )
    layout = _layout(
        "Tracks with findings, the most doubtful first",
        height=140 + 22 * len(shown),
        xaxis={"title": {"text": "seconds"}},
        yaxis={"type": "category", "autorange": "reversed", "automargin": True},
    )
    return {"data": [lines, *marks], "layout": layout}


def closeup(finding: Finding, look: Look) -> Figure:
    """Points around an object in space, and its box; metres from the middle of the object."""
    x, y, z = (np.round(column, 2).tolist() for column in look.points.T)
    data = [
        {
            "type": "scatter3d",
            "mode": "markers",
            "name": "points",
            "x": x,
            "y": y,
            "z": z,
            "marker": {"size": 1.8, "color": z, "colorscale": "Viridis"},
            "hoverinfo": "skip",
        }
    ]
    if np.isfinite(look.corners).all():
        data += [
            _edges(look, CORNER_EDGES[:_N_FRONT], COLORS[Severity.ERROR], "front"),
            _edges(look, CORNER_EDGES[_N_FRONT:], _INK, "box"),
        ]
    scene = {"aspectmode": "data", **{f"{axis}axis": {"title": {"text": f"{axis} (m)"}} for axis in "xyz"}}
    title = f"{finding.rule}, {finding.object or 'no track'}, frame {finding.frame}"
    return {"data": data, "layout": _layout(title, height=420, scene=scene)}


def _edges(look: Look, edges: NDArray[np.int64], color: str, name: str) -> Figure:
    ends = look.corners[edges]
    columns = np.round(np.concatenate([ends, np.full((len(ends), 1, 3), np.nan)], axis=1).reshape(-1, 3), 2)
    x, y, z = ([None if np.isnan(value) else float(value) for value in column] for column in columns.T)
    line = {"color": color, "width": 5}
    return {"type": "scatter3d", "mode": "lines", "name": name, "x": x, "y": y, "z": z, "line": line}


def _layout(title: str, **more: Any) -> dict[str, Any]:
    return {
        "title": {"text": escape(title), "font": {"size": 15}, "x": 0.01, "y": 0.98, "yanchor": "top"},
        "height": 300,
        "margin": {"l": 60, "r": 20, "t": 66, "b": 60},
        "font": {"family": "system-ui, sans-serif", "color": _INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "#f6f8fa",
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        **more,
    }


def _short(name: str) -> str:
    """A track's name on an axis: a token of a data set by its beginning."""
    return escape(name if len(name) <= 12 else f"{name[:10]}..")
