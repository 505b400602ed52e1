"""A drive to write nuScenes tables of, and what was written."""

import json
from dataclasses import replace

import cv2
import numpy as np

from sensorann.formats.nuscenes.folder import VERSION
from sensorann.scene import Source, Sweep
from tests.builders import (
    FRAME_NS,
    START_NS,
    MemoryDrive,
    make_rig,
    make_trajectory,
)


def imported(track):
    return replace(track, sources=np.full(len(track), Source.IMPORTED, np.uint8))


def make_drive(n=5, *, rig=None, **parts):
    """A drive whose sensors all measure at the frames; each sweep holds ten points at the vehicle's left."""
    rig = rig or make_rig(radars=("RADAR_FRONT",))
    points = np.tile(np.array([[3, 4, 0.5]], np.float32), (10, 1)) + np.arange(10, dtype=np.float32)[:, None] * 0.01
    sweeps = {
        "LIDAR_TOP": [
            Sweep(
                sensor="LIDAR_TOP",
                timestamp_ns=START_NS + i * FRAME_NS,
                points=points + i,
                fields={"intensity": np.linspace(0, 1, 10, dtype=np.float32), "ring": np.arange(10, dtype=np.uint8)},
            )
            for i in range(n)
        ],
        "RADAR_FRONT": [
            Sweep(
                sensor="RADAR_FRONT",
                timestamp_ns=START_NS + i * FRAME_NS,
                points=points[:i],
                fields={"vx_comp": np.full(i, 2.5, np.float32), "id": np.arange(i)},
            )
            for i in range(n)
        ],
    }
    picture = cv2.imencode(".png", np.full((480, 640, 3), 60, np.uint8))[1].tobytes()
    drive = {
        "name": "day1",
        "rig": rig,
        "trajectory": make_trajectory(n=n),
        "sweeps": sweeps,
        "images": {"CAM_FRONT": [picture] * n},
    }
    return MemoryDrive(**(drive | parts))


def names_in(folder):
    return [entry.name for entry in folder.iterdir()]


def tables(path):
    return {file.stem: json.loads(file.read_text()) for file in (path / VERSION).glob("*.json")}
