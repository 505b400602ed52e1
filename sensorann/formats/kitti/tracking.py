"""The layout of KITTI tracking: a folder per kind of data, in it a file or folder per sequence.

`label_02/0000.txt`, `calib/0000.txt`, `oxts/0000.txt`, `velodyne/0000/000000.bin`, `image_02/0000/000000.png`; any of
them may be absent. The root is `training`, `testing`, or the folder that holds them: there a sequence of `training`
goes by its number and one of `testing` by `testing/0000`. Frame i is at i x 100 ms.

The rig has `velodyne` and `image_02` even where their files are absent, so that labels can be placed; asking for a
file that is not there names it. It also has `image_00`, in whose rectified frame KITTI labels lie; where its pictures
are absent (they are not part of the tracking set) it has no instants. Without pictures the size is taken to be
1242 x 375.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.kitti.calibration import read_tracking_calibration
from sensorann.formats.kitti.drive import (
    CAMERAS,
    FRAME_NS,
    IMAGE_SUFFIXES,
    LABEL_CAMERA,
    LIDAR,
    MAX_FRAMES,
    RECTIFIED_CAMERA,
    FileSeries,
    KittiDrive,
    build_rig,
    highest_index,
)
from sensorann.formats.kitti.oxts import poses_from_packets, read_packets
from sensorann.geometry import Trajectory, Transforms
from sensorann.scene import Drive

LAYOUT_NAME = "kitti_tracking"
LANDMARK = "label_02, oxts, velodyne or image_02 with sequences such as 0000, or a training folder with them"

_SEQUENCE = re.compile(r"\d{4}")
_TEXT_FOLDERS = ("label_02", "oxts")
_FILE_FOLDERS = (LIDAR, *CAMERAS)
_TESTING = "testing"


def recognises(path: Path) -> bool:
    """Tell whether a folder holds KITTI tracking sequences, by names alone."""
    return path.is_dir() and bool(drive_names(path))


def drive_names(path: Path) -> list[str]:
    """Names of the sequences below a root, sorted; those of `testing` come as ``testing/0000``."""
    training = path / "training" if (path / "training").is_dir() else path
    names = _sequences(training)
    return sorted(names) + sorted(f"{_TESTING}/{name}" for name in _sequences(path / _TESTING))


def open_drive(path: Path, name: str) -> Drive:
    """Open one sequence.

    Raises
    ------
    FormatError
        When the calibration or the oxts packets are damaged.
    """
    root, sequence = _locate(path, name)
    poses = _poses(root / "oxts" / f"{sequence}.txt")
    n_frames = _count_frames(root, sequence, 0 if poses is None else len(poses))
    times = np.arange(n_frames, dtype=np.int64) * FRAME_NS
    series = {
        LIDAR: FileSeries(folder=root / LIDAR / sequence, digits=6, suffixes=(".bin",), timestamps_ns=times),
        **_camera_series(root, sequence, times),
    }
    calibration_path = root / "calib" / f"{sequence}.txt"
    calibration = read_tracking_calibration(calibration_path) if calibration_path.exists() else None
    rig = build_rig(
        calibration,
        calibration_path=calibration_path,
        imu_path=calibration_path,
        series=series,
        sizes={},
        has_poses=poses is not None,
    )
    trajectory = None if poses is None else Trajectory(times[: len(poses)], poses)
    return KittiDrive(name=sequence, rig=rig, trajectory=trajectory, series=series)


def _sequences(root: Path) -> set[str]:
    names = {entry.stem for folder in _TEXT_FOLDERS for entry in (root / folder).glob("*.txt")}
    for folder in _FILE_FOLDERS:
        if (root / folder).is_dir():
            names |= {entry.name for entry in (root / folder).iterdir() if entry.is_dir()}
    return {name for name in names if _SEQUENCE.fullmatch(name)}


def _locate(path: Path, name: str) -> tuple[Path, str]:
    if name.startswith(f"{_TESTING}/"):
        return path / _TESTING, name.removeprefix(f"{_TESTING}/")
    return (path / "training" if (path / "training").is_dir() else path), name


def _poses(path: Path) -> Transforms | None:
    if not path.exists():
        return None
    packets = read_packets(path)
    if not len(packets):
        raise FormatError(path, "", expected="one oxts packet a line", found="an empty file")
    return poses_from_packets(packets)


def _camera_series(root: Path, sequence: str, times: NDArray[np.int64]) -> dict[str, FileSeries]:
    series = {}
    for name in CAMERAS:
        folder = root / name / sequence
        if folder.is_dir() or name in (LABEL_CAMERA, RECTIFIED_CAMERA):
            own_times = times if folder.is_dir() or name == LABEL_CAMERA else times[:0]
            series[name] = FileSeries(folder=folder, digits=6, suffixes=IMAGE_SUFFIXES, timestamps_ns=own_times)
    return series


def _count_frames(root: Path, sequence: str, n_poses: int) -> int:
    """Frames up to the last one that any file speaks of."""
    highest = [highest_index(root / LIDAR / sequence, (".bin",))]
    highest += [highest_index(root / name / sequence, IMAGE_SUFFIXES) for name in CAMERAS]
    highest.append(_last_labelled_frame(root / "label_02" / f"{sequence}.txt"))
    return max(n_poses, 1 + max(highest))


def _last_labelled_frame(path: Path) -> int:
    """Highest frame number in a label file; what is wrong in it is for the reader of labels to say."""
    if not path.is_file():
        return -1
    firsts = re.findall(rb"^[ \t]*(\d{1,18})\s", path.read_bytes(), flags=re.MULTILINE)
    return max((frame for frame in map(int, firsts) if frame < MAX_FRAMES), default=-1)
