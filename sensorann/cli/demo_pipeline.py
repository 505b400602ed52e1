"""The demo's pipeline: keep a tenth of the boxes, compute the rest, measure, draw, and write all of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sensorann import __version__
from sensorann.formats import write_labels
from sensorann.formats.strict_json import write_json
from sensorann.images import render_drive
from sensorann.images.files import remove_pictures
from sensorann.images.rendering import BIRDSEYE
from sensorann.scene import Drive, Labels, Source, frame_timestamps_ns, reference_sensor, sync
from sensorann.simulate import simulate_drive
from sensorann.tracks import interpolate
from sensorann.tracks.motion.position import Method
from sensorann.tracks.scoring import ScoreSummary, every_nth_box, score_boxes, summarise

KEYFRAME_STEP = 10
COMPARED: tuple[Method, ...] = ("linear", "smooth")
# The camera is drawn at these frames only: it costs as much as all the rest.
CAMERA_STEP = 5
_FRAMES_AHEAD = 2
Progress = Callable[[Sequence[int]], Iterable[int]]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Demo:
    """What the demo did and measured.

    Attributes
    ----------
    out : folder that holds everything
    drive, truth, keyframes : the simulated drive, its true labels, and those that were kept as a human's
    completed : method to the labels that it made of the keyframes
    scores : method to category to what was measured at the computed boxes; the category ``all`` comes first
    shown : frames whose pictures the report shows
    seconds : step to the time that it took
    """

    out: Path
    drive: Drive
    truth: Labels
    keyframes: Labels
    completed: dict[Method, Labels]
    scores: dict[Method, dict[str, ScoreSummary]]
    shown: tuple[int, ...]
    seconds: dict[str, float]


def run_demo(
    out: Path,
    *,
    seed: int = 0,
    progress: Progress = iter,
    **numbers: Any,
) -> Demo:
    """Simulate, thin out, interpolate, measure, draw, and write labels, pictures and figures to a folder.

    Parameters
    ----------
    out : folder, made where it does not exist
    seed, numbers : of the world, as `sensorann.simulate.simulate_drive` takes them
    progress : wraps the frames while they are drawn
    """
    seconds: dict[str, float] = {}
    with _timed(seconds, "simulate the world"):
        drive, truth = simulate_drive(seed=seed, **numbers)
        _remove_earlier(out, drive)
        keyframes = every_nth_box(truth, KEYFRAME_STEP)
    with _timed(seconds, "interpolate"):
        # The curves alone: the truth is where each object is at the instant of the sweep, its points lie where it was
        # when the beam passed, and nobody has drawn the keyframes on those points.
        completed = {method: interpolate(keyframes, drive, method=method, points=False) for method in COMPARED}
    with _timed(seconds, "measure"):
        scores = {method: _measure(labels, truth) for method, labels in completed.items()}
    with _timed(seconds, "write labels"):
        for name, labels in {"truth": truth, "keyframes": keyframes, "interpolated": completed["smooth"]}.items():
            (out / "labels").mkdir(parents=True, exist_ok=True)
            write_labels(labels, out / "labels" / f"{name}.json", drive=drive)
    shown = _frames_to_show(len(frame_timestamps_ns(drive)))
    with _timed(seconds, "measure with sensors, draw, film"):
        _draw(drive, completed["smooth"], out / "pictures", shown, progress)
    result = Demo(
        out=out,
        drive=drive,
        truth=truth,
        keyframes=keyframes,
        completed=completed,
        scores=scores,
        shown=shown,
        seconds=seconds,
    )
    write_json(out / "summary.json", summary(result))
    return result


def _remove_earlier(out: Path, drive: Drive) -> None:
    """Remove what an earlier run left: a run that is cut short must not look like a finished one."""
    for name in ("report.html", "summary.json"):
        (out / name).unlink(missing_ok=True)
    remove_pictures(out / "pictures", folders=[BIRDSEYE, *drive.rig])


def summary(result: Demo) -> dict[str, object]:
    """Figures of a demo as JSON holds them: None where there was nothing to measure."""
    return {
        "sensorann": __version__,
        "drive": result.drive.name,
        "frames": len(frame_timestamps_ns(result.drive)),
        "tracks": len(result.truth.tracks),
        "true_boxes": result.truth.n_boxes,
        "keyframes": result.keyframes.n_boxes,
        "computed_boxes": result.scores["smooth"]["all"].n_boxes,
        "scores": {
            method: {category: _without_nan(asdict(score)) for category, score in by_category.items()}
            for method, by_category in result.scores.items()
        },
        "seconds": {step: round(duration, 2) for step, duration in result.seconds.items()},
    }


def _frames_to_show(n_frames: int) -> tuple[int, ...]:
    """Choose three frames in the middle between keyframes, where computed boxes are at their worst."""
    middles = {int(share * n_frames) // KEYFRAME_STEP * KEYFRAME_STEP + KEYFRAME_STEP // 2 for share in (0.2, 0.5, 0.8)}
    inside = {min(frame, n_frames - 1) for frame in middles}
    return tuple(sorted({frame - frame % CAMERA_STEP for frame in inside}))


def _measure(labels: Labels, truth: Labels) -> dict[str, ScoreSummary]:
    """Scores of the computed boxes, of all and by category."""
    scores = score_boxes(labels, truth, sources={Source.INTERPOLATED})
    categories = sorted(set(scores.categories.tolist()))
    return {"all": summarise(scores)} | {name: summarise(scores.of_category(name)) for name in categories}


def _draw(drive: Drive, labels: Labels, out: Path, shown: Sequence[int], progress: Progress) -> None:
    """Film the front camera and the view from above; draw the other cameras at the shown frames only."""
    front, *others = (camera.name for camera in drive.rig.of_kind("camera"))
    render_drive(
        drive,
        labels,
        out,
        cameras=[front],
        camera_step=CAMERA_STEP,
        progress=lambda frames: _computed_ahead(drive, front, progress(frames)),
    )
    render_drive(drive, labels, out, frames=shown, cameras=others, video=False)


def _computed_ahead(drive: Drive, camera: str, frames: Iterable[int]) -> Iterator[int]:
    """Hand out frames one by one while threads already compute the sweeps and pictures of the next ones."""
    lidar = reference_sensor(drive)
    times = frame_timestamps_ns(drive)

    def compute(index: int) -> None:
        drive.sweep(lidar, index)
        if index % CAMERA_STEP == 0:
            drive.image_bytes(camera, sync(drive, camera, int(times[index])))

    with ThreadPoolExecutor(_FRAMES_AHEAD) as pool:
        waiting = [(index, pool.submit(compute, index)) for index in range(min(_FRAMES_AHEAD, len(times)))]
        for index in frames:
            while waiting and waiting[0][0] <= index:
                waiting.pop(0)[1].result()
            ahead = index + _FRAMES_AHEAD
            if ahead < len(times):
                waiting.append((ahead, pool.submit(compute, ahead)))
            yield index


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - start


def _without_nan(figures: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in figures.items()}
