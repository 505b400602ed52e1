"""How many pictures a second the window draws while a hand turns its view, and what draws them.

    python -m benchmarks.viewer_orbit DRIVE ...       one line per drive, each named as `sensorann view` takes it

It needs Xvfb and xdotool: what Open3D finds, Vulkan or OpenGL, a graphics card or a processor, draws on a screen of its
own. Pictures are counted on that screen: each change of the middle of the 3D view is one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import sensorann as sa
from tests.viewers.desk import places
from tests.viewers.screen import Hands, Screen, screen, until
from viewers.layout import Layout, Place

ORBIT_S, MOVE_S, LOOK_S, EVERY = 5.0, 0.004, 0.002, 8
SETTLED_S = 5.0
# The hand goes round an ellipse of these half axes, pixels, so many radians a move.
ELLIPSE, TURN = (150.0, 60.0), 1 / 60
# What is brighter than the ground of the 3D view.
SHOWN = 40
# How Filament tells what it draws with: on Vulkan, and on OpenGL.
DEVICE = re.compile(r"Selected physical device '([^']+)'|^\[[^\]]*\], \[([^\]]+)\], \[", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drives", nargs="+", metavar="DRIVE")
    for path in parser.parse_args().drives:
        with tempfile.TemporaryDirectory() as folder, screen() as shown, opened(path, Path(folder), shown) as window:
            time.sleep(SETTLED_S)
            rate = pictures_per_second(window.hands, window.layout.view)
            print(f"{path}: {rate:.0f} pictures a second while orbiting, drawn by {window.drawn_by()}", flush=True)


@dataclass(frozen=True)
class Window:
    """A viewer at work: its process, hands on it, where its parts stand, and what it wrote to the terminal."""

    program: subprocess.Popen[bytes]
    hands: Hands
    layout: Layout
    log: Path

    def drawn_by(self) -> str:
        """The device that draws, as the renderer names it."""
        told = DEVICE.search(self.log.read_text(errors="replace"))
        return next(name for name in told.groups() if name) if told else "a device that the renderer does not name"

    def leave(self) -> None:
        """Close it with a key."""
        self.hands.key("ctrl+q")
        self.program.wait(timeout=60)


@contextmanager
def opened(path: str, folder: Path, shown: Screen) -> Iterator[Window]:
    """Open the viewer on a drive with no labels, and wait for its points."""
    drive, log = sa.open_drive(path), folder / "log.txt"
    layout = places(has_cameras=bool(drive.rig.of_kind("camera")))
    command = [sys.executable, "-m", "sensorann", "view", path, "--store", str(folder / "labels.db")]
    with log.open("wb") as told:
        environment = os.environ | {"DISPLAY": shown.display}
        program = subprocess.Popen(command, env=environment, stdout=told, stderr=subprocess.STDOUT)
    try:
        hands = Hands(shown)
        hands.find(f"sensorann: {drive.name}")
        until(lambda: (seen(hands, layout.view) > SHOWN).mean() > 0.01, "points")
        yield Window(program, hands, layout, log)
    finally:
        program.kill()
        program.wait()


def pictures_per_second(hands: Hands, view: Place) -> float:
    """Turn the 3D view by the mouse for some seconds and count its pictures on the screen."""
    middle = (view.x + view.width / 2, view.y + view.height / 2)
    hands.press(*middle)
    turning = hands.start_moving(moves(middle), pause_s=MOVE_S)
    n_pictures, last, start = 0, seen(hands, view), time.perf_counter()
    while turning.poll() is None:
        now = seen(hands, view)
        n_pictures += bool((now != last).any())
        last = now
        time.sleep(LOOK_S)
    rate = n_pictures / (time.perf_counter() - start)
    hands.release()
    return rate


def moves(middle: tuple[float, float]) -> list[tuple[float, float]]:
    """Pixels that the hand goes through, one after the other."""
    angles = TURN * np.arange(round(ORBIT_S / MOVE_S))
    around = np.column_stack([np.sin(angles), np.cos(angles) - 1.0]) * ELLIPSE
    return [(float(x), float(y)) for x, y in middle + around]


def seen(hands: Hands, place: Place) -> np.ndarray:
    """What the window shows in the middle of a place (rows, columns, 3); few rows: the processors are the viewer's."""
    middle = place.x + place.width / 2, place.y + place.height / 2
    return hands.shown(middle, min(place.width, place.height) // 2, every=EVERY)


if __name__ == "__main__":
    main()
