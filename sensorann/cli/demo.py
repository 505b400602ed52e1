"""`sensorann demo`: the whole pipeline on a simulated drive, measured against its truth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sensorann import __version__
from sensorann.cli.demo_report import write_report
from sensorann.cli.progress import shown
from sensorann.formats import write_labels
from sensorann.formats.strict_json import write_json
from sensorann.images import render_drive
from sensorann.scene import Drive, Labels, Source, frame_timestamps_ns, reference_sensor, sync
from sensorann.simulate import simulate_drive
from sensorann.tracks import interpolate
from sensorann.tracks.motion.position import Method
from sensorann.tracks.scoring import ScoreSummary, every_nth_box, score_boxes, summarise

KEYFRAME_STEP = 10
COMPARED: tuple[Method, ...] = ("linear", "smooth")
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


def demo(*, out: Path = Path("demo_out"), seed: int = 0) -> None:
    """Run the whole pipeline on a simulated drive.

    Simulates a drive through a town, keeps one box in ten as a human would have placed it, computes all others,
    measures them against the truth, and leaves labels, pictures, a video and a report to look at.

    For example:

        sensorann demo
        sensorann demo --out demo_out --seed 3

    Parameters
    ----------
    out
        Folder for the results; files of an earlier run are replaced.
    seed
        Another number, another town.
    """
    result = run_demo(out, seed=seed, progress=lambda frames: shown(frames, "simulating and drawing"))
    print(table(result))
    print(f"\nReport:   {out / 'report.html'}")
    print(f"Video:    {out / 'pictures' / 'birdseye.mp4'}")
    print(f"Pictures: {out / 'pictures'}")
    print(f"Labels:   {out / 'labels'} (OpenLABEL)   Figures: {out / 'summary.json'}")


def run_demo(
    out: Path,
    *,
    seed: int = 0,
    n_frames: int = 100,
    n_actors: int = 30,
    n_beams: int = 64,
    n_columns: int = 1800,
    progress: Progress = iter,
) -> Demo:
    """Simulate, thin out, interpolate, measure, draw, and write all of it to a folder.

    Parameters
    ----------
    out : folder, made where it does not exist
    seed, n_frames, n_actors, n_beams, n_columns : see `sensorann.simulate.simulate_drive`
    progress : wraps the frames while they are drawn
    """
    seconds: dict[str, float] = {}
    with _timed(seconds, "simulate the world"):
        drive, truth = simulate_drive(
            seed=seed, n_frames=n_frames, n_actors=n_actors, n_beams=n_beams, n_columns=n_columns
        )
        keyframes = every_nth_box(truth, KEYFRAME_STEP)
    with _timed(seconds, "interpolate"):
        completed = {method: interpolate(keyframes, drive, method=method) for method in COMPARED}
    with _timed(seconds, "measure"):
        scores = {method: _measure(labels, truth) for method, labels in completed.items()}
    with _timed(seconds, "write labels"):
        for name, labels in {"truth": truth, "keyframes": keyframes, "interpolated": completed["smooth"]}.items():
            (out / "labels").mkdir(parents=True, exist_ok=True)
            write_labels(labels, out / "labels" / f"{name}.json", drive=drive)
    shown = _frames_to_show(n_frames)
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
    write_report(result)
    return result


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


def table(result: Demo) -> str:
    """Lay out the scores as text."""
    lines = [
        f"{result.drive.name}: {result.keyframes.n_boxes} of {result.truth.n_boxes} boxes kept as keyframes, "
        f"{result.scores['smooth']['all'].n_boxes} computed and compared with the truth",
        "",
        f"{'method':<8} {'category':<12} {'boxes':>6} {'centre m':>9} {'p95 m':>7} {'yaw deg':>8} {'IoU':>6} "
        f"{'> 0.7':>7}",
    ]
    for method, by_category in result.scores.items():
        lines += [
            f"{method:<8} {category:<12} {s.n_boxes:>6} {s.center_mean_m:>9.3f} {s.center_p95_m:>7.3f} "
            f"{s.yaw_mean_deg:>8.2f} {s.iou_mean:>6.3f} {s.share_good:>7.1%}"
            for category, s in by_category.items()
        ]
    total = sum(result.seconds.values())
    return "\n".join([*lines, "", f"done in {total:.0f} s"])


def _frames_to_show(n_frames: int) -> tuple[int, ...]:
    """Choose three frames in the middle between keyframes, where computed boxes are at their worst."""
    middles = {int(share * n_frames) // KEYFRAME_STEP * KEYFRAME_STEP + KEYFRAME_STEP // 2 for share in (0.2, 0.5, 0.8)}
    return tuple(sorted({min(frame, n_frames - 1) for frame in middles}))


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
        progress=lambda frames: _computed_ahead(drive, front, progress(frames)),
    )
    render_drive(drive, labels, out, frames=shown, cameras=others, video=False)


def _computed_ahead(drive: Drive, camera: str, frames: Iterable[int]) -> Iterator[int]:
    """Hand out frames one by one while threads already compute the sweeps and pictures of the next ones."""
    lidar = reference_sensor(drive)
    times = frame_timestamps_ns(drive)

    def compute(index: int) -> None:
        drive.sweep(lidar, index)
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
