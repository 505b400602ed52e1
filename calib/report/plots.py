"""Plots of a page as pictures, without plotly: points, lines, bars and maps, with axes, ticks and a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.report.figures import MEASURED, Figure
from calib.report.page import Page
from calib.targets.detections import Floats
from sensorann.images.colors import BACKGROUND, GRID, TEXT, Color
from sensorann.images.lines import Captions, draw_polyline, fill_polygon

_WIDTH, _HEIGHT = 550, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 54, 44
_SHADES = ("#5b7fa6", "#d98a00", "#1a9c5b", "#c8372d", "#9b6fb0")
_N_TICKS = 6
_LETTER = 9


def draw_page(page: Page) -> NDArray[np.uint8]:
    """Draw the plots of a page two abreast, and its pictures below them: (height, 1100, 3) uint8, BGR."""
    plots = [draw_figure(figure, title) for title, figure in page.figures.items()]
    if len(plots) % 2:
        plots.append(_ground(_WIDTH, _HEIGHT))
    rows = [np.concatenate(plots[i : i + 2], axis=1) for i in range(0, len(plots), 2)]
    return np.concatenate([*rows, *page.pictures.values()], axis=0)


def draw_figure(figure: Figure, title: str) -> NDArray[np.uint8]:
    """Draw one plot: (400, 550, 3) uint8, BGR."""
    image = _ground(_WIDTH, _HEIGHT)
    axes = _Axes.of(figure)
    captions = Captions(image)
    captions.put(title, (10, 20), TEXT)
    _draw_axes(image, captions, axes)
    inside = image[_TOP : _HEIGHT - _BOTTOM, _LEFT : _WIDTH - _RIGHT]
    names = []
    for number, trace in enumerate(figure["data"]):
        color = _bgr(_color_of(trace, _SHADES[number % len(_SHADES)]))
        _draw_trace(inside, axes, trace, color)
        if trace.get("name") and trace.get("showlegend", True):
            names.append((str(trace["name"]), color))
    left = max(_LEFT, 20 + _LETTER * len(axes.titles[1]))
    for name, color in names:
        if captions.put(name, (left, 42), color):
            left += _LETTER * len(name) + 16
    return image


def _ground(width: int, height: int) -> NDArray[np.uint8]:
    image = np.empty((height, width, 3), np.uint8)
    image[:] = BACKGROUND
    return image


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Axes:
    """Ranges and titles of both axes, and the words of a category axis."""

    low: Floats
    high: Floats
    titles: tuple[str, str]
    words: tuple[str, ...]

    @classmethod
    def of(cls, figure: Figure) -> _Axes:
        layout, traces = figure["layout"], figure["data"]
        words = tuple(dict.fromkeys(x for trace in traces for x in trace["x"] if isinstance(x, str)))
        columns = [_numbers(trace, words) for trace in traces]
        low, high = np.empty(2), np.empty(2)
        for k, name in enumerate(("xaxis", "yaxis")):
            values = np.concatenate([column[:, k] for column in columns] or [np.zeros(0)])
            values = values[np.isfinite(values)]
            has_bars = k == 1 and any(trace["type"] == "bar" for trace in traces)
            values = np.append(values, 0.0) if has_bars else values
            low[k], high[k] = layout[name].get("range") or _reach(values, from_zero=has_bars)
        if words:
            low[0], high[0] = -0.5, len(words) - 0.5
        if layout["yaxis"].get("scaleanchor"):
            low, high = _same_scale(low, high)
        titles = layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"]
        return cls(low=low, high=high, titles=titles, words=words)

    def pixels(self, values: Floats) -> Floats:
        """Pixels (N, 2) within the frame of values (N, 2)."""
        size = np.array([_WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM], np.float64)
        share = (values - self.low) / (self.high - self.low)
        return np.asarray(np.stack([share[:, 0], 1.0 - share[:, 1]], axis=1) * (size - 1))


def _numbers(trace: Figure, words: Sequence[str]) -> Floats:
    """Values (N, 2) of a trace; words are counted."""
    if trace["type"] == "heatmap":
        return np.array([[trace["x"][0], trace["y"][0]], [trace["x"][-1], trace["y"][-1]]], np.float64)
    x = [words.index(value) if isinstance(value, str) else value for value in trace["x"]]
    return np.column_stack([np.array(x, np.float64), np.array(trace["y"], np.float64)])


def _reach(values: Floats, *, from_zero: bool) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low) or 0.5
    return (low if from_zero and low == 0 else low - margin), high + margin


def _same_scale(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Widen the axis that has room, so that one unit is as long on both."""
    size = np.array([_WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM], np.float64)
    per_pixel = float((np.abs(high - low) / size).max())
    middle, half = (low + high) / 2, np.sign(high - low) * per_pixel * size / 2
    return middle - half, middle + half


def _draw_axes(image: NDArray[np.uint8], captions: Captions, axes: _Axes) -> None:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    rows = (14,) if _width_of(axes.words) < right - _LEFT else (9, 24)
    for number, value in enumerate(_ticks(axes, 0)):
        u = _LEFT + axes.pixels(np.array([[value, 0.0]]))[0, 0]
        draw_polyline(image, np.array([[u, _TOP], [u, bottom]]), GRID)
        word = _shown(value, axes.words)
        middle = min(u, _WIDTH - _LETTER * len(word) / 2)
        captions.put(word, (middle, bottom + rows[number % len(rows)]), TEXT, centered=True)
    for value in _ticks(axes, 1):
        v = _TOP + axes.pixels(np.array([[0.0, value]]))[0, 1]
        draw_polyline(image, np.array([[_LEFT, v], [right, v]]), GRID)
        captions.put(_shown(value, ()), (_LEFT - 30, v), TEXT, centered=True)
    captions.put(axes.titles[0], ((_LEFT + right) / 2, _HEIGHT - 8), TEXT, centered=True)
    captions.put(axes.titles[1], (6, 42), TEXT)


def _ticks(axes: _Axes, k: int) -> Floats:
    low, high = sorted((float(axes.low[k]), float(axes.high[k])))
    if k == 0 and axes.words:
        # What does not fit in two rows is left out whole: half a name is that of another target.
        step = max(-(-_width_of(axes.words) // (2 * (_WIDTH - _LEFT - _RIGHT))), 1)
        return np.arange(0, len(axes.words), step, dtype=np.float64)
    rough = (high - low) / _N_TICKS
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * min(factor for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)
    return np.asarray(np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step)


def _width_of(words: Sequence[str]) -> int:
    """Pixels that words take in one row."""
    return _LETTER * sum(1 + len(word) for word in words)


def _shown(value: float, words: Sequence[str]) -> str:
    if words:
        return words[round(value)]
    return f"{0.0 if abs(value) < 1e-12 else value:.6g}"


def _draw_trace(inside: NDArray[np.uint8], axes: _Axes, trace: Figure, color: Color) -> None:
    if trace["type"] == "heatmap":
        _draw_map(inside, axes, trace)
        return
    values = _numbers(trace, axes.words)
    pixels = axes.pixels(values)
    if trace["type"] == "bar":
        _draw_bars(inside, axes, values, _colors(trace, color))
    elif trace["mode"] == "lines":
        draw_polyline(inside, pixels, color, thickness=2, dashed=trace["line"].get("dash", "solid") != "solid")
    else:
        radius = max(round(trace["marker"].get("size", 6) / 2), 1)
        hollow = "open" in trace["marker"].get("symbol", "")
        for (u, v), shade in zip(pixels, _colors(trace, color), strict=True):
            if np.isfinite(u + v) and abs(u) < 10_000 and abs(v) < 10_000:
                cv2.circle(inside, (round(u), round(v)), radius, shade, 1 if hollow else -1, cv2.LINE_AA)


def _draw_bars(inside: NDArray[np.uint8], axes: _Axes, values: Floats, colors: Sequence[Color]) -> None:
    half = 0.35 if axes.words else 0.45 * float(np.diff(values[:, 0]).min(initial=1.0))
    for (x, y), color in zip(values, colors, strict=True):
        box = np.array([[x - half, 0.0], [x + half, 0.0], [x + half, y], [x - half, y]])
        fill_polygon(inside, axes.pixels(box), color)


def _draw_map(inside: NDArray[np.uint8], axes: _Axes, trace: Figure) -> None:
    values = np.array(trace["z"], np.float64)
    corners = axes.pixels(_numbers(trace, ())).round().astype(int)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    shades = _shades(values)
    shades[~np.isfinite(values)] = BACKGROUND
    drawn = cv2.resize(shades, (int(right - left), int(bottom - top)), interpolation=cv2.INTER_NEAREST)
    inside[top:bottom, left:right] = drawn
    Captions(inside).put(f"0 to {np.nanmax(values):.3g} {trace['colorbar']['title']['text']}", (8, 16), TEXT)


def _shades(values: Floats) -> NDArray[np.uint8]:
    scaled = np.nan_to_num(255 * values / max(float(np.nanmax(values)), 1e-12))
    grey = scaled.clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.applyColorMap(grey.reshape(grey.shape[0], -1), cv2.COLORMAP_VIRIDIS), np.uint8)


def _colors(trace: Figure, color: Color) -> Sequence[Color]:
    """Color of each value of a trace."""
    stated = trace.get("marker", {}).get("color")
    if not isinstance(stated, list):
        return [color] * len(trace["x"])
    if all(isinstance(one, str) for one in stated):
        return [_bgr(one) for one in stated]
    return [tuple(one) for one in _shades(np.array(stated, np.float64)[:, None])[:, 0].tolist()]


def _color_of(trace: Figure, otherwise: str) -> str:
    for part in (trace.get("marker", {}), trace.get("line", {})):
        if isinstance(part.get("color"), str):
            return str(part["color"])
    return MEASURED if trace["type"] == "bar" else otherwise


def _bgr(color: Any) -> Color:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return blue, green, red
