"""How long one click takes, from the point to the box.

    python -m benchmarks.click_speed [--data FOLDER] [--write]

Every labelled object of `click_cases` is clicked at one random point; of three times, in processor time of one core,
the middle one counts. "First" is the first click of a process whose kernels are compiled: they are read from the disk
then. It is measured in five fresh processes, on the object with most points of each data set, and the median is given.
`--write` puts the table into docs/click.md.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

import sensorann as sa
from benchmarks.click_cases import Case, all_cases
from benchmarks.pages import run
from sensorann.errors import SensorannError

N_REPEATS, N_PROCESSES = 3, 5
HEAD = "| one click | n | points in a sweep | median ms | 95 % below | longest | first |"
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
start = time.perf_counter()
click(sweep, scene["point"], ontology, ego_from_sensor=pose)
print(time.perf_counter() - start)
"""


def click_seconds(case: Case, point: np.ndarray) -> float:
    """Processor time of one click, the middle one of several; those that are refused count as well."""
    ontology, spent = sa.default_ontology(), []
    for _ in range(N_REPEATS):
        start = time.process_time()
        with suppress(SensorannError):
            sa.cuboid_from_click(case.scan.sweep, point, ontology, ego_from_sensor=case.scan.ego_from_sensor)
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def first_seconds(case: Case, folder: Path) -> float:
    """Time of the first click of a process, the middle one of several processes."""
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
    median, late = np.quantile(spent, [0.5, 0.95])
    first = 1e3 * first_seconds(fullest, folder)
    return f"| {name} | {len(cases)} | {n_points:,} | {median:.1f} | {late:.1f} | {spent.max():.1f} | {first:.0f} |"


def report(root: Path) -> str:
    cv2.setNumThreads(1)
    cases = all_cases(root)
    lines = [HEAD, "|---" * 7 + "|"]
    with TemporaryDirectory() as folder:
        for data in dict.fromkeys(case.data for case in cases):
            own = [case for case in cases if case.data == data]
            click_seconds(own[0], own[0].click(np.random.default_rng(0)))  # compile outside the timing
            lines.append(row(data, own, Path(folder)))
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, report, page="click.md", mark="speed")
