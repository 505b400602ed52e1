"""The demo's report: one readable HTML page beside its pictures."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from string import Template

import numpy as np
from numpy.typing import NDArray

from sensorann import __version__
from sensorann.cli.demo_pipeline import CAMERA_STEP, Demo
from sensorann.files import written_whole
from sensorann.qa.plain_page import plain_page
from sensorann.scene import Labels, Source, Track, frame_timestamps_ns
from sensorann.tracks.scoring import ScoreSummary, score_boxes

_COLORS = {"truth": "#9aa4b2", "linear": "#d9534f", "smooth": "#1a9c5b"}
_STYLE = """
p.lead { font-size: 1.1rem; }
th, td { padding: .25rem .9rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
tr.all td { font-weight: 600; } tr.first td { border-top: 2px solid #c9d0da; }
figure { margin: 1rem 0; } figcaption { color: #5c6675; font-size: .9rem; }
img { max-width: 100%; height: auto; border-radius: 4px; display: block; }
.pair { display: grid; gap: .6rem; align-items: start; }
.three { display: grid; grid-template-columns: repeat(3, 1fr); gap: .6rem; }
svg { background: #f6f8fa; border-radius: 4px; width: 100%; height: auto; }
@media (max-width: 44rem) { .pair, .three { grid-template-columns: 1fr !important; } }
"""
_BODY = Template("""
<p class="quiet">sensorann $version, $n_frames frames over $span_s s, $n_tracks objects within range of the vehicle</p>
<p class="lead">$lead</p>

<h2>Measured against the truth</h2>
<p>Only computed boxes count, at the instants of the LiDAR. The keyframes themselves are never moved.</p>
<div class="wide"><table>
<tr><th>method</th><th>category</th><th>boxes</th><th>centre error, mean</th><th>95 % below</th><th>yaw error</th>
<th>IoU, mean</th><th>IoU &gt; 0.7</th></tr>
$rows
</table></div>
$curve

<h2>Pictures</h2>
<p>Full lines are keyframes, dashed lines were computed; the cross marks the front of a box. Seen from above, with the
driving direction up, the lines behind the boxes are their last five seconds.
The whole drive: <a href="pictures/birdseye.mp4">pictures/birdseye.mp4</a>, where each camera picture is held for
$camera_step frames.</p>
$pictures

<h2>Files</h2>
<ul>
<li><a href="labels/keyframes.json">labels/keyframes.json</a>: what a person would have placed (OpenLABEL 1.0)</li>
<li><a href="labels/interpolated.json">labels/interpolated.json</a>: the complete tracks, with source and sigma</li>
<li><a href="labels/truth.json">labels/truth.json</a>: the simulated truth</li>
<li><a href="summary.json">summary.json</a>: these figures for programs</li>
</ul>
<p class="quiet">Time: $seconds.</p>
""")


def write_report(result: Demo) -> None:
    """Write report.html into the folder of a demo; pictures are linked by relative paths."""
    times = frame_timestamps_ns(result.drive)
    body = _BODY.substitute(
        version=escape(__version__),
        n_frames=len(times),
        span_s=f"{(int(times[-1]) - int(times[0])) * 1e-9:.1f}",
        n_tracks=len(result.truth.tracks),
        lead=escape(_lead(result)),
        rows="\n".join(_rows(result)),
        curve=_curve(result),
        pictures="\n".join(_pictures(result)),
        camera_step=CAMERA_STEP,
        seconds=escape(", ".join(f"{step} {duration:.1f} s" for step, duration in result.seconds.items())),
    )
    page = plain_page(f"A tenth of the clicks: {result.drive.name}", body, style=_STYLE)
    with written_whole(result.out / "report.html") as temporary:
        temporary.write_text(page, encoding="utf-8")


def _lead(result: Demo) -> str:
    score = result.scores["smooth"]["all"]
    kept = (
        f"{result.keyframes.n_boxes} of {result.truth.n_boxes} true boxes were kept as if a person had placed them, "
        f"and {score.n_boxes} were computed."
    )
    if score.n_boxes == 0:
        return kept
    return (
        f"{kept} They are {100 * score.center_mean_m:.1f} cm off on average, and {score.share_good:.1%} of them "
        "overlap the truth by more than 0.7."
    )


def _rows(result: Demo) -> Iterable[str]:
    for method, by_category in result.scores.items():
        for category, score in by_category.items():
            kind = ' class="all first"' if category == "all" else ""
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in (method, category, *_cells(score)))
            yield f"<tr{kind}>{cells}</tr>"


def _cells(score: ScoreSummary) -> tuple[str, ...]:
    return (
        str(score.n_boxes),
        f"{score.center_mean_m:.3f} m",
        f"{score.center_p95_m:.3f} m",
        f"{score.yaw_mean_deg:.2f} deg",
        f"{score.iou_mean:.3f}",
        f"{score.share_good:.1%}",
    )


def _curve(result: Demo) -> str:
    """Draw the object on which straight lines are worst, from above: truth, straight lines, smooth curve."""
    scores = score_boxes(result.completed["linear"], result.truth, sources={Source.INTERPOLATED})
    if len(scores) == 0:
        return ""
    track_id = str(scores.track_ids[int(np.argmax(scores.center_errors))])
    worst = float(scores.center_errors.max())
    true = result.truth.track(track_id)
    lines = {"truth": _places(result.truth, track_id)} | {
        method: _places(labels, track_id) for method, labels in result.completed.items()
    }
    keys = _places(result.keyframes, track_id)
    return (
        f"<figure>{_svg(lines, keys)}<figcaption>{escape(true.category)} {escape(track_id)} from above, where straight "
        f"lines are off by up to {worst:.2f} m: the truth grey, straight lines red, the smooth curve green; dots are "
        "keyframes.</figcaption></figure>"
    )


def _places(labels: Labels, track_id: str) -> NDArray[np.float64]:
    found: Track = labels.track(track_id)
    return found.cuboids.centers[:, :2]


def _svg(lines: dict[str, NDArray[np.float64]], keys: NDArray[np.float64]) -> str:
    """Draw polylines (N, 2) in metres into a strip, the long side of the truth across."""
    middle = lines["truth"].mean(axis=0)
    _, _, axes = np.linalg.svd(lines["truth"] - middle, full_matrices=False)
    axes = axes if len(axes) == 2 else np.eye(2)
    if np.linalg.det(axes) > 0:
        axes = axes * np.array([[1.0], [-1.0]])  # pictures count downwards: keep left turns left turns
    drawn = {name: (line - middle) @ axes.T for name, line in lines.items()}
    everything = np.concatenate(list(drawn.values()))
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = min(920 / max(high[0] - low[0], 1.0), 300 / max(high[1] - low[1], 1.0))
    # The bar of the scale has a strip of its own below the drawing.
    height = (high[1] - low[1]) * scale + 90

    def pixels(line: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((line - low) * scale + [(980 - (high[0] - low[0]) * scale) / 2, 30])

    parts = [
        f'<polyline fill="none" stroke="{_COLORS[name]}" stroke-width="{9 if name == "truth" else 2.5}" points="'
        + " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels(line))
        + '"/>'
        for name, line in drawn.items()
    ]
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#1f2733"/>' for x, y in pixels((keys - middle) @ axes.T)]
    length = 5 if 5 * scale < 460 else 1
    bar = f'<path d="M20 {height - 14:.0f}h{length * scale:.1f}" stroke="#1f2733" stroke-width="2"/>'
    bar += f'<text x="20" y="{height - 20:.0f}" font-size="13" fill="#1f2733">{length} m</text>'
    return f'<svg viewBox="0 0 980 {height:.0f}" role="img">{"".join(parts)}{bar}</svg>'


def _pictures(result: Demo) -> Iterable[str]:
    front, *others = (camera.name for camera in result.drive.rig.of_kind("camera"))
    width, height = result.drive.rig.camera(front).size
    columns = f"{width / height:.3f}fr 1fr"  # the view from above is square: both pictures are equally high
    for frame in result.shown:
        above = f"pictures/birdseye/{frame:06d}.png"
        yield (
            f'<figure><div class="pair" style="grid-template-columns: {columns}">'
            f"{_image(f'pictures/{front}/{frame:06d}.jpg', front)}"
            f"{_image(above, 'view from above')}</div>"
            f"<figcaption>Frame {frame}: {escape(front)}, and from above</figcaption></figure>"
        )
    middle = result.shown[len(result.shown) // 2]
    images = "".join(_image(f"pictures/{name}/{middle:06d}.jpg", name) for name in others)
    yield (
        f'<figure><div class="three">{images}</div><figcaption>Frame {middle}: {escape(", ".join(others))}</figcaption>'
        "</figure>"
    )


def _image(path: str, text: str) -> str:
    return f'<a href="{escape(path)}"><img src="{escape(path)}" alt="{escape(text)}" loading="lazy"></a>'
