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
import numpy as np
from selenium.webdriver.common.keys import Keys

import sensorann as sa
from sensorann.scene import Drive, Labels, Rig, Track
from sensorann.simulate.vehicle import LIDAR
from tests.viewers.web.hands import browser
from tests.viewers.web.shown import shown
from viewers import Session, open_session
from viewers.eye import drawn_from_labels
from viewers.keymap import read_keymap

N_FRAMES, N_OBJECTS = 10, 14
SENSORS = (LIDAR, "CAM_FRONT", "CAM_FRONT_LEFT", "CAM_FRONT_RIGHT")
SETTLED_S = 15.0  # a processor draws slowly
N_STEPS, CLEARANCE = 6, 8.0


def main() -> None:
    out = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, sa.open_store(Path(folder) / "labels.db", create=True) as store:
        drive, truth = sa.simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60)
        sensors = tuple(drive.rig[name] for name in SENSORS)
        path = Path(folder) / "street.drive.h5"
        sa.pack(replace(drive, rig=Rig(sensors)), path)
        store.import_labels(replace(truth, tracks=nearest(drive, truth)), drive="street")
        session = open_session(sa.open_drive(path), store, name="street")
        session.select(ahead(session))
        with shown(session, read_keymap()) as address, browser(Path(folder) / "net.json") as page:
            page.open(address)
            for _ in range(N_STEPS):
                page.key(Keys.ARROW_RIGHT)
            time.sleep(SETTLED_S)
            cv2.imwrite(str(out), page.whole_picture(), [cv2.IMWRITE_JPEG_QUALITY, 80])
        session.close()


def nearest(drive: Drive, truth: Labels) -> tuple[Track, ...]:
    """The objects that are nearest to the vehicle at the start."""
    start = drive.trajectory.world_from_ego.translations[0]
    whole = [track for track in truth.tracks if len(track) == N_FRAMES]
    return tuple(sorted(whole, key=lambda track: float(np.hypot(*(track.cuboids.centers[0] - start)[:2])))[:N_OBJECTS])


def ahead(session: Session) -> str:
    """Id of the nearest object in front of the vehicle."""
    boxes = [(drawn_from_labels(session).apply(box.cuboid.center), box.track.id) for box in session.shown()]
    return min((float(np.hypot(*center[:2])), track_id) for center, track_id in boxes if center[0] > CLEARANCE)[1]


if __name__ == "__main__":
    main()
