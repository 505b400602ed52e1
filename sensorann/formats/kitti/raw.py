"""The layout of KITTI raw: a folder per recording day with its calibration, in it a folder per drive.

`2011_09_26/2011_09_26_drive_0005_sync/{velodyne_points,image_02,oxts}/{data,timestamps.txt}` and
`2011_09_26/calib_{cam_to_cam,velo_to_cam,imu_to_velo}.txt`. The path may be a drive, a day, or a folder of days; a
drive without a day's folder is opened with the calibration beside it, if any. Only synced, rectified drives are read.

Instants are those of `timestamps.txt`, digit by digit, taken as UTC. Files without that list get 100 ms a frame from
0 on, with a warning. Where a sensor's first or last instant lies just outside the oxts packets (by some ten
milliseconds in every drive), the trajectory is continued at constant velocity, by one frame at most.
"""

from __future__ import annotations

import calendar
import logging
import re
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.kitti.calibration import IMU_CALIBRATION, KittiCalibration, read_raw_calibration
from sensorann.formats.kitti.drive import (
    CAMERAS,
    FRAME_NS,
    IMAGE_SUFFIXES,
    LABEL_CAMERA,
    LIDAR,
    RECTIFIED_CAMERA,
    FileSeries,
    KittiDrive,
    build_rig,
    highest_index,
)
from sensorann.formats.kitti.oxts import poses_from_packets, read_packets
from sensorann.geometry import Trajectory, Transforms
from sensorann.geometry.rotations import interpolate_rotations
from sensorann.scene import Drive

LAYOUT_NAME = "kitti_raw"
LANDMARK = "velodyne_points/data, image_02/data or oxts/data of a ..._drive_NNNN_sync folder, or a folder of those"

_DATA_FOLDERS = ("velodyne_points", *CAMERAS, "oxts")
_CALIBRATION = "calib_cam_to_cam.txt"
_DATA_FILE = re.compile(r"\d{10}\.(bin|png|jpe?g|txt)", re.ASCII)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,9}))?", re.ASCII)

_log = logging.getLogger(__name__)


def recognises(path: Path) -> bool:
    """Tell whether a folder is a KITTI raw drive, a day of them, or a folder of days, by names alone."""
    return path.is_dir() and bool(_drives(path))


def drive_names(path: Path) -> list[str]:
    """Names of the drives at or below a path, sorted."""
    return sorted(_drives(path))


def open_drive(path: Path, name: str) -> Drive:
    """Open one drive.

    Raises
    ------
    FormatError
        When timestamps, packets or the calibration are damaged, a file has no timestamp, or the drive is an
        unrectified `_extract`.
    """
    folder = _drives(path)[name]
    if name.endswith("_extract"):
        raise FormatError(folder, "", expected="a synced and rectified drive (..._sync)", found="an _extract one")
    calibration, sizes = _read_calibration(folder.resolve().parent)
    oxts_times = _timestamps_ns(folder / "oxts", (".txt",))
    series = _all_series(folder, oxts_times)
    trajectory = _read_trajectory(folder / "oxts", oxts_times)
    if trajectory is not None:
        instants = np.concatenate([own.timestamps_ns for own in series.values()])
        trajectory = _continued(trajectory, int(instants.min()), int(instants.max()))
    rig = build_rig(
        calibration,
        calibration_path=folder.resolve().parent / _CALIBRATION,
        imu_path=folder.resolve().parent / IMU_CALIBRATION,
        series=series,
        sizes=sizes,
        has_poses=trajectory is not None,
    )
    return KittiDrive(name=name, rig=rig, trajectory=trajectory, series=series)


def _drives(path: Path) -> dict[str, Path]:
    if _is_drive(path):
        return {path.resolve().name: path}
    below = [entry for entry in path.iterdir() if entry.is_dir()]
    # A day holds drives, a folder of days holds days with their calibration.
    days = [path, *(entry for entry in below if (entry / _CALIBRATION).is_file())]
    return {entry.name: entry for day in days for entry in day.iterdir() if _is_drive(entry)}


def _is_drive(path: Path) -> bool:
    folders = (path / name / "data" for name in _DATA_FOLDERS)
    return any(_DATA_FILE.fullmatch(entry.name) for folder in folders if folder.is_dir() for entry in folder.iterdir())


def _read_calibration(day: Path) -> tuple[KittiCalibration | None, dict[str, tuple[int, int]]]:
    return read_raw_calibration(day) if (day / _CALIBRATION).is_file() else (None, {})


def _all_series(folder: Path, oxts_times: NDArray[np.int64]) -> dict[str, FileSeries]:
    """Files of every sensor; `velodyne` and `image_02` are there even without files, at another part's instants."""
    folders = {LIDAR: folder / "velodyne_points", **{name: folder / name for name in CAMERAS}}
    times = {
        name: _timestamps_ns(own, (".bin",) if name == LIDAR else IMAGE_SUFFIXES)
        for name, own in folders.items()
        if own.is_dir()
    }
    of_frames = next((own for own in (oxts_times, *times.values()) if len(own)), oxts_times)
    for name, otherwise in ((LIDAR, of_frames), (LABEL_CAMERA, of_frames), (RECTIFIED_CAMERA, of_frames[:0])):
        times.setdefault(name, otherwise)
    return {
        name: FileSeries(
            folder=folders[name] / "data",
            digits=10,
            suffixes=(".bin",) if name == LIDAR else IMAGE_SUFFIXES,
            timestamps_ns=times[name],
        )
        for name in (LIDAR, *CAMERAS)
        if name in times
    }


def _timestamps_ns(folder: Path, suffixes: tuple[str, ...]) -> NDArray[np.int64]:
    path = folder / "timestamps.txt"
    n_frames = highest_index(folder / "data", suffixes) + 1
    if path.is_file():
        times = read_timestamps_ns(path)
        if len(times) < n_frames:
            expected = f"an instant for each of the {n_frames} numbers up to the last file in {folder / 'data'}"
            raise FormatError(path, "", expected=expected, found=f"{len(times)}")
        return times
    if n_frames:
        _log.warning("%s does not exist: its %d frames are taken to be 100 ms apart, from 0 on", path, n_frames)
    return np.arange(n_frames, dtype=np.int64) * FRAME_NS


def read_timestamps_ns(path: Path) -> NDArray[np.int64]:
    """Read a `timestamps.txt`: one instant a line, such as ``2011-09-26 13:02:25.951199337``.

    Returns
    -------
    (N,) int64, ns since the Unix epoch, the text taken as UTC

    Raises
    ------
    FormatError
        When a line is no instant, or not later than the one before.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    stamps: list[int] = []
    for i_line, line in enumerate(lines, start=1):
        stamp = _stamp_ns(line.strip())
        if stamp is None:
            expected = "an instant such as 2011-09-26 13:02:25.951199337"
            raise FormatError(path, f"line {i_line}", expected=expected, found=f"{line[:40]!r}")
        if stamps and stamp <= stamps[-1]:
            expected = "an instant later than the one before"
            raise FormatError(path, f"line {i_line}", expected=expected, found=f"{line[:40]!r}")
        stamps.append(stamp)
    return np.array(stamps, np.int64)


def _stamp_ns(text: str) -> int | None:
    match = _STAMP.fullmatch(text)
    if not match:
        return None
    try:
        seconds = calendar.timegm(time.strptime(match[1], "%Y-%m-%d %H:%M:%S"))
    except ValueError:
        return None
    return seconds * 1_000_000_000 + int((match[2] or "0").ljust(9, "0"))


def _read_trajectory(folder: Path, times: NDArray[np.int64]) -> Trajectory | None:
    n_packets = highest_index(folder / "data", (".txt",)) + 1
    if not n_packets:
        return None
    present = [i for i in range(n_packets) if (folder / "data" / f"{i:010d}.txt").is_file()]
    if not present:
        raise FormatError(
            folder / "data", "", expected="packets named like 0000000000.txt", found=f"{n_packets - 1}.txt"
        )
    n_absent = present[-1] - present[0] + 1 - len(present)
    if n_absent:
        _log.warning("%s: %d oxts packets are absent; the ego poses are interpolated there", folder / "data", n_absent)
    packets = np.concatenate([_one_packet(folder / "data" / f"{i:010d}.txt") for i in present])
    return Trajectory(times[present], poses_from_packets(packets))


def _one_packet(path: Path) -> NDArray[np.float64]:
    packets = read_packets(path)
    if len(packets) != 1:
        raise FormatError(path, "", expected="one line with one oxts packet", found=f"{len(packets)} lines")
    return packets


def _continued(trajectory: Trajectory, start_ns: int, end_ns: int) -> Trajectory:
    """Continue both ends at constant velocity up to the given instants, by one frame at most."""
    first, last = trajectory.start_ns, trajectory.end_ns
    if len(trajectory.timestamps_ns) < 2:
        return trajectory
    if 0 < first - start_ns <= FRAME_NS:
        before = _pose_beyond(trajectory, start_ns, end=0, inner=1)
        trajectory = _joined(Trajectory(np.array([start_ns]), before), trajectory)
    if 0 < end_ns - last <= FRAME_NS:
        after = _pose_beyond(trajectory, end_ns, end=-1, inner=-2)
        trajectory = _joined(trajectory, Trajectory(np.array([end_ns]), after))
    return trajectory


def _pose_beyond(trajectory: Trajectory, timestamp_ns: int, *, end: int, inner: int) -> Transforms:
    times, poses = trajectory.timestamps_ns, trajectory.world_from_ego
    # Above 1: the line from the inner pose through the end one goes on.
    fraction = int(timestamp_ns - times[inner]) / int(times[end] - times[inner])
    rotations = interpolate_rotations(poses.rotations[[inner]], poses.rotations[[end]], [fraction])
    start, stop = poses.translations[inner], poses.translations[end]
    return Transforms(rotations, (start + fraction * (stop - start))[None])


def _joined(left: Trajectory, right: Trajectory) -> Trajectory:
    rotations, translations = (
        np.concatenate([getattr(part.world_from_ego, name) for part in (left, right)])
        for name in ("rotations", "translations")
    )
    return Trajectory(np.concatenate([left.timestamps_ns, right.timestamps_ns]), Transforms(rotations, translations))
