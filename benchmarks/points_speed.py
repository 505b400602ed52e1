"""How long points in the loop take: 100 objects, 200 frames, a keyframe a second, sweeps read from a packed drive.

    python -m benchmarks.points_speed              print the last table of docs/points.md

Following is timed on its own as well, on the thread that does it: template, registration, heights, findings and the
last solution, per object and frame between keyframes. Reading means decompressing and placing every sweep once.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import sensorann as sa
from sensorann.formats.packed.write import pack
from sensorann.scene import Rig
from sensorann.simulate import simulate_drive
from sensorann.simulate.vehicle import LIDAR
from sensorann.tracks import points_in_loop

N_OBJECTS, N_FRAMES, GAP = 100, 200, 10


class LidarOnly:
    """A drive without its cameras and radar."""

    def __init__(self, drive: Any) -> None:
        self._drive = drive
        self.rig = Rig((drive.rig[LIDAR],))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._drive, name)


def main() -> None:
    simulated, truth = simulate_drive(seed=1, n_frames=N_FRAMES, n_actors=2 * N_OBJECTS, n_beams=64, n_columns=1800)
    longest = sorted(truth.tracks, key=len)[-N_OBJECTS:]
    keyframes = replace(truth, tracks=tuple(track[kept(len(track))] for track in longest))
    n_boxes = sum(len(track) - len(kept(len(track))) for track in longest)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.drive.h5"
        pack(LidarOnly(simulated), path)
        drive = sa.open_drive(path)
        sa.interpolate(keyframes, drive)  # compile outside the timing
        spent = time_following()
        start = time.perf_counter()
        sa.interpolate(keyframes, drive)
        whole = time.perf_counter() - start
        n_points = int(np.mean([len(drive.sweep(LIDAR, k).points) for k in range(0, N_FRAMES, 20)]))
    print(
        "| objects | frames | points per sweep | boxes between keyframes | whole, with reading | following, one core |"
    )
    print("|---|---|---|---|---|---|")
    print(
        f"| {N_OBJECTS} | {N_FRAMES} | {n_points:,} | {n_boxes:,} | {whole:.1f} s | "
        f"{1e3 * spent[0] / n_boxes:.2f} ms per object and frame on one core |"
    )


def kept(n: int) -> np.ndarray:
    """Rows of the keyframes."""
    return np.unique(np.append(np.arange(0, n, GAP), n - 1))


def time_following() -> list[float]:
    """Add up the CPU time of following, over all threads; the sum stands in the one element."""
    spent = [0.0]

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            start = time.thread_time()
            result = work(*given)
            spent[0] += time.thread_time() - start
            return result

        return run

    follower = points_in_loop._Follower
    follower.see, follower.finished = timed(follower.see), timed(follower.finished)
    return spent


if __name__ == "__main__":
    main()
