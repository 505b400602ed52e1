"""The picture of docs/annotating.md: the viewer on a simulated drive, on a screen of its own.

python -m benchmarks.viewer_picture docs/viewer.jpg
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

import sensorann as sa
from benchmarks.points_speed import LidarOnly
from sensorann.scene import Labels
from tests.viewers.screen import Hands, screen

N_FRAMES, GAP, N_OBJECTS = 31, 10, 14
KEYS = ("Tab", "Tab", "shift+Right", "Right", "Right", "Right", "j")
SETTLED_S = 4.0
CROP = np.s_[50:850, 60:1340]  # Xvfb has no window manager: Open3D puts its window there


def main() -> None:
    out = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, screen() as shown:
        drive, truth = sa.simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60)
        path, place = Path(folder) / "street.drive.h5", Path(folder) / "labels.db"
        sa.pack(LidarOnly(drive), path)
        with sa.open_store(place, actor="anna", create=True) as store:
            store.import_labels(sa.interpolate(keyframes(truth), drive), drive="street")
        command = [sys.executable, "-m", "sensorann", "view", str(path), "--store", f"{place}#street"]
        program = subprocess.Popen(command, env=os.environ | {"DISPLAY": shown.display})
        hands = Hands(shown)
        hands.find("sensorann: street")
        for key in KEYS:
            hands.key(key)
            time.sleep(SETTLED_S)
        cv2.imwrite(str(out), shown.picture()[CROP], [cv2.IMWRITE_JPEG_QUALITY, 82])
        hands.key("ctrl+q")
        program.wait()


def keyframes(truth: Labels) -> Labels:
    """Boxes of the objects seen longest, in every tenth of their frames."""
    longest = sorted(truth.tracks, key=len)[-N_OBJECTS:]
    return replace(truth, tracks=tuple(track[::GAP] for track in longest))


if __name__ == "__main__":
    main()
