"""How long a person waits at the window, on a screen of its own: real keys, a real mouse, what the screen shows.

    python -m benchmarks.viewer_window            print the table of docs/annotating.md
    python -m benchmarks.viewer_window --write    put it there

What draws is told. The first picture counts from the command to the first points; a frame from the key until the
renderer has its points and boxes (`benchmarks.viewer_refresh`), and until the 3D view has changed; a click until the 3D
view shows the box that was fitted; pictures while the view turns as `benchmarks.viewer_orbit` counts them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.report import write
from benchmarks.viewer import DATA, PAGE
from benchmarks.viewer_hand import Hand
from benchmarks.viewer_orbit import LOOK_S, SETTLED_S, opened, pictures_per_second, seen
from sensorann.geometry import points_in_cuboid
from sensorann.scene import Drive, Labels
from tests.viewers.pinhole import pixel_of
from tests.viewers.screen import PATIENCE_S, Hands, Screen, screen
from viewers import open_session
from viewers.eye import moved_into
from viewers.layout import Layout, Place
from viewers.points import points_here

MARK, N_FRAMES, N_CLICKS = "viewer-window", 10, 5
ROWS = (
    "first picture",
    "frame, loaded ahead, in the hands of the renderer",
    "frame on the screen",
    "processor for a frame, its drawing included",
    "one click to the box on the screen",
    "pictures a second while the view turns",
    "drawn by",
    "load: work that wanted the processors meanwhile",
)
RECORDINGS = {
    "KITTI 0000": ("kitti_tracking/training#0000", "kitti_tracking/training/label_02/0000.txt"),
    "PandaSet 002": ("pandaset_nuscenes", "pandaset_nuscenes"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"update {PAGE.name}")
    options = parser.parse_args()
    columns = {name: measured(*(str(DATA / part) for part in parts)) for name, parts in RECORDINGS.items()}
    rows = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    rows += [f"| {row} | " + " | ".join(column[row] for column in columns.values()) + " |" for row in ROWS]
    print("\n".join(rows))
    if options.write:
        write({MARK: "\n".join(rows)}, PAGE)


def measured(path: str, labels_path: str) -> dict[str, str]:
    """Measure one drive."""
    drive = sa.open_drive(path)
    with tempfile.TemporaryDirectory() as folder, screen() as shown:
        start = time.perf_counter()
        with opened(path, Path(folder), shown) as window:
            first, hands, view = time.perf_counter() - start, window.hands, window.layout.view
            hand = Hand(shown.display)
            time.sleep(SETTLED_S)
            busy = processor(window.program)
            frames = [waited(hands, lambda: hand.key("Right"), view) for _ in range(N_FRAMES)]
            busy = (processor(window.program) - busy) / N_FRAMES
            hands.key("Home")
            clicks = [
                clicked(hands, hand, pixel, view)
                for pixel in aims(drive, sa.read_labels(labels_path, drive=drive), window.layout)
            ]
            rate = pictures_per_second(hands, view)
            window.leave()
            drawn_by = window.drawn_by()
        refreshed = refreshes(path, labels_path, Path(folder), shown)
    figures = (
        f"{first:.1f} s",
        milliseconds(refreshed),
        milliseconds(frames),
        f"{1e3 * busy:.0f} ms",
        milliseconds(clicks),
        f"{rate:.0f}",
        drawn_by,
        f"{os.getloadavg()[0]:.1f} of {os.cpu_count()}",
    )
    return dict(zip(ROWS, figures, strict=True))


def refreshes(path: str, labels_path: str, folder: Path, shown: Screen) -> list[float]:
    """Seconds in which the window takes a frame with its labels to the renderer."""
    drive, place = sa.open_drive(path), folder / "labelled.db"
    with sa.open_store(place, create=True) as store:
        store.import_labels(sa.read_labels(labels_path, drive=drive), drive=drive.name)
    command = [sys.executable, "-m", "benchmarks.viewer_refresh", path, str(place)]
    environment = os.environ | {"DISPLAY": shown.display}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE_S * 2)
    spent: list[float] = json.loads(done.stdout.splitlines()[-1])
    return spent


def aims(drive: Drive, labels: Labels, layout: Layout) -> list[tuple[float, float]]:
    """Pixels of points on the best seen objects of the first frame, in the window as it opens."""
    with tempfile.TemporaryDirectory() as folder, sa.open_store(Path(folder) / "labels.db", create=True) as store:
        store.import_labels(labels, drive=drive.name)
        session = open_session(drive, store)
        points, ego_from_labels = points_here(session), session.frame_from_ego(session.timestamp_ns).inverse()
        own = [
            points[points_in_cuboid(points, moved_into(box.cuboid, ego_from_labels, frame="ego"))]
            for box in session.shown()
        ]
        session.close()
    fullest = sorted((part for part in own if len(part)), key=len, reverse=True)
    size = (layout.view.width, layout.view.height)
    pixels = [pixel_of(_middle_point(part), size) for part in fullest]
    return [pixel for pixel in pixels if all(20 < x < edge - 20 for x, edge in zip(pixel, size, strict=True))][
        :N_CLICKS
    ]


def _middle_point(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The point (3,) nearest to the middle of all."""
    nearest: NDArray[np.float32] = points[np.argmin(np.linalg.norm(points - np.median(points, axis=0), axis=1))]
    return nearest


def clicked(hands: Hands, hand: Hand, pixel: tuple[float, float], view: Place) -> float:
    """Click an object and wait for its box, seconds; the hand's own time is not counted."""
    hands.key("Escape")
    hands.key("q")
    time.sleep(SETTLED_S)  # the last picture of what was done before is drawn
    hands.press(*pixel)
    return waited(hands, hand.let_go, view)


def waited(hands: Hands, do: Callable[[], object], place: Place) -> float:
    """Do something and wait until a part of the window has changed, seconds; infinite where it does not."""
    time.sleep(1.0)
    before, start = seen(hands, place), time.perf_counter()
    do()
    while not (seen(hands, place) != before).any():
        if time.perf_counter() - start > PATIENCE_S:
            return np.inf
        time.sleep(LOOK_S)  # the processor is the viewer's
    return time.perf_counter() - start


def processor(program: subprocess.Popen[bytes]) -> float:
    """Seconds of the processors that a program has used so far, on all its threads."""
    fields = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def milliseconds(seconds: list[float]) -> str:
    """Median and largest of those that came to an end, and how many did."""
    ended = [second for second in seconds if np.isfinite(second)]
    if not ended:
        return "none"
    return f"{1e3 * np.median(ended):.0f} ms (at most {1e3 * max(ended):.0f}, {len(ended)} of {len(seconds)})"


if __name__ == "__main__":
    main()
