"""Pictures of the viewer at work, on a screen of its own.

    python -m benchmarks.viewer_pictures docs                          the pictures of docs/annotating.md
    python -m benchmarks.viewer_pictures pictures --drive kitti        the same on a recorded drive, or pandaset

Those of the simulated drive are in the repository; recordings are other people's, and so are their pictures.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

import sensorann as sa
from benchmarks.viewer import DATA
from sensorann.scene import Labels, Rig
from tests.viewers.screen import Hands, Screen, screen

N_FRAMES, GAP, N_OBJECTS = 21, 10, 14
SENSORS = ("LIDAR_TOP", "CAM_FRONT", "CAM_FRONT_LEFT", "RADAR_FRONT")
# Pictures by name: the keys that lead there, from the picture before.
SCENES = {
    "viewer": ("Tab", "Tab", "Right", "Right", "Right", "Right", "Right"),
    "viewer-batch": ("v",),
    "viewer-merged": ("v", "F2", "F3", "t", "5", "5", "6", "4", "4", "4", "4"),
}
DONE_S = 6.0
CROP = np.s_[50:850, 60:1340]  # Xvfb has no window manager: Open3D puts its window there
QUALITY = 80


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder of the pictures")
    parser.add_argument("--drive", choices=sorted(DRIVES), default="simulated")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    prefix = "" if options.drive == "simulated" else f"{options.drive}-"
    with tempfile.TemporaryDirectory() as folder:
        path, labels = DRIVES[options.drive](Path(folder))
        with at_work(path, labels, Path(folder)) as (hands, shown):
            for name, keys in SCENES.items():
                for key in keys:
                    hands.key_and_see(key)
                time.sleep(DONE_S)
                picture = options.out / f"{prefix}{name}.jpg"
                cv2.imwrite(str(picture), shown.picture()[CROP], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
                print(picture)


@contextmanager
def at_work(path: str, labels: Labels, folder: Path) -> Iterator[tuple[Hands, Screen]]:
    """Open a viewer on a drive with labels, on a screen of its own."""
    name = sa.open_drive(path).name
    with sa.open_store(folder / "labels.db", actor="anna", create=True) as store:
        store.import_labels(labels, drive=name)
    command = [sys.executable, "-m", "sensorann", "view", path, "--store", f"{folder / 'labels.db'}#{name}"]
    with screen() as shown:
        program = subprocess.Popen(command, env=os.environ | {"DISPLAY": shown.display})
        try:
            hands = Hands(shown)
            hands.find(f"sensorann: {name}")
            time.sleep(DONE_S)
            yield hands, shown
            hands.key("ctrl+q")
            program.wait(timeout=60)
        finally:
            program.kill()


def simulated(folder: Path) -> tuple[str, Labels]:
    """A busy street: keyframes of the nearest objects in every tenth frame, the rest computed."""
    drive, truth = sa.simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60)
    path = folder / "street.drive.h5"
    drive = replace(drive, rig=Rig(tuple(drive.rig[name] for name in SENSORS)))
    sa.pack(drive, path)
    ego = drive.trajectory.world_from_ego.translations.mean(axis=0)
    throughout = [track for track in truth.tracks if len(track) == N_FRAMES]
    nearest = sorted(throughout, key=lambda track: float(np.linalg.norm(track.cuboids.centers.mean(axis=0) - ego)))
    keyframes = replace(truth, tracks=tuple(track[::GAP] for track in nearest[:N_OBJECTS]))
    return str(path), sa.interpolate(keyframes, drive)


def kitti(_folder: Path) -> tuple[str, Labels]:
    """The first drive of KITTI's tracking set, with its labels."""
    path = f"{DATA / 'kitti_tracking/training'}#0000"
    return path, sa.read_labels(DATA / "kitti_tracking/training/label_02/0000.txt", drive=sa.open_drive(path))


def pandaset(_folder: Path) -> tuple[str, Labels]:
    """A drive of PandaSet, with its labels."""
    path = str(DATA / "pandaset_nuscenes")
    return path, sa.read_labels(path, drive=sa.open_drive(path))


DRIVES: dict[str, Callable[[Path], tuple[str, Labels]]] = {
    "simulated": simulated,
    "kitti": kitti,
    "pandaset": pandaset,
}

if __name__ == "__main__":
    main()
