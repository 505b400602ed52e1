"""How fast the viewer answers in a browser, on recorded drives.

    python -m benchmarks.web            print the table of docs/annotating.md
    python -m benchmarks.web --write    put it there

Measured inside the browser, from the event of a key or the mouse: until the panel tells the result, and until the last
change of the 3D view, whose picture shows it. The browser is a headless Chromium without a graphics card, on the cores
on which everything else runs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from selenium.webdriver.common.keys import Keys

from benchmarks.viewer import best_seen, desk, run
from sensorann.scene import Drive, Labels
from tests.viewers import pinhole
from tests.viewers.web.hands import Hands, browser
from tests.viewers.web.shown import shown
from viewers import Session
from viewers.keymap import read_keymap
from viewers.points import points_here

MARK = "web"
N_FRAMES, N_CLICKS = 9, 6
# Waits for words in the panel after the next key or release of the mouse, and for a picture of the 3D view that stays:
# milliseconds to the words, and to the last change of the picture.
_WATCH = """
const [words, still, hopeless, begun] = arguments;
window.watched = new Promise((found) => {
  const small = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const view = [...document.querySelectorAll("canvas")].find((canvas) => canvas.width);
  let began = null, told = null, changed = 0, before = "";
  const begin = (event) => { began ??= event.timeStamp; };
  for (const kind of ["keydown", "pointerup"]) window.addEventListener(kind, begin, {capture: true});
  const look = () => {
    small.drawImage(view, 0, 0, 256, 128);  // in the frame in which it was drawn: later it is gone
    const now = performance.now(), shown = small.getImageData(0, 0, 256, 128).data.join();
    if (began !== null && shown !== before) changed = now - began;
    before = shown;
    if (began !== null && told === null && document.body.innerText.includes(words)) told = now - began;
    if (began !== null && told === null && now - began > hopeless) found(null);
    else if (told !== null && now - began > Math.max(changed, told) + still) found([told, changed]);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
begun();
"""
_STILL_MS, _HOPELESS_MS = 1_000, 20_000


def main() -> None:
    run(measured, mark=MARK, description=__doc__)


def measured(name: str, drive: Drive, labels: Labels) -> dict[str, str]:
    """Measure one drive; the entry without a name is the head of its column."""
    with desk(drive, labels) as session, tempfile.TemporaryDirectory() as folder:
        session.select()
        aims, points = best_seen(session, N_CLICKS), points_here(session)
        pixels_of = session.frame_from_ego(session.timestamp_ns).inverse()
        with shown(session, read_keymap()) as address, browser(Path(folder) / "net.json") as page:
            page.open(address)
            figures = {"": f"{name}: {len(points):,} points"}
            figures |= timed(page, "frame", switching(page, session))
            page.key(Keys.HOME)
            figures |= timed(page, "one click to box", clicking(page, session, pixels_of.apply(aims)))
    return figures


def switching(page: Hands, session: Session) -> Iterable[tuple[str, Callable[[], object]]]:
    """Words that tell of each next frame, and the key that goes there."""
    for i_frame in range(1, min(N_FRAMES, len(session.frames))):
        yield f"frame {i_frame} of", lambda: page.key(Keys.ARROW_RIGHT)


def clicking(page: Hands, session: Session, aims: np.ndarray) -> Iterable[tuple[str, Callable[[], object]]]:
    """Words that tell of each new object, and the click that makes it, at points (N, 3) in the ego frame."""
    page.key("q")
    size = page.view()[2:]
    pixels = [pinhole.pixel_of(aim, size) for aim in aims]
    for pixel in (pixel for pixel in pixels if pinhole.in_view(pixel, size)):
        n = len(session.labels.tracks) + 1
        yield f"objects: {n}", lambda pixel=pixel: page.click(pixel)


def timed(page: Hands, what: str, steps: Iterable[tuple[str, Callable[[], object]]]) -> dict[str, str]:
    """Do each step when the last one is drawn: medians until it is told, and until it is drawn."""
    spent = []
    for words, do in steps:
        page.script(_WATCH, words, _STILL_MS, _HOPELESS_MS)
        do()
        times = page.script("window.watched.then(arguments[0])")
        spent += [] if times is None else [times]  # a click on what others hide finds no object
    told, drawn = np.median(spent, axis=0)
    worst = np.percentile(spent, 95, axis=0)
    return {
        f"{what}, told": f"{told:.0f} ms (p95 {worst[0]:.0f}, of {len(spent)})",
        f"{what}, drawn by a processor": f"{drawn:.0f} ms (p95 {worst[1]:.0f})",
    }


if __name__ == "__main__":
    main()
