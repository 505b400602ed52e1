"""Builders of tiny KITTI folders: a calibration that is turned and shifted everywhere, a drive along a bend."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.kitti.rows import KittiRow, read_rows, write_rows
from sensorann.scene import Drive

SIZE = (400, 120)
# What labels need beside them.
PARTS = ("calib", "oxts")
# Camera axes (x right, y down, z forward) from LiDAR axes, with a mount that is turned a little about every axis.
CAMERA_FROM_LIDAR = Rotation.from_euler("xyz", [1.5, -2.0, 0.8], degrees=True).as_matrix() @ np.array(
    [[0, -1, 0], [0, 0, -1], [1, 0, 0]], np.float64
)
LIDAR_FROM_IMU = Rotation.from_euler("xyz", [0.4, -0.9, 1.3], degrees=True).as_matrix()
RECTIFICATION = Rotation.from_euler("xyz", [0.2, 0.5, -0.3], degrees=True).as_matrix()
PROJECTIONS = {
    f"P{i}": np.array([[300.0, 0, 200, 300.0 * offset], [0, 300, 60, 0.4], [0, 0, 1, 0.003]])
    if offset
    else np.array([[300.0, 0, 200, 0], [0, 300, 60, 0], [0, 0, 1, 0]])
    for i, offset in enumerate((0.0, -0.54, 0.06, -0.47))
}


def numbers(values) -> str:
    return " ".join(f"{value:.12e}" for value in np.ravel(values))


def calibration_text(
    *, colon="", rect="R_rect", lidar="Tr_velo_cam", imu="Tr_imu_velo", rotation=RECTIFICATION, without=()
) -> str:
    lines = {name: f"{name}: {numbers(matrix)}" for name, matrix in PROJECTIONS.items()}
    lines[rect] = f"{rect}{colon} {numbers(rotation)}"
    camera_from_lidar = np.column_stack([CAMERA_FROM_LIDAR, [0.01, -0.07, -0.27]])
    lines[lidar] = f"{lidar}{colon} {numbers(camera_from_lidar)}"
    lines[imu] = f"{imu}{colon} {numbers(np.column_stack([LIDAR_FROM_IMU, [-0.8, 0.3, -0.8]]))}"
    return "".join(f"{line}\n" for name, line in lines.items() if name not in without)


def oxts_text(n_frames, *, speed=8.0) -> str:
    """Packets of a car on a bend, 100 ms apart, rolling and pitching a little."""
    lines = []
    for i in range(n_frames):
        yaw = 0.3 + 0.02 * i
        latitude, longitude = 49.0 + 1e-6 * speed * i * np.sin(yaw), 8.4 + 1e-6 * speed * i * np.cos(yaw)
        pose = [latitude, longitude, 112.0 + 0.01 * i, 0.02, -0.01, yaw]
        lines.append(" ".join(f"{value:.12f}" for value in pose) + " 0" * 24 + "\n")
    return "".join(lines)


def make_row(
    *,
    frame=0,
    track_id=17,
    type="Car",
    location=(2.0, 1.6, 15.0),
    size=(1.5, 1.7, 4.2),
    rotation_y=0.4,
    image_box=(10.0, 20.0, 110.5, 60.25),
    truncated=0,
    occluded=1,
    alpha=-1.25,
    score=None,
) -> KittiRow:
    return KittiRow(
        frame=frame,
        track_id=track_id,
        type=type,
        truncated=truncated,
        occluded=occluded,
        alpha=alpha,
        image_box=image_box,
        size=size,
        location=location,
        rotation_y=rotation_y,
        score=score,
    )


def dont_care_row(*, frame=0, image_box=(5.0, 6.0, 50.0, 40.0)) -> KittiRow:
    return KittiRow(frame=frame, track_id=-1, type="DontCare", occluded=-1, image_box=image_box)


def write_tracking(
    root: Path,
    *,
    sequence="0000",
    n_frames=5,
    parts=("calib", "oxts", "velodyne", "image_02", "label_02"),
    rows=(),
    calibration=None,
) -> Path:
    """Write `root/training` with one sequence and return it."""
    training = root / "training"
    if "calib" in parts:
        write_text(training / "calib" / f"{sequence}.txt", calibration or calibration_text())
    if "oxts" in parts:
        write_text(training / "oxts" / f"{sequence}.txt", oxts_text(n_frames))
    if "label_02" in parts:
        write_rows(list(rows), training / "label_02" / f"{sequence}.txt")
    for i in range(n_frames):
        if "velodyne" in parts:
            write_points(training / "velodyne" / sequence / f"{i:06d}.bin", n_points=10 + i)
        for name in parts:
            if name.startswith("image_"):
                write_picture(training / name / sequence / f"{i:06d}.png", grey=i)
    return training


def open_tracking(root: Path, **options) -> Drive:
    return open_drive(write_tracking(root, **options))


def write_text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_points(path: Path, *, n_points) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.arange(n_points * 4, dtype="<f4").tofile(path)


def write_picture(path: Path, *, grey=0, size=SIZE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), grey, np.uint8))


def stamps_text(n, *, start_ns=951_199_337, step_ns=103_000_001) -> str:
    """Instants after 2011-09-26 13:02:25, with all nine digits."""
    lines = []
    for i in range(n):
        seconds, nanoseconds = divmod(start_ns + i * step_ns, 1_000_000_000)
        lines.append(f"2011-09-26 13:02:{25 + seconds:02d}.{nanoseconds:09d}\n")
    return "".join(lines)


def write_raw(
    root: Path,
    *,
    name="2011_09_26_drive_0005_sync",
    n_frames=4,
    parts=("calib", "oxts", "velodyne_points", "image_02"),
    stamps=True,
) -> Path:
    """Write a day with one drive and return the day's folder."""
    day = root / "2011_09_26"
    drive = day / name
    day.mkdir(parents=True, exist_ok=True)
    if "calib" in parts:
        write_raw_calibration(day)
    for part, start_ns in (("oxts", 964_199_337), ("velodyne_points", 951_199_337), ("image_02", 945_000_000)):
        if part not in parts:
            continue
        (drive / part / "data").mkdir(parents=True)
        if stamps:
            write_text(drive / part / "timestamps.txt", stamps_text(n_frames, start_ns=start_ns))
        packets = oxts_text(n_frames).splitlines()
        for i in range(n_frames):
            stem = drive / part / "data" / f"{i:010d}"
            if part == "oxts":
                write_text(stem.with_suffix(".txt"), packets[i] + "\n")
            elif part == "velodyne_points":
                write_points(stem.with_suffix(".bin"), n_points=10 + i)
            else:
                write_picture(stem.with_suffix(".png"), grey=i)
    return day


def write_raw_calibration(day: Path) -> None:
    cameras = "calib_time: 09-Jan-2012 13:57:47\ncorner_dist: 9.95e-02\n"
    cameras += f"R_rect_00: {numbers(RECTIFICATION)}\n"
    for i in range(4):
        cameras += f"S_rect_0{i}: 4.1e+02 1.3e+02\nP_rect_0{i}: {numbers(PROJECTIONS[f'P{i}'])}\n"
    write_text(day / "calib_cam_to_cam.txt", cameras)
    lidar = f"calib_time: 15-Mar-2012 11:37:16\nR: {numbers(CAMERA_FROM_LIDAR)}\nT: 0.01 -0.07 -0.27\n"
    write_text(day / "calib_velo_to_cam.txt", lidar)
    write_text(day / "calib_imu_to_velo.txt", f"R: {numbers(LIDAR_FROM_IMU)}\nT: -0.8 0.3 -0.8\n")


def round_trip(rows: list[KittiRow], drive: Drive, folder: Path) -> list[KittiRow]:
    """Rows that come back after reading and writing."""
    write_rows(rows, folder / "in.txt")
    write_labels(read_labels(folder / "in.txt", drive=drive), folder / "out.txt", drive=drive)
    return read_rows(folder / "out.txt")
