"""29 recorded boards of a camera, a LiDAR and a radar (tudelft_targets), pair by pair beside the published figures.

    python -m benchmarks.recorded_boards [--write]

`--write` puts the table into docs/calibration.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration import DOCS
from benchmarks.kitti_interpolation import DATA as RECORDED
from benchmarks.report import write
from calib import (
    Estimate,
    PointDetections,
    RadarDetections,
    calibrate_camera_lidar,
    calibrate_camera_radar,
    calibrate_lidar_radar,
)
from calib.targets.boards import reflectors_behind

DATA = RECORDED / "tudelft_targets" / "optimization" / "data" / "example_data"
REFLECTOR_DEPTH = 0.105
PUBLISHED_CM = {"camera-lidar": 1.525, "lidar-radar": 1.427, "camera-radar": 2.111}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    options = parser.parse_args()
    table = recorded_table()
    print(table)
    if options.write:
        write({"recorded": table}, DOCS)


def recorded_table() -> str:
    if not DATA.is_dir():
        raise SystemExit(f"no recorded boards at {DATA}: set SENSORANN_DATA")
    rows = [recorded_row(name) for name in ("camera-lidar", "lidar-radar", "camera-radar")]
    head = "| pair | RMSE | published | poses that fit | left out of the set with faults |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def recorded_row(pair: str) -> str:
    clean, faulty = (estimate_recorded(pair, DATA, suffix) for suffix in ("", "_with_error"))
    rejected = ", ".join(item.name for item in faulty.rejected)
    rmse = recorded_rmse(pair, clean, DATA) * 100
    return f"| {pair} | {rmse:.3f} cm | {PUBLISHED_CM[pair]} cm | {len(clean.modes)} | {rejected} |"


def estimate_recorded(pair: str, folder: Path, suffix: str = "") -> Estimate:
    """Estimate from the recorded boards; the files with faults are those of LiDAR and radar."""
    camera, lidar = read_points(folder / "camera.csv"), read_points(folder / f"lidar{suffix}.csv")
    boards = np.arange(len(camera)) // 4
    if pair == "camera-lidar":
        return calibrate_camera_lidar(
            PointDetections.isotropic(camera, 0.01), PointDetections.isotropic(lidar, 0.01), boards=boards
        )
    calibrate, points = (calibrate_lidar_radar, lidar) if pair == "lidar-radar" else (calibrate_camera_radar, camera)
    reflectors = reflectors_behind(points, boards, depth=REFLECTOR_DEPTH, sigma=0.01)
    return calibrate(reflectors, read_radar(folder / f"radar{suffix}.csv"))


def recorded_rmse(pair: str, found: Estimate, folder: Path) -> float:
    """Root mean square distance of the boards' points, in the plane of the radar where one is part of the pair."""
    camera, lidar = read_points(folder / "camera.csv"), read_points(folder / "lidar.csv")
    if pair == "camera-lidar":
        return rms(found.target_from_source.apply(camera) - lidar)
    points = lidar if pair == "lidar-radar" else camera
    reflectors = reflectors_behind(points, np.arange(len(points)) // 4, depth=REFLECTOR_DEPTH, sigma=0.01)
    placed = found.target_from_source.apply(reflectors.points)
    # A radar measures the slant range: the point is turned down into its plane, as the publication does.
    in_plane = placed[:, :2] * (np.linalg.norm(placed, axis=1) / np.linalg.norm(placed[:, :2], axis=1))[:, None]
    return rms(in_plane - read_radar(folder / "radar.csv").positions()[:, :2])


def rms(offsets: NDArray[np.float64]) -> float:
    return float(np.sqrt((offsets**2).sum(axis=1).mean()))


def read_points(path: Path) -> NDArray[np.float64]:
    return np.loadtxt(path, delimiter=",").T


def read_radar(path: Path) -> RadarDetections:
    x, y = np.loadtxt(path, delimiter=",")
    return RadarDetections(
        ranges=np.hypot(x, y), azimuths=np.arctan2(y, x), sigma_range=0.02, sigma_azimuth=np.deg2rad(0.25)
    )


if __name__ == "__main__":
    main()
