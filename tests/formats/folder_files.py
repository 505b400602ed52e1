"""Plain folders of clouds and pictures, with a description or without."""

import json
import re
from pathlib import Path

import cv2
import numpy as np

from sensorann.formats.points.pcd import write_pcd

DOCUMENT = Path(__file__).parents[2] / "docs" / "own-data.md"


def documented_example():
    (block,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return json.loads(block)


def write_points(path, points=((10.0, 0.0, 0.0),)):
    path.parent.mkdir(parents=True, exist_ok=True)
    points = np.asarray(points)
    if path.suffix == ".bin":
        np.hstack([points, np.ones((len(points), 1))]).astype("<f4").tofile(path)
    elif path.suffix == ".npy":
        np.save(path, points)
    else:
        write_pcd(path, {axis: points[:, i] for i, axis in enumerate("xyz")})


def write_picture(path, size=(1280, 960)):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), 90, np.uint8))


def make_folder(root, document=None, *, stems=("000000", "000001"), camera_stems=None):
    for stem in stems:
        write_points(root / f"lidar/{stem}.pcd")
    for stem in stems if camera_stems is None else camera_stems:
        write_picture(root / f"camera/front/{stem}.png")
    (root / "drive.json").write_text(json.dumps(documented_example() if document is None else document))
    return root
