"""KITTI's calib text of the tracking and object sets: the LiDAR, rectified cameras and perhaps the IMU.

Rows of 3 x 4 matrices, no quaternions. `Tr_velo_to_cam` maps the LiDAR into the rectified frame, `Tr_imu_to_velo` the
IMU, which is KITTI's ego frame, into the LiDAR; the fourth column of `P2` hides where camera 2 sits.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from sensorann.errors import FormatError
from sensorann.files import written_whole
from sensorann.formats.kitti.calibration import read_tracking_calibration
from sensorann.formats.rigs.document import EGO, Intrinsics, Placement, RigDocument
from sensorann.geometry import Transform

NAME = "kitti"
ENDINGS = (".txt",)
LANDMARK = "text with lines P0 to P3 and Tr_velo_to_cam"
LIDAR = "velodyne"
_CAMERAS = tuple(f"image_0{i}" for i in range(4))
# Rectified cameras look the same way; printed digits leave less than this.
_SAME_WAY = 1e-6
_logger = logging.getLogger(__name__)


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is KITTI's."""
    return path.suffix == ".txt" and any(
        line.startswith(("Tr_velo_to_cam", "Tr_velo_cam")) for line in text.split("\n")
    )


def read(path: Path) -> RigDocument:
    """Read the LiDAR, placed in the ego frame where the file knows an IMU, and the cameras, placed in the LiDAR."""
    found = read_tracking_calibration(path)
    placements = []
    if found.velodyne_from_ego is not None:
        placements.append(Placement(EGO, LIDAR, found.velodyne_from_ego.inverse()))
    lenses = {}
    for name, projection in found.projections.items():
        # Of its own size KITTI's file says nothing; that of the pose needs none.
        sensor = found.camera_sensor(name, size=(1, 1), ego_from_velodyne=Transform.identity())
        placements.append(Placement(LIDAR, name, sensor.ego_from_sensor))
        lenses[name] = Intrinsics(matrix=projection[:, :3], distortion=np.zeros(0))
    return RigDocument(placements=tuple(placements), lenses=lenses)


def write(document: RigDocument, path: Path) -> None:
    """Write `velodyne`, cameras `image_00` to `image_03` that are rectified, and `ego` as the IMU."""
    cameras = [name for name in _CAMERAS if name in document.lenses]
    if LIDAR not in document.frames or not cameras:
        expected = f"frames {LIDAR} and {_CAMERAS[0]} to {_CAMERAS[-1]} (rename them)"
        raise FormatError(path, "", expected=expected, found=", ".join(document.frames) or "none")
    poses = [_camera_from_lidar(document, name, path) for name in cameras]
    rect_from_lidar = poses[0]
    lines = {}
    for name, pose in zip(cameras, poses, strict=True):
        lens = document.lenses[name]
        if lens.model != "pinhole" or lens.distortion.any():
            raise FormatError(path, name, expected="a rectified camera, without distortion", found="a distorted one")
        if np.abs(pose.rotation - rect_from_lidar.rotation).max() > _SAME_WAY:
            raise FormatError(path, name, expected=f"a camera that looks as {cameras[0]} does", found="another way")
        offset = (pose.translation - rect_from_lidar.translation)[:, None]
        lines[f"P{name[-1]}"] = lens.matrix @ np.hstack([np.eye(3), offset])
    lines["R0_rect"] = np.eye(3)
    lines["Tr_velo_to_cam"] = rect_from_lidar.matrix[:3]
    lidar_from_ego = document.transform(LIDAR, EGO) if EGO in document.frames else None
    if lidar_from_ego is not None:
        lines["Tr_imu_to_velo"] = lidar_from_ego.matrix[:3]
    lost = [name for name in document.frames if name not in (*cameras, LIDAR, EGO)]
    if lost:
        _logger.warning("%s: KITTI has no place for %s", path, ", ".join(lost))
    text = "".join(f"{name}: {' '.join(map(repr, matrix.ravel().tolist()))}\n" for name, matrix in lines.items())
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _camera_from_lidar(document: RigDocument, name: str, path: Path) -> Transform:
    pose = document.transform(name, LIDAR)
    if pose is None:
        raise FormatError(path, name, expected=f"a transform from {LIDAR}", found="none")
    return pose
