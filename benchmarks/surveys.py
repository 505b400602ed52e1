"""How well a drive without labels tells that a sensor has moved: false alarms and power, recorded and simulated.

    python -m benchmarks.surveys [--drives 4] [--write]

Recorded: PandaSet, the only recording at hand that has pictures or a second LiDAR beside a LiDAR. Simulated: drives
through a town with moving vehicles, and two LiDARs of which one looks aside. `--write` puts the tables into
docs/calibration.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration import DOCS
from benchmarks.calibration_drives import turned_rig
from benchmarks.kitti_interpolation import DATA as RECORDED
from benchmarks.report import write
from calib.estimation.tangent import rotation_from_vector
from calib.rigs.survey import Checked, survey_rig
from calib.rigs.survey_file import axes_text
from sensorann.formats import open_drive
from sensorann.geometry import Trajectory, Transform
from sensorann.scene import Drive, RecalibratedDrive, Rig, Sensor, Sweep
from sensorann.simulate import simulate_drive
from sensorann.simulate.lidar import LidarModel, cast_sweep
from sensorann.simulate.world import draw_world

# Degrees about the own axes of a sensor.
TURN = (0.0, 1.0, 1.0)
CAMERAS = ("CAM_FRONT", "CAM_FRONT_LEFT", "CAM_FRONT_RIGHT")
TOP = Transform.from_yaw(0.1, [0.2, 0.0, 1.9])
SIDE = Transform(rotation_from_vector([0, 0, -2.2]) @ rotation_from_vector([0, 0.44, 0]), np.array([0.6, -0.9, 1.4]))
BEAMS = LidarModel(n_beams=40, n_columns=720, range_noise=0.02, dropout=0.02)


@dataclass(frozen=True)
class Change:
    """What a rig says wrongly of a sensor: degrees about its own axes, metres along those of the vehicle."""

    name: str
    degrees: tuple[float, float, float] = (0.0, 0.0, 0.0)
    metres: tuple[float, float, float] = (0.0, 0.0, 0.0)


NOTHING = Change("nothing")
CHANGES = {
    "a camera": (NOTHING, Change("yaw 0.3 degree", (0, 0.3, 0)), Change("yaw 1 degree", (0, 1.0, 0))),
    "a radar": (NOTHING, Change("yaw 0.3 degree", (0, 0, 0.3)), Change("yaw 1 degree", (0, 0, 1.0))),
    "a second LiDAR": (NOTHING, Change("yaw 1 degree", (0, 0, 1.0)), Change("20 cm", metres=(0, 0.2, 0))),
}


@dataclass
class Remembered:
    """A drive whose pictures and sweeps are made once."""

    drive: Drive
    images: dict[tuple[str, int], NDArray[np.uint8]] = field(default_factory=dict)
    sweeps: dict[tuple[str, int], Sweep] = field(default_factory=dict)

    def __getattr__(self, name: str) -> object:
        return getattr(self.drive, name)

    def image(self, camera: str, index: int) -> NDArray[np.uint8]:
        if (camera, index) not in self.images:
            self.images[camera, index] = self.drive.image(camera, index)
        return self.images[camera, index]

    def sweep(self, sensor: str, index: int) -> Sweep:
        if (sensor, index) not in self.sweeps:
            self.sweeps[sensor, index] = self.drive.sweep(sensor, index)
        return self.sweeps[sensor, index]


@dataclass(frozen=True)
class TwoLidars:
    """Both LiDARs of a simulated vehicle that drives, the second one stamped a little later."""

    rig: Rig
    trajectory: Trajectory
    sweeps: dict[str, list[Sweep]]
    name: str = "two LiDARs"

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        return np.array([sweep.timestamp_ns for sweep in self.sweeps[sensor]])

    def sweep(self, sensor: str, index: int) -> Sweep:
        return self.sweeps[sensor][index]


def two_lidars(seed: int) -> TwoLidars:
    world = draw_world(seed=seed, span_s=2.0, n_actors=12)
    start_ns = int(world.trajectory.start_ns) + 500_000_000
    sweeps: dict[str, list[Sweep]] = {"TOP": [], "SIDE": []}
    for number, (name, pose) in enumerate((("TOP", TOP), ("SIDE", SIDE))):
        for i in (0, 1):
            at_ns = start_ns + i * 500_000_000 + number * 20_000_000
            sweep, _ = cast_sweep(world, BEAMS, pose, index=i + 7 * number, timestamp_ns=at_ns)
            sweeps[name].append(replace(sweep, sensor=name))
    rig = Rig(tuple(Sensor(name=n, kind="lidar", ego_from_sensor=p) for n, p in (("TOP", TOP), ("SIDE", SIDE))))
    return TwoLidars(rig, world.trajectory, sweeps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drives", type=int, default=4, help="simulated drives")
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    options = parser.parse_args()
    tables = {"surveys": surveys_table(), "simulated surveys": simulated_table(options.drives)}
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


def surveys_table() -> str:
    drive = open_drive(RECORDED / "pandaset_nuscenes")
    rows = []
    for turned in ("", "LIDAR_FRONT", "CAM_FRONT"):
        checked = survey_rig(turned_rig(drive, turned, TURN) if turned else drive)
        moved = ", ".join(one.sensor for one in checked if one.verdict == "moved") or "none"
        untold = ", ".join(one.sensor for one in checked if one.verdict == "not told") or "none"
        text = "; ".join(f"{one.sensor} {axes_text(one)}" for one in checked if one.sensor == turned)
        rows.append(f"| {turned or 'none'} | {moved} | {untold} | {text} |")
    return "\n".join(["| turned | called moved | not told | what is said of it |", "|---|---|---|---|", *rows])


def simulated_table(n_drives: int) -> str:
    head = (
        "| the rig is wrong of | by | checks | as the rig says | moved | not told | off from what was changed, median "
        "| the same over its sigma, root mean square, right is 1 |"
    )
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *simulated_rows(n_drives)])


def simulated_rows(n_drives: int) -> Iterator[str]:
    towns = [Remembered(simulate_drive(seed=seed, n_frames=150, n_actors=40)[0]) for seed in range(1, n_drives + 1)]
    pairs = [two_lidars(seed) for seed in range(1, n_drives + 1)]
    cases = {
        "a camera": [(town, name) for town in towns for name in CAMERAS],
        "a radar": [(town, "RADAR_FRONT") for town in towns],
        "a second LiDAR": [(pair, "SIDE") for pair in pairs],
    }
    for kind, changes in CHANGES.items():
        for change in changes:
            yield changes_row(kind, change, cases[kind])


def changes_row(kind: str, change: Change, cases: list[tuple[Drive, str]]) -> str:
    checked = [survey_rig(changed(drive, name, change), only=name)[0] for drive, name in cases]
    counts = [sum(one.verdict == verdict for one in checked) for verdict in ("as the rig says", "moved", "not told")]
    offs = [off for one in checked for off in errors(one, kind, change)]
    degrees, sigmas = (np.array([off[i] for off in offs]) for i in (0, 1))
    usual = f"{np.median(np.abs(degrees)):.2f} deg | {np.sqrt(np.mean((degrees / sigmas) ** 2)):.1f}" if offs else " | "
    return f"| {kind} | {change.name} | {len(checked)} | {' | '.join(map(str, counts))} | {usual} |"


def errors(one: Checked, kind: str, change: Change) -> Iterator[tuple[float, float]]:
    """Error and sigma of the yaw, degrees: what is found puts right what the rig says wrongly."""
    for axis in one.axes:
        if "yaw" in axis.name and kind != "a second LiDAR":
            wrong = change.degrees[1 if kind == "a camera" else 2]
            yield float(np.rad2deg(axis.off)) + wrong, float(np.rad2deg(axis.sigma))


def changed(drive: Drive, name: str, change: Change) -> Drive:
    """The same drive, whose rig says that a sensor looks and sits elsewhere than it does."""
    turned = turned_rig(drive, name, change.degrees)
    shift = Transform(np.eye(3), np.array(change.metres, np.float64))
    sensors = [
        replace(one, ego_from_sensor=shift @ one.ego_from_sensor) if one.name == name else one
        for one in turned.rig.sensors
    ]
    return RecalibratedDrive(drive, Rig(tuple(sensors)))


if __name__ == "__main__":
    main()
