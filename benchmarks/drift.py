"""How well labels tell that a camera has moved: false alarms and power in simulation, and recorded drives.

python -m benchmarks.drift             print the tables of docs/calibration.md
python -m benchmarks.drift --write     put them there
python -m benchmarks.drift --runs 100  fewer simulated drives per row
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.calibration_drives import turned_rig
from benchmarks.kitti_interpolation import DATA
from benchmarks.report import REPOSITORY, write
from calib.drift.finding import Drift, find_drift
from calib.drift.labelled import labelled_pairs
from calib.drift.pictured import pictured
from calib.drift.radar import find_radar_drift
from calib.drift.returns import labelled_returns
from calib.drift.simulated import simulate_pairs
from calib.estimation.simulation import simulated_camera
from sensorann.errors import CalibrationError
from sensorann.scene import Drive, Labels, Sweep
from sensorann.simulate import simulate_drive

DOCS = REPOSITORY / "docs" / "calibration.md"
VERDICTS = ("as calibrated", "the camera has turned", "the clock is off", "turned or clock off")
TURNED_DEG = 0.3
CAMERA, RADAR = "image_02", "RADAR_FRONT"


@dataclass(frozen=True)
class Setting:
    """One row: what has changed, and how it is drawn."""

    name: str
    options: dict = field(default_factory=dict)


def yaw(degrees: float) -> dict:
    return {"turn": np.deg2rad([0.0, degrees, 0.0])}


SETTINGS = (
    Setting("nothing, 30 objects", {"n_objects": 30}),
    Setting("nothing"),
    Setting("nothing, 5 boxes each", {"n_boxes": 5}),
    Setting("yaw 0.1 degree", yaw(0.1)),
    Setting("yaw 0.2 degree", yaw(0.2)),
    Setting("yaw 0.3 degree, 30 objects", {"n_objects": 30, **yaw(0.3)}),
    Setting("20 ms, winding road", {"delay": 0.02, "yaw_rate": 0.3}),
    Setting("20 ms, straight road", {"delay": 0.02}),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000, help="simulated drives per row")
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    options = parser.parse_args()
    tables = {
        "drift": simulated_table(options.runs),
        "drives": drives_table(max(options.runs // 50, 4)),
        "recorded drift": recorded_table(),
        "radar drift": radars_table(max(options.runs // 50, 4)),
    }
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


def simulated_table(n_runs: int) -> str:
    head = f"| {n_runs} drives of 100 objects each; what changed | {' | '.join(VERDICTS)} | sigma of the turn about y |"
    return "\n".join([head, "|---|---|---|---|---|---|", *(simulated_row(setting, n_runs) for setting in SETTINGS)])


def simulated_row(setting: Setting, n_runs: int) -> str:
    found = simulated_drifts(setting.options, n_runs)
    counts = Counter(one.verdict for one in found)
    shares = " | ".join(f"{counts[verdict] / n_runs:.1%}" for verdict in VERDICTS)
    sigma = np.rad2deg(median(one.turn_sigmas[1] for one in found))
    return f"| {setting.name} | {shares} | {sigma:.3f} deg |"


def simulated_drifts(options: dict, n_runs: int) -> list[Drift]:
    rng = np.random.default_rng(1)
    return [find_drift(simulate_pairs(rng, simulated_camera(), **options)) for _ in range(n_runs)]


def drives_table(n_drives: int) -> str:
    """Whole simulated drives of 30 s through a town with bends, instead of objects drawn one by one."""
    drives = [simulate_drive(seed=seed, n_frames=300, n_actors=60) for seed in range(n_drives)]
    head = f"| {n_drives} drives through a town; what changed | {' | '.join(VERDICTS)} | delay found | its sigma |"
    rows = [drives_row(name, drives, **options) for name, options in DRIVES.items()]
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


DRIVES = {"nothing": {}, "20 ms": {"delay": 0.02}, "yaw 0.3 degree": yaw(0.3)}


def drives_row(name: str, drives: list[tuple[Drive, Labels]], **options) -> str:
    found = pictured_drifts(drives, **options)
    counts = Counter(one.verdict for one in found)
    shares = " | ".join(f"{counts[verdict]} of {len(drives)}" for verdict in VERDICTS)
    delay, sigma = median(one.delay for one in found), median(one.delay_sigma for one in found)
    return f"| {name} | {shares} | {1e3 * delay:+.1f} ms | {1e3 * sigma:.1f} ms |"


def pictured_drifts(drives: list[tuple[Drive, Labels]], **options) -> list[Drift]:
    """What is found when the pictures of each drive were labelled as they come from a camera that has changed."""
    return [
        find_drift(
            labelled_pairs(
                drive, pictured(drive, labels, "CAM_FRONT", rng=np.random.default_rng(seed), **options), "CAM_FRONT"
            )
        )
        for seed, (drive, labels) in enumerate(drives)
    ]


def radars_table(n_drives: int) -> str:
    """Whole simulated drives, whose rig says that the radar looks elsewhere than it does."""
    simulated = (simulate_drive(seed=seed, n_frames=300, n_actors=60) for seed in range(n_drives))
    drives = [(Scanned(drive), labels) for drive, labels in simulated]
    head = (
        f"| {n_drives} drives through a town; the radar has turned by | as calibrated | it has turned | too few movers "
    )
    rows = [radars_row(degrees, drives) for degrees in (0.0, 0.5, 1.0)]
    return "\n".join([f"{head}| turn found, median | its sigma |", "|---|---|---|---|---|---|", *rows])


def radars_row(degrees: float, drives: list[tuple[Scanned, Labels]]) -> str:
    found, few = [], 0
    for drive, labels in drives:
        turned = turned_rig(drive, RADAR, (0.0, 0.0, -degrees))
        try:
            found.append(find_radar_drift(labelled_returns(turned, labels, RADAR)))
        except CalibrationError:
            few += 1  # fewer than ten movers
    n_turned = sum(one.verdict != "as calibrated" for one in found)
    yaw, sigma = (np.rad2deg(median(getattr(one, name) for one in found)) for name in ("yaw", "sigma"))
    return f"| {degrees:g} deg | {len(found) - n_turned} | {n_turned} | {few} | {yaw:+.2f} deg | {sigma:.2f} deg |"


def recorded_table() -> str:
    training = DATA / "kitti_tracking" / "training"
    if not training.is_dir():
        raise SystemExit(f"no recorded drives at {training}: set SENSORANN_DATA")
    rows = ["| drive | objects | as it is | turn about y | camera turned | turn about y |", "|---|---|---|---|---|---|"]
    for path in sorted((training / "label_02").glob("*.txt")):
        drive = sa.open_drive(f"{training}#{path.stem}")
        labels = sa.read_labels(path, drive=drive)
        try:
            as_is, turned = (
                find_drift(labelled_pairs(one, labels, CAMERA))
                for one in (drive, turned_rig(drive, CAMERA, (0.0, -TURNED_DEG, 0.0)))
            )
        except CalibrationError:
            continue  # fewer than ten objects
        rows.append(f"| {path.stem} | {as_is.n_objects} | {shown(as_is)} | {shown(turned)} |")
    return "\n".join(rows)


def shown(found: Drift) -> str:
    angle, sigma = np.rad2deg([found.turn[1], found.turn_sigmas[1]])
    return f"{found.verdict} | {angle:+.3f} +- {sigma:.3f} deg"


class Scanned:
    """A drive of which only every third scan of the radar is kept, in memory: looking at a simulated one takes long."""

    def __init__(self, drive: Drive) -> None:
        self.name, self.rig, self.trajectory = drive.name, drive.rig, drive.trajectory
        self._times = drive.timestamps_ns(RADAR)[::3]
        self._sweeps = [drive.sweep(RADAR, row) for row in range(0, len(drive.timestamps_ns(RADAR)), 3)]

    def timestamps_ns(self, _sensor: str) -> NDArray[np.int64]:
        return self._times

    def sweep(self, _sensor: str, index: int) -> Sweep:
        return self._sweeps[index]


if __name__ == "__main__":
    main()
