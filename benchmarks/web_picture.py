"""The picture of the browser in docs/annotating.md: the viewer on a simulated drive, in a browser of its own.

python -m benchmarks.web_picture docs/browser.jpg
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import cv2
from selenium.webdriver.common.keys import Keys

import sensorann as sa
from tests.viewers.web.hands import browser
from tests.viewers.web.shown import shown
from viewers import open_session
from viewers.keymap import read_keymap

N_FRAMES, N_OBJECTS = 31, 14
SETTLED_S = 15.0  # a processor draws slowly
KEYS = (Keys.TAB, Keys.TAB, *[Keys.ARROW_RIGHT] * 13)


def main() -> None:
    out = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, sa.open_store(Path(folder) / "labels.db", create=True) as store:
        drive, truth = sa.simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60)
        longest = tuple(sorted(truth.tracks, key=len)[-N_OBJECTS:])
        store.import_labels(replace(truth, tracks=longest), drive="street")
        session = open_session(drive, store, name="street")
        with shown(session, read_keymap()) as address, browser(Path(folder) / "net.json") as page:
            page.open(address)
            for key in KEYS:
                page.key(key)
            time.sleep(SETTLED_S)
            cv2.imwrite(str(out), page.whole_picture(), [cv2.IMWRITE_JPEG_QUALITY, 80])
        session.close()


if __name__ == "__main__":
    main()
