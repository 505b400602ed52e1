"""All sensors of a rig in one estimate: do its sigmas hold, beside joined pairs, and on recorded boards.

    python -m benchmarks.rigs [--runs 100] [--write]

`--write` puts the tables into docs/calibration.md.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.calibration import DOCS
from benchmarks.recorded_boards import DATA, PUBLISHED_CM, REFLECTOR_DEPTH, read_points, read_radar, rms
from benchmarks.report import write
from calib import (
    PointDetections,
    RadarDetections,
    Sightings,
    calibrate_camera_lidar,
    calibrate_camera_radar,
    calibrate_lidar_radar,
    calibrate_rig,
)
from calib.estimation.estimate import Estimate
from calib.estimation.file import Calibration
from calib.estimation.simulation import FLAT, NEAR, SIGMA_BOARD, SPREAD, simulate_session
from calib.estimation.tangent import difference
from calib.rigs.joint import join
from calib.rigs.rig import RigEstimate
from calib.rigs.sightings import Reflectors
from sensorann.geometry import Transform

RADAR_FROM_LIDAR = Transform.from_yaw(0.05, [-2.5, 0.1, 1.2])
SETTINGS = {
    "near, 4D radar": {"elevation": True},
    "near, 4D radar, 20 % of its detections wrong": {"elevation": True, "wrong_share": 0.2},
    "near, 50 targets": {"n": 50},
    "spread, heights measured": {"heights": True, "spread": True},
}


@dataclass(frozen=True, eq=False)
class SharedTargets:
    """What a LiDAR, a camera and a radar saw of the same targets, and where the others sit in the LiDAR's frame."""

    lidar: PointDetections
    camera: PointDetections
    radar: RadarDetections
    points_radar: NDArray[np.float64]
    lidar_from: dict[str, Transform]
    alone: bool

    @property
    def names(self) -> list[str]:
        return [str(number) for number in range(len(self.lidar))]

    def rows(self) -> tuple[NDArray[np.intp], ...]:
        """Targets of LiDAR, camera and radar: all, or such that each is seen by two of them."""
        numbers = np.arange(len(self.lidar))
        return tuple(numbers[numbers % 3 != k] if self.alone else numbers for k in range(3))

    def sightings(self) -> list[Sightings]:
        sides = zip(("lidar", "camera", "radar"), (self.lidar, self.camera, self.radar), self.rows(), strict=True)
        return [
            Sightings(name=kind, kind=kind, detections=seen.select(rows), targets=rows) for kind, seen, rows in sides
        ]


def simulate_targets(
    rng: np.random.Generator,
    *,
    n: int = 30,
    alone: bool = False,
    flat: bool = False,
    spread: bool = False,
    **options: bool | float,
) -> SharedTargets:
    session = simulate_session(rng, n=n, layout=FLAT if flat else SPREAD if spread else NEAR, **options)
    places = RADAR_FROM_LIDAR.inverse().apply(session.points_radar)
    return SharedTargets(
        lidar=PointDetections.isotropic(places + SIGMA_BOARD * rng.normal(size=places.shape), SIGMA_BOARD),
        camera=session.boards,
        radar=session.radar,
        points_radar=session.points_radar,
        lidar_from={
            "camera": RADAR_FROM_LIDAR.inverse() @ session.radar_from_camera,
            "radar": RADAR_FROM_LIDAR.inverse(),
        },
        alone=alone,
    )


def estimate_pairs(shared: SharedTargets, *, widened: bool = True) -> list[Calibration]:
    """Each pair by itself, of the targets that both saw; its covariance as stated, or of the stated noise alone."""
    lidar, camera, radar = (set(rows.tolist()) for rows in shared.rows())

    def common(a: set[int], b: set[int]) -> tuple[NDArray[np.intp], list[str]]:
        rows = np.array(sorted(a & b), np.intp)
        return rows, [str(row) for row in rows]

    found = []
    for (source, target), calibrate, (rows, names) in (
        ((shared.camera, shared.radar), calibrate_camera_radar, common(camera, radar)),
        ((shared.lidar, shared.radar), calibrate_lidar_radar, common(lidar, radar)),
        ((shared.camera, shared.lidar), calibrate_camera_lidar, common(camera, lidar)),
    ):
        boards = {"boards": np.arange(len(rows))} if calibrate is calibrate_camera_lidar else {}
        pair = calibrate(source.select(rows), target.select(rows), names=names, **boards)
        found.append(_calibration(pair, pair.covariance if widened else np.linalg.inv(pair.solution.information)))
    return found


def _calibration(found: Estimate, covariance: NDArray[np.float64]) -> Calibration:
    return Calibration(
        source=found.source,
        target=found.target,
        target_from_source=found.target_from_source,
        covariance=covariance,
        not_observable=(),
        warnings=(),
        modes=tuple((mode.solution.target_from_source, mode.excess) for mode in found.modes),
        targets=frozenset(found.problem.names),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, help="simulated rigs per row")
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    options = parser.parse_args()
    tables = {
        "simulated rigs": simulated_table(options.runs),
        "recorded rig": recorded_table(),
    }
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


def simulated_table(n_runs: int) -> str:
    low, high = stats.chi2.ppf([0.025, 0.975], 6 * n_runs) / n_runs
    head = (
        f"| {n_runs} rigs each | NEES of camera, radar ({low:.2f}-{high:.2f}) | of joined pairs "
        "| error of camera, radar over that of joined pairs |"
    )
    return "\n".join([head, "|---|---|---|---|", *(simulated_row(name, n_runs) for name in SETTINGS)])


def simulated_row(name: str, n_runs: int) -> str:
    rng = np.random.default_rng(1)
    nees: dict[tuple[str, str], list[float]] = {}
    squares: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    for _ in range(n_runs):
        shared = simulate_targets(rng, **SETTINGS[name])
        whole = calibrate_rig(shared.sightings(), names=shared.names)
        for way, found in (("whole", whole), ("pairs", join(estimate_pairs(shared), root="lidar"))):
            for sensor, truth in shared.lidar_from.items():
                off = difference(found.root_from[sensor], truth)
                distance = float(off @ np.linalg.solve(found.covariances[sensor], off))
                nees.setdefault((way, sensor), []).append(distance)
                scaled = off / np.sqrt(np.diag(whole.covariances[sensor]))
                squares.setdefault((way, sensor), []).append(scaled**2)
    told = [", ".join(f"{np.mean(nees[way, one]):.2f}" for one in ("camera", "radar")) for way in ("whole", "pairs")]
    ratios = [np.sqrt(np.mean(squares["whole", one]) / np.mean(squares["pairs", one])) for one in ("camera", "radar")]
    return f"| {name} | {told[0]} | {told[1]} | {', '.join(f'{ratio:.2f}' for ratio in ratios)} |"


def recorded_sightings(folder: Path, suffix: str = "") -> list[Sightings]:
    """The boards of a recorded set: LiDAR and camera see four points of each, the radar the reflector behind."""
    sides = {name: PointDetections.isotropic(read_points(folder / f"{name}.csv"), 0.01) for name in ("lidar", "camera")}
    if suffix:
        sides["lidar"] = PointDetections.isotropic(read_points(folder / f"lidar{suffix}.csv"), 0.01)
    rows = np.arange(len(sides["camera"])) // 4
    return [
        *(Sightings(name=name, kind=name, detections=seen, targets=rows) for name, seen in sides.items()),
        Sightings(
            name="radar",
            kind="radar",
            detections=read_radar(folder / f"radar{suffix}.csv"),
            targets=np.arange(rows.max() + 1),
        ),
    ]


def recorded_table() -> str:
    if not DATA.is_dir():
        raise SystemExit(f"no recorded boards at {DATA}: set SENSORANN_DATA")
    names = [str(number) for number in range(29)]
    clean, faulty = (
        calibrate_rig(recorded_sightings(DATA, suffix), names=names, depth=REFLECTOR_DEPTH)
        for suffix in ("", "_with_error")
    )
    wrong = ", ".join(f"{item.name} ({item.reason.split()[0]})" for item in faulty.rejected)
    rows = [
        f"| {pair} | {100 * rmse:.3f} cm | {PUBLISHED_CM[pair]} cm | {len(clean.modes)} | {wrong} |"
        for pair, rmse in recorded_errors(clean).items()
    ]
    head = "| pair of one estimate | RMSE | published | rigs that fit | left out of the set with faults |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def recorded_errors(found: RigEstimate) -> dict[str, float]:
    """Root mean square distances (metres) of what pairs of sensors saw, by the poses of all."""
    lidar, camera, radar = (one.detections for one in recorded_sightings(DATA))
    lidar_from_camera, lidar_from_radar = found.root_from["camera"], found.root_from["radar"]
    flat = {"lidar-radar": lidar.points, "camera-radar": lidar_from_camera.apply(camera.points)}
    errors = {"camera-lidar": rms(flat["camera-radar"] - lidar.points)}
    for pair, points in flat.items():
        behind = Reflectors.behind(points.reshape(-1, 4, 3), depth=REFLECTOR_DEPTH, viewer=np.zeros(3)).places
        placed = lidar_from_radar.inverse().apply(behind)
        slant = np.linalg.norm(placed, axis=1) / np.linalg.norm(placed[:, :2], axis=1)
        errors[pair] = rms(placed[:, :2] * slant[:, None] - radar.positions()[:, :2])
    return errors


if __name__ == "__main__":
    main()
