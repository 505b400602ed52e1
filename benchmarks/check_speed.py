"""How long a check of many boxes takes, and how heavy and slow its report is.

Labels: 100 objects in 1,000 frames, labels and ego poses, no sweeps. Report: 1,000 findings on a simulated drive with
camera and LiDAR, each with both pictures, opened from disk in Chromium without a window.

    python -m benchmarks.check_speed [--write]
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

import sensorann as sa
from benchmarks import pages
from sensorann.geometry import Cuboids, Trajectory, Transforms
from sensorann.qa import Finding, Severity, check
from sensorann.qa.report import write_report
from sensorann.scene import Labels, Rig, Source, Track, sources_of, unknown_sigmas

N_FRAMES, N_OBJECTS, N_FINDINGS, N_OPENED = 1000, 100, 1000, 5
FRAME_NS, START_NS = 100_000_000, 1_790_000_000_000_000_000


class PosesAlone:
    """A drive that knows where the vehicle was, and nothing else."""

    name = "poses"
    rig = Rig(())

    def __init__(self, times: np.ndarray) -> None:
        ways = np.stack([0.5 * np.arange(len(times)), np.zeros(len(times)), np.zeros(len(times))], axis=1)
        self.trajectory = Trajectory(times, Transforms(np.tile(np.eye(3), (len(times), 1, 1)), ways))


def long_labels(times: np.ndarray) -> Labels:
    """Objects that go their ways, each box placed with a few centimetres of noise."""
    rng = np.random.default_rng(0)
    seconds = (times - times[0]) * 1e-9
    tracks = []
    for i in range(N_OBJECTS):
        yaw, speed = rng.uniform(-np.pi, np.pi), rng.uniform(0, 15)
        ahead = np.array([np.cos(yaw), np.sin(yaw), 0.0])
        places = rng.uniform(-200, 200, 3) * [1, 1, 0] + speed * seconds[:, None] * ahead
        cuboids = Cuboids.from_yaws(
            places + rng.normal(0, 0.03, (len(times), 3)),
            np.tile([4.3, 1.8, 1.6], (len(times), 1)),
            yaw + rng.normal(0, 0.01, len(times)),
            frame="world",
        )
        tracks.append(
            Track(
                id=str(i),
                category="car",
                timestamps_ns=times,
                cuboids=cuboids,
                sources=sources_of(len(times), Source.HUMAN),
                sigmas=unknown_sigmas(len(times)),
            )
        )
    return Labels(drive_name="long", frame="world", tracks=tuple(tracks))


def check_seconds() -> float:
    """Seconds of one check, every kernel compiled before."""
    times = START_NS + FRAME_NS * np.arange(N_FRAMES, dtype=np.int64)
    labels, drive = long_labels(times), PosesAlone(times)
    check(Labels(drive_name="short", frame="world", tracks=tuple(track[:20] for track in labels.tracks[:3])), drive)
    start = time.perf_counter()
    check(labels, drive)
    return time.perf_counter() - start


def written_report(folder: Path) -> tuple[Path, float]:
    """A report of as many findings as there should be, and the seconds it took to write."""
    drive, labels = sa.simulate_drive(seed=3, n_frames=25, n_actors=30)
    address = folder / "drive.drive.h5"
    sa.pack(drive, address)
    path = folder / "report.html"
    start = time.perf_counter()
    write_report(path, labels, imagined(labels), drive=sa.open_drive(address), source="benchmark")
    return path, time.perf_counter() - start


def imagined(labels: Labels) -> list[Finding]:
    """One finding per box, from the first on, until there are enough."""
    boxes = [(track, row) for track in labels.tracks for row in range(len(track))]
    return [
        Finding(
            rule="off_path",
            severity=Severity.WARNING,
            score=1.0 - i / N_FINDINGS,
            object=boxes[i % len(boxes)][0].id,
            frame=boxes[i % len(boxes)][1],
            timestamp_ns=int(boxes[i % len(boxes)][0].timestamps_ns[boxes[i % len(boxes)][1]]),
            value=1.0,
            limit=0.5,
            message="lies 1.00 m off the path of its neighbours in one box",
        )
        for i in range(N_FINDINGS)
    ]


def opening_seconds(path: Path) -> tuple[float, float]:
    """Median seconds from opening the file until its filter answers, and seconds of processors in all of the browser.

    The second is what a busy machine does not change; the browser spreads it over several processors.
    """
    from tests.browser import running

    took, worked = [], []
    with running() as browser:
        browser.open(path)
        for _ in range(N_OPENED):
            start, before = time.perf_counter(), processor_seconds(browser.window.service.process.pid)
            browser.open(path)
            browser.run(
                "const e = document.getElementById('filter').elements.text; e.value = 'no such';"
                "e.dispatchEvent(new Event('input', { bubbles: true })); return document.getElementById('shown').value"
            )
            took.append(time.perf_counter() - start)
            worked.append(processor_seconds(browser.window.service.process.pid) - before)
    return statistics.median(took), statistics.median(worked)


def processor_seconds(pid: int) -> float:
    """What a process and all that it started have worked so far."""
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name in brackets may hold spaces: fields are counted from its end.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)], ticks[int(folder.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(ticks.get(member, 0) for member in family) / os.sysconf("SC_CLK_TCK")


def report(data: Path) -> str:
    """Rows of the table; no recorded data is needed."""
    del data
    seconds = check_seconds()
    with tempfile.TemporaryDirectory() as folder:
        path, writing = written_report(Path(folder))
        size, (opening, worked) = path.stat().st_size / 1e6, opening_seconds(path)
    return "\n".join(
        [
            "| what | measured | aim |",
            "|---|---|---|",
            f"| check of {N_FRAMES:,} frames x {N_OBJECTS} objects, no sweeps | {seconds:.1f} s | 60 s |",
            f"| report of {N_FINDINGS:,} findings with pictures: size | {size:.1f} MB | 30 MB |",
            f"| the same: from opening it to filtering it | {opening:.2f} s, of processors {worked:.2f} s | 3 s |",
            f"| the same: writing it | {writing:.0f} s | |",
        ]
    )


if __name__ == "__main__":
    pages.run(__doc__, report, page="quality.md", mark="check speed")
