"""The picture of the browser in docs/annotating.md: the viewer on a simulated drive, in a browser of its own.

python -m benchmarks.web_picture docs/browser.jpg
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import cv2
from selenium.webdriver.common.keys import Keys

import sensorann as sa
from benchmarks.viewer_picture import N_FRAMES, keyframes
from tests.viewers.web.browser import browser
from tests.viewers.web.shown import shown
from viewers import open_session
from viewers.keymap import read_keymap

SETTLED_S = 15.0  # a processor draws slowly
KEYS = (Keys.TAB, Keys.TAB, *[Keys.ARROW_RIGHT] * 13)


def main() -> None:
    out = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, sa.open_store(Path(folder) / "labels.db", create=True) as store:
        drive, truth = sa.simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60)
        store.import_labels(sa.interpolate(keyframes(truth), drive), drive="street")
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
