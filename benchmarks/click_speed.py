"""How long one click takes, from the point to the box, and a 2D box on a picture.

    python -m benchmarks.click_speed [--data FOLDER] [--write]

Every labelled object of `click_cases` is clicked at one random point; of three times, in processor time of one core,
the middle one counts. "First" is the first click of a process whose kernels are compiled: they are read from the disk
then. It is measured in five fresh processes, on the object with most points of each data set, and the median is given.

The 2D boxes are the outlines of all labels with enough points on every camera where at least four fifths of them lie in
the picture, in every frame. The viewer keeps sweeps in memory: "box" is the time from one that it has read, "read" that
of reading it (from a file that the system holds in memory), "both" that of a program that asks for one box. `--write`
puts the tables into docs/click.md.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

import sensorann as sa
from benchmarks.click_cases import Case, all_cases
from benchmarks.click_heading import drives
from benchmarks.click_more import PICTURES, seen_boxes
from benchmarks.pages import run
from sensorann.errors import SensorannError
from sensorann.fitting.clicking import sweep_near
from sensorann.scene import Drive, Labels
from viewers.recording import CachedDrive

N_REPEATS, N_PROCESSES, HELD_BYTES = 3, 5, 1_000_000_000
HEAD = "| one click | n | points in a sweep | median ms | 95 % below | longest | first |"
PICTURE_HEAD = (
    "| one 2D box | n | points in a sweep | box: median ms | 95 % below | longest "
    "| read: median | both: median | 95 % below | longest |"
)
# What a fresh process does: the sweep is read and the library loaded before the clock starts.
FIRST = """
import sys, time
import numpy as np
import sensorann as sa
from sensorann.geometry import Transform
from sensorann.scene import Sweep
scene = np.load(sys.argv[1])
sweep = Sweep(sensor="lidar", timestamp_ns=0, points=scene["points"])
pose, ontology, click = Transform(scene["rotation"], scene["translation"]), sa.default_ontology(), sa.cuboid_from_click
start = time.process_time()
click(sweep, scene["point"], ontology, ego_from_sensor=pose)
print(time.process_time() - start)
"""


def seconds(action: Callable[[], object]) -> float:
    """Processor time of an action, the middle one of several; those that are refused count as well."""
    spent = []
    for _ in range(N_REPEATS):
        start = time.process_time()
        with suppress(SensorannError):
            action()
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def click_seconds(case: Case, point: np.ndarray) -> float:
    """Processor time of one click."""
    scan, ontology = case.scan, sa.default_ontology()
    return seconds(lambda: sa.cuboid_from_click(scan.sweep, point, ontology, ego_from_sensor=scan.ego_from_sensor))


def first_seconds(case: Case, folder: Path) -> float:
    """Processor time of the first click of a process, the middle one of several processes."""
    path, pose = folder / "scene.npz", case.scan.ego_from_sensor
    np.savez(
        path,
        points=case.scan.sweep.points,
        rotation=pose.rotation,
        translation=pose.translation,
        point=case.click(np.random.default_rng(0)),
    )
    command = [sys.executable, "-c", FIRST, str(path)]
    told = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(N_PROCESSES)]
    return float(np.median([float(each) for each in told]))


def row(name: str, cases: list[Case], folder: Path) -> str:
    rng = np.random.default_rng(0)
    spent = 1e3 * np.array([click_seconds(case, case.click(rng)) for case in cases])
    fullest = max(cases, key=lambda case: len(case.rows))
    n_points = int(np.median([len(case.scan.sweep.points) for case in cases]))
    [(median, late, longest)] = quantiles(spent[:, None])
    first = 1e3 * first_seconds(fullest, folder)
    return f"| {name} | {len(cases)} | {n_points:,} | {median:.1f} | {late:.1f} | {longest:.1f} | {first:.0f} |"


def picture_row(name: str, drive: Drive, labels: Labels) -> str:
    """Times of 2D boxes, and of reading the sweeps that they need."""
    lidar, held = drive.rig.of_kind("lidar")[0].name, CachedDrive(drive, most_bytes=HELD_BYTES)
    spent, n_points = [], []
    for _, _, camera, box, time_ns in seen_boxes(drive, labels, every=1):
        n_points.append(len(sweep_near(held, lidar, time_ns).points))  # read before the clock starts
        spent.append(
            [
                seconds(partial(sa.cuboid_from_image_box, held, camera, box, time_ns)),
                seconds(partial(sweep_near, drive, lidar, time_ns)),
                seconds(partial(sa.cuboid_from_image_box, drive, camera, box, time_ns)),
            ]
        )
    times = 1e3 * np.array(spent)
    held_times, read, both = quantiles(times)
    told = " | ".join(f"{each:.1f}" for each in (*held_times, read[0], *both))
    return f"| {name} | {len(times)} | {int(np.median(n_points)):,} | {told} |"


def quantiles(times: np.ndarray) -> np.ndarray:
    """Median, 95 % and longest of each column: (N, K) -> (K, 3)."""
    return np.quantile(times, [0.5, 0.95, 1.0], axis=0).T


def report(root: Path) -> str:
    cv2.setNumThreads(1)
    cases = all_cases(root)
    lines = [HEAD, "|---" * 7 + "|"]
    with TemporaryDirectory() as folder:
        for data in dict.fromkeys(case.data for case in cases):
            own = [case for case in cases if case.data == data]
            click_seconds(own[0], own[0].click(np.random.default_rng(0)))  # compile outside the timing
            lines.append(row(data, own, Path(folder)))
    lines += ["", PICTURE_HEAD, "|---" * 10 + "|"]
    recorded = drives(root)
    lines += [picture_row(data, *recorded[data]) for data in PICTURES]
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, report, page="click.md", mark="speed")
