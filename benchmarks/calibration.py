"""How honest calibration is: errors beside their Cramer-Rao bound in simulation, and recorded boards.

    python -m benchmarks.calibration                 print the tables of docs/calibration.md
    python -m benchmarks.calibration --write         put them there
    python -m benchmarks.calibration --runs 40       fewer simulated sessions
    python -m benchmarks.calibration --table speed   one table only: simulated, speed, recorded, lidars, edges

Simulated: reflectors at 3-12 m (near) or 4-25 m, range noise 0.1 m, azimuth 0.5 degree, 0.5 px, boards 1 cm; a drawing
is known to 1 degree and 5 cm. Recorded: 29 boards of a camera, a LiDAR and a radar (tudelft_targets), and two LiDARs of
a drive (pandaset_nuscenes).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.kitti_interpolation import DATA as RECORDED
from benchmarks.report import REPOSITORY, write
from calib import (
    Estimate,
    PointDetections,
    Prior,
    RadarDetections,
    calibrate_camera_lidar,
    calibrate_camera_radar,
    calibrate_lidar_radar,
)
from calib.edges.camera_edges import LEAST_PEAK, refine_camera
from calib.estimation.problem import single_points
from calib.estimation.robust import fit_robustly
from calib.estimation.simulation import FLAT, NEAR, SPREAD, Session, simulate_session
from calib.estimation.solver import target_equations
from calib.estimation.start import FORWARD_FROM_CAMERA, consensus_start
from calib.estimation.tangent import AXES, difference, moved, rotation_from_vector, vector_from_rotation
from calib.lidars.drive import calibrate_lidars_of_drive
from calib.targets.boards import reflectors_behind
from sensorann.formats import open_drive
from sensorann.geometry import Transform
from sensorann.scene import Drive, RecalibratedDrive, Rig

DATA = RECORDED / "tudelft_targets" / "optimization" / "data" / "example_data"
DRAWING = {"rotation": np.deg2rad(1.0), "translation": 0.05}
REFLECTOR_DEPTH = 0.105
DOCS = REPOSITORY / "docs" / "calibration.md"


@dataclass(frozen=True)
class Setting:
    """One row of the table of simulated sessions."""

    name: str
    drawing: bool = False
    seen_as: str = "boards"
    options: dict = field(default_factory=dict)


SETTINGS = (
    Setting("boards, near", options={"n": 50, "layout": NEAR}),
    Setting("boards, near, 20 % wrong", options={"n": 50, "layout": NEAR, "wrong_share": 0.2}),
    Setting("boards, near, drawing", drawing=True, options={"layout": NEAR}),
    Setting("boards, near, drawing, 20 % wrong", drawing=True, options={"layout": NEAR, "wrong_share": 0.2}),
    Setting("boards, spread, drawing", drawing=True, options={"layout": SPREAD}),
    Setting("pixels, spread, drawing", drawing=True, seen_as="pixels", options={"layout": SPREAD}),
    Setting("boards, heights measured", options={"layout": SPREAD, "heights": True}),
    Setting("boards, 4D radar", options={"layout": NEAR, "elevation": True}),
    Setting("boards, flat, drawing", drawing=True, options={"layout": FLAT}),
    Setting("boards, flat", options={"layout": FLAT}),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300, help="simulated sessions per row")
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    parser.add_argument("--table", choices=tuple(TABLES), help="one table only")
    options = parser.parse_args()
    tables = {name: TABLES[name](options.runs) for name in ([options.table] if options.table else TABLES)}
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


def simulated_table(n_runs: int) -> str:
    head = f"| {n_runs} sessions each | " + " | ".join(AXES) + " | NEES (95 % band) | flagged | CPU time |"
    return "\n".join([head, "|---|" + "---|" * 9, *(simulated_row(setting, n_runs) for setting in SETTINGS)])


@dataclass(frozen=True)
class Judged:
    """Sessions of one setting together.

    ratios (6,) are error over bound per axis, lost (6,) the axes without an estimate, nees lies within band or not,
    flagged is the share of sessions with an axis that the targets do not tell, seconds are the median session's.
    """

    ratios: NDArray[np.float64]
    lost: NDArray[np.bool_]
    nees: float
    band: tuple[float, float]
    flagged: float
    seconds: float


def judge(setting: Setting, n_runs: int) -> Judged:
    rng = np.random.default_rng(1)
    runs = [run(setting, rng) for _ in range(n_runs)]
    errors, bounds, nees = (np.array([getattr(one, name) for one in runs]) for name in ("error", "bound", "nees"))
    weak = np.mean([[axis in one.found.seen.weak_axes for axis in AXES] for one in runs], axis=0)
    low, high = stats.chi2.ppf([0.025, 0.975], 6 * n_runs) / n_runs
    return Judged(
        ratios=np.sqrt((errors**2).mean(axis=0) / bounds.mean(axis=0)),
        # A drawing tells what the targets do not; without one the axis has no estimate to judge.
        lost=(weak > 0.5) & (not setting.drawing),
        nees=float(nees.mean()),
        band=(low, high),
        flagged=float(np.mean([bool(one.found.seen.weak_axes) for one in runs])),
        seconds=median(one.seconds for one in runs),
    )


def simulated_row(setting: Setting, n_runs: int) -> str:
    judged = judge(setting, n_runs)
    values = ["" if judged.lost.any() else f"{ratio:.2f}" for ratio in judged.ratios]
    shown = ["lost" if gone else value for gone, value in zip(judged.lost, values, strict=True)]
    consistency = "" if judged.lost.any() else f"{judged.nees:.2f} ({judged.band[0]:.2f}-{judged.band[1]:.2f})"
    rest = f"{judged.flagged:.0%} | {1e3 * judged.seconds:.0f} ms"
    return f"| {setting.name} | {' | '.join(shown)} | {consistency} | {rest} |"


@dataclass(frozen=True)
class Run:
    """One session: its estimate beside the truth."""

    found: Estimate
    error: NDArray[np.float64]
    bound: NDArray[np.float64]
    nees: float
    seconds: float


def run(setting: Setting, rng: np.random.Generator) -> Run:
    session = simulate_session(rng, **setting.options)
    prior = drawn_prior(session, rng) if setting.drawing else None
    begin = process_time()
    found = calibrate_camera_radar(getattr(session, setting.seen_as), session.radar, prior=prior)
    seconds = process_time() - begin
    error = difference(found.target_from_source, session.radar_from_camera)
    return Run(found, error, cramer_rao(setting, session), error @ np.linalg.solve(found.covariance, error), seconds)


def drawn_prior(session: Session, rng: np.random.Generator) -> Prior:
    off = rng.normal(size=6) * np.repeat(list(DRAWING.values()), 3)
    return Prior.from_sigmas(moved(session.radar_from_camera, off), **DRAWING)


def cramer_rao(setting: Setting, session: Session) -> NDArray[np.float64]:
    """Least variances (6,) of any unbiased estimator that knows which detections are right."""
    truth = session.radar_from_camera
    problem = single_points(
        getattr(session, setting.seen_as), session.radar, source_name="", target_name="", names=None, prior=None
    ).keep(session.right)
    points = truth.inverse().apply(session.points_radar[session.right])
    information = target_equations(problem, truth, points)[0].sum(axis=0)
    if setting.drawing:
        information = information + np.linalg.inv(Prior.from_sigmas(truth, **DRAWING).covariance)
    return np.diag(np.linalg.pinv(information, hermitian=True))


def speed_table(_n_runs: int) -> str:
    rows = ["| reflectors, 20 % wrong | pose | all that is reported |", "|---|---|---|"]
    for n in (10, 50, 100):
        rng = np.random.default_rng(1)
        times = [speeds(simulate_session(rng, n=n, wrong_share=0.2)) for _ in range(15)]
        pose, whole = (median(column) * 1e3 for column in zip(*times, strict=True))
        rows.append(f"| {n} | {pose:.0f} ms | {whole:.0f} ms |")
    return "\n".join(rows)


def speeds(session: Session) -> tuple[float, float]:
    """CPU seconds of the pose alone, wrong detections left out, and of the whole estimate."""
    problem = single_points(
        session.boards, session.radar, source_name="camera", target_name="radar", names=None, prior=None
    )
    begin = process_time()
    fit_robustly(problem, consensus_start(problem, FORWARD_FROM_CAMERA, height_known=False))
    middle = process_time()
    calibrate_camera_radar(session.boards, session.radar)
    return middle - begin, process_time() - middle


def recorded_table(_n_runs: int) -> str:
    if not DATA.is_dir():
        raise SystemExit(f"no recorded boards at {DATA}: set SENSORANN_DATA")
    rows = [recorded_row(name) for name in ("camera-lidar", "lidar-radar", "camera-radar")]
    head = "| pair | RMSE | published | poses that fit | left out of the set with faults |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


PUBLISHED_CM = {"camera-lidar": 1.525, "lidar-radar": 1.427, "camera-radar": 2.111}


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


def lidars_table(_n_runs: int) -> str:
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


def edges_table(_n_runs: int) -> str:
    drive = open_drive(RECORDED / "pandaset_nuscenes")
    head = (
        "| camera | rig turned by (x, y, z) | left of it (x, y, z) | sigmas (x, y, z) "
        "| on edges: rig, found | not told | CPU time |"
    )
    rows = [edges_row(drive, name, turn) for name in ("CAM_FRONT", "CAM_FRONT_LEFT") for turn in KNOCKS]
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


KNOCKS = ((0.0, 0.0, 0.0), (0.4, -0.6, 0.1), (-0.5, 0.8, 0.0))


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


def rms(offsets: NDArray[np.float64]) -> float:
    return float(np.sqrt((offsets**2).sum(axis=1).mean()))


def read_points(path: Path) -> NDArray[np.float64]:
    return np.loadtxt(path, delimiter=",").T


def read_radar(path: Path) -> RadarDetections:
    x, y = np.loadtxt(path, delimiter=",")
    return RadarDetections(
        ranges=np.hypot(x, y), azimuths=np.arctan2(y, x), sigma_range=0.02, sigma_azimuth=np.deg2rad(0.25)
    )


TABLES = {
    "simulated": simulated_table,
    "speed": speed_table,
    "recorded": recorded_table,
    "lidars": lidars_table,
    "edges": edges_table,
}

if __name__ == "__main__":
    main()
