"""Calibration without targets on a recorded drive (pandaset_nuscenes): two LiDARs, and cameras that were turned.

python -m benchmarks.calibration_drives                 print the tables of docs/calibration.md
python -m benchmarks.calibration_drives --write         put them there
python -m benchmarks.calibration_drives --table edges   one table only: lidars, edges
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import pairwise
from time import process_time

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration import DOCS
from benchmarks.kitti_interpolation import DATA as RECORDED
from benchmarks.report import write
from calib.edges.camera_edges import LEAST_PEAK, refine_camera
from calib.estimation.tangent import difference, rotation_from_vector, vector_from_rotation
from calib.lidars.drive import calibrate_lidars_of_drive
from sensorann.formats import open_drive
from sensorann.geometry import Transform
from sensorann.scene import Drive, RecalibratedDrive, Rig

KNOCKS = ((0.0, 0.0, 0.0), (0.4, -0.6, 0.1), (-0.5, 0.8, 0.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=tuple(TABLES), help="one table only")
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    options = parser.parse_args()
    tables = {name: TABLES[name]() for name in ([options.table] if options.table else TABLES)}
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


def lidars_table() -> str:
    drive = open_drive(RECORDED / "pandaset_nuscenes")
    said = drive.rig["LIDAR_TOP"].ego_from_sensor.inverse() @ drive.rig["LIDAR_FRONT"].ego_from_sensor
    moving = fastest(drive, "LIDAR_TOP")
    head = (
        f"| sweeps, the vehicle at {100 * moving[0]:.0f} cm/s and {np.rad2deg(moving[1]):.2f} deg/s at most "
        "| points on common surfaces | scatter about them | beside the data set's own pose | largest sigmas "
        "| near and far points differ by | chi-square of what is beside, 6 is usual | CPU time |"
    )
    rows = []
    for n_instants in (1, 5):
        begin = process_time()
        found = calibrate_lidars_of_drive(drive, "LIDAR_FRONT", "LIDAR_TOP", n_instants=n_instants)
        seconds = process_time() - begin
        off = difference(found.target_from_source, said)
        sigmas = np.sqrt(np.diag(found.covariance))
        known = f"{np.rad2deg(sigmas[:3].max()):.2f} deg, {100 * sigmas[3:].max():.1f} cm"
        common = f"{found.overlap:.0%} | {100 * found.sigma:.1f} cm"
        chi2 = off @ np.linalg.solve(found.covariance, off)
        beside = f"{step_length(off)} | {known} | {step_length(found.near_far)} | {chi2:.1f}"
        rows.append(f"| {n_instants} | {common} | {beside} | {seconds:.1f} s |")
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])


def step_length(step: NDArray[np.float64]) -> str:
    return f"{np.rad2deg(np.linalg.norm(step[:3])):.2f} deg, {100 * np.linalg.norm(step[3:]):.1f} cm"


def fastest(drive: Drive, sensor: str) -> tuple[float, float]:
    """Largest speed (m/s) and turning speed (rad/s) of a drive's vehicle from sweep to sweep of a sensor."""
    times = drive.timestamps_ns(sensor)
    poses, seconds = drive.trajectory.sample(times), 1e-9 * np.diff(times)
    speeds = np.linalg.norm(np.diff(poses.translations, axis=0), axis=1) / seconds
    turns = [vector_from_rotation(a.T @ b) for a, b in pairwise(poses.rotations)]
    return float(speeds.max()), float((np.linalg.norm(turns, axis=1) / seconds).max())


def edges_table() -> str:
    drive = open_drive(RECORDED / "pandaset_nuscenes")
    head = (
        "| camera | rig turned by (x, y, z) | left of it (x, y, z) | sigmas (x, y, z) "
        "| on edges: rig, found | not told | CPU time |"
    )
    rows = [edges_row(drive, name, turn) for name in ("CAM_FRONT", "CAM_FRONT_LEFT") for turn in KNOCKS]
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def edges_row(drive: Drive, camera: str, degrees: tuple[float, float, float]) -> str:
    truth = drive.rig[camera].ego_from_sensor
    begin = process_time()
    found = refine_camera(turned_rig(drive, camera, degrees), camera, "LIDAR_TOP", n_pictures=6)
    seconds = process_time() - begin
    left = np.rad2deg(vector_from_rotation(truth.rotation.T @ found.ego_from_sensor.rotation))
    lost = ", ".join(name for name, peak in zip("xyz", found.peaks, strict=True) if peak < LEAST_PEAK)
    knock, rest = ", ".join(f"{one:+.1f}" for one in degrees), ", ".join(f"{one:+.2f}" for one in left)
    known = ", ".join(f"{one:.2f}" for one in np.rad2deg(found.sigmas))
    on_edges = f"{found.share_before:.0%}, {found.share:.0%}"
    return f"| {camera} | {knock} deg | {rest} deg | {known} deg | {on_edges} | {lost} | {seconds:.1f} s |"


def turned_rig(drive: Drive, name: str, degrees: tuple[float, float, float]) -> Drive:
    """The same drive, whose rig says that a sensor is turned about its own axes."""
    turn = Transform(rotation_from_vector(np.deg2rad(degrees)), np.zeros(3))
    sensors = [
        replace(one, ego_from_sensor=one.ego_from_sensor @ turn) if one.name == name else one
        for one in drive.rig.sensors
    ]
    return RecalibratedDrive(drive, Rig(tuple(sensors)))


TABLES = {"lidars": lidars_table, "edges": edges_table}

if __name__ == "__main__":
    main()
