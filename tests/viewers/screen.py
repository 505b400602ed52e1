"""A screen that nobody looks at, and hands on its keyboard and mouse: Xvfb and xdotool."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

PATIENCE_S = 60.0
# ImGui looks at mouse and keys once per picture, and software draws few: a hand stays longer than a picture takes.
_HOLD_S = 0.5


def available() -> bool:
    return all(shutil.which(program) for program in ("Xvfb", "xdotool"))


@dataclass(frozen=True)
class Screen:
    """A screen.

    Attributes
    ----------
    display : its name for DISPLAY
    memory : file that holds what it shows, in the format of xwd
    """

    display: str
    memory: Path

    def picture(self, rows: slice = slice(None), columns: slice = slice(None)) -> np.ndarray:
        """What it shows, or a part of that (rows, columns, 3), BGR; the rest is not read: a look costs little."""
        content = np.memmap(self.memory, np.uint8, "r")
        header = content[:100].view(">u4")
        start, width, height, per_pixel, per_line, n_colors = (int(header[i]) for i in (0, 4, 5, 11, 12, 19))
        start += 12 * n_colors
        lines = content[start : start + per_line * height].reshape(height, per_line)[:, : width * per_pixel // 8]
        return np.array(lines.reshape(height, width, -1)[rows, columns, :3])


@contextmanager
def screen() -> Iterator[Screen]:
    """Start a screen."""
    folder = tempfile.TemporaryDirectory()
    reading, writing = os.pipe()
    command = ["Xvfb", "-noreset", "-displayfd", str(writing), "-fbdir", folder.name, "-screen", "0", "1400x900x24"]
    server = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        number = b""
        while not number.endswith(b"\n"):
            assert select.select([reading], [], [], PATIENCE_S)[0], "Xvfb does not start"
            number += os.read(reading, 16)
        yield Screen(f":{number.decode().strip()}", Path(folder.name) / "Xvfb_screen0")
    finally:
        os.close(reading)
        server.terminate()
        server.wait()
        folder.cleanup()


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for something to become true; say what did not."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.05)


@dataclass
class Hands:
    """Keyboard and mouse of a screen, on one window."""

    screen: Screen
    window: str = ""
    corner: tuple[int, int] = (0, 0)

    def find(self, title: str) -> None:
        """Wait until a window is drawn, and turn to it."""
        until(lambda: self._do("search", "--name", title), f"a window {title}")
        self.window = self._do("search", "--name", title).split()[0]
        self._do("windowfocus", "--sync", self.window)
        place = dict(line.split("=") for line in self._do("getwindowgeometry", "--shell", self.window).split())
        self.corner = int(place["X"]), int(place["Y"])  # nobody moves it: there is no window manager
        until(lambda: self.screen.picture().any(), "its first picture")

    def key(self, name: str) -> None:
        self._do("key", "--delay", "0", name)

    def key_and_see(self, name: str) -> None:
        """Press a key that changes the picture, and wait until it has."""
        self._and_see(lambda: self.key(name), f"what {name} does")

    def write(self, text: str) -> None:
        """Write into the first field of a form and end it."""
        self._and_see(lambda: self._hold_key("Tab"), "the field with a cursor")
        self._and_see(lambda: self._do("type", "--delay", "80", text), "what was written")
        self._and_see(lambda: self._hold_key("Return"), "the end of the form")

    def _and_see(self, do: Callable[[], object], what: str) -> None:
        """Do something that changes the picture, and wait until it has, and changes no more."""
        before = self.screen.picture()
        do()
        until(lambda: (self.screen.picture() != before).any(), what)
        last = before
        while (self.screen.picture() != last).any():
            last = self.screen.picture()
            time.sleep(2 * _HOLD_S)

    def _hold_key(self, name: str) -> None:
        self._do("keydown", name)
        time.sleep(_HOLD_S)
        self._do("keyup", name)

    def shown(self, pixel: tuple[float, float], reach: int, *, every: int = 1) -> np.ndarray:
        """What the window shows around one of its pixels (rows, columns, 3), or every so many rows of it."""
        x, y = round(pixel[0]) + self.corner[0], round(pixel[1]) + self.corner[1]
        return self.screen.picture(slice(max(y - reach, 0), y + reach, every), slice(max(x - reach, 0), x + reach))

    def press(self, x: float, y: float) -> None:
        """Press the button at a pixel of the window."""
        self.move(x, y)
        self._do("mousedown", "1")
        time.sleep(_HOLD_S)

    def move(self, x: float, y: float) -> None:
        self._do("mousemove", "--window", self.window, str(round(x)), str(round(y)))
        time.sleep(_HOLD_S)

    def start_moving(self, through: list[tuple[float, float]], *, pause_s: float) -> subprocess.Popen[bytes]:
        """Begin to move through pixels of the window, without waiting for the end."""
        move = [
            ["mousemove", "--window", self.window, str(round(x)), str(round(y)), "sleep", str(pause_s)]
            for x, y in through
        ]
        return subprocess.Popen(["xdotool", *chain.from_iterable(move)], env=self._environment())

    def let_go(self) -> None:
        """Let the button go and do not wait."""
        self._do("mouseup", "1")

    def release(self) -> None:
        self.let_go()
        time.sleep(_HOLD_S)

    def _do(self, *words: str) -> str:
        told = subprocess.run(["xdotool", *words], env=self._environment(), capture_output=True, text=True, check=False)
        return told.stdout

    def _environment(self) -> dict[str, str]:
        return os.environ | {"DISPLAY": self.screen.display}
