"""How long the window is busy with a frame before it can draw: a child of `benchmarks.viewer_window`, on its screen.

    python -m benchmarks.viewer_refresh DRIVE STORE

Prints one JSON list: seconds from a frame that is loaded already until the renderer has its points, boxes and names.
"""

from __future__ import annotations

import json
import os
import sys
import time

from open3d.visualization import gui

import sensorann as sa
from viewers import open_session
from viewers.keymap import read_keymap
from viewers.points import points_here
from viewers.window import Window

N_FRAMES, SETTLED_S = 10, 0.7


def main() -> None:
    path, place = sys.argv[1:]
    with sa.open_store(place) as store:
        session = open_session(sa.open_drive(path), store)
        frames = range(min(N_FRAMES + 1, len(session.frames)))
        for i_frame in frames:
            session.go_to(i_frame)
            points_here(session)
        gui.Application.instance.initialize()
        window = Window(session, read_keymap())
        spent = []
        for i_frame in frames:
            settle()
            session.go_to(i_frame)
            start = time.perf_counter()
            window.refresh()
            spent.append(time.perf_counter() - start)
        print(json.dumps(spent[1:]), flush=True)  # the first one is the frame that stood there
    os._exit(0)  # Open3D does not end a loop that it did not begin


def settle() -> None:
    """Let the window draw what is due."""
    end = time.monotonic() + SETTLED_S
    while time.monotonic() < end:
        gui.Application.instance.run_one_tick()


if __name__ == "__main__":
    main()
