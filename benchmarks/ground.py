"""The ground beside Patchwork++: accuracy on simulated sweeps, agreement on recorded ones, and time, all in one run.

Patchwork++ (S. Lee et al., IROS 2022) runs in an environment of its own (`make peers`), on the same points in the frame
of the sensor, and is told how high the sensor stands, which `sa.ground` finds out. Both run on one core, by turns,
and are timed in processor time: that of a core of one's own, however busy the machine is.

    python -m benchmarks.ground [--data FOLDER] [--peer PYTHON] [--pictures FOLDER] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.report import REPOSITORY, write
from sensorann.geometry import Transform
from sensorann.images.birdseye import BirdseyeView, draw_birdseye
from sensorann.scene import at_one_instant
from sensorann.simulate.casting import PAVEMENT, ROAD
from sensorann.simulate.vehicle import LIDAR

PEER = REPOSITORY / ".cache" / "peers" / "patchwork" / "bin" / "python"
DOCUMENT = REPOSITORY / "docs" / "ground.md"
TERRAINS = {
    "level, no kerbs": {"relief": 0.0, "kerb_height": 0.0},
    "rolling, kerbs 12 cm": {},
    "rolling, kerbs 25 cm": {"kerb_height": 0.25},
    "slopes to 15 %": {"relief": 3.0},
}
# Streets full of people and cars, and of hedges, low walls and bushes.
FULL = {"crowd of 200": {"n_actors": 200}, "gardens, hedges, walls": {"n_actors": 60, "gardens": True}}
# Sweeps of a drive of 12 s over slopes to 10 %, laid together.
MERGED = {"from two places at once, 32 beams": (60, 63), "map of 15 sweeps, 32 beams": tuple(range(4, 120, 8))}
SEEDS = (1, 2, 3)
N_BEAMS = (16, 32, 64, 128)
N_ROUNDS, N_TURNS = 15, 5


@dataclass(frozen=True, eq=False, kw_only=True)
class Cloud:
    """One sweep in the frame of its sensor, or several in the world.

    Attributes
    ----------
    name : unique
    group : row of the table
    points : (N, 3) float32, side by side in memory as those of a `Sweep` are; float64 in the world
    truth : (N,) which points hit road or pavement; None where nobody knows
    height : of the sensor above the road, for the peer
    origins : (K, 3) places of the sensor in the world; None where the cloud is one sweep. The peer knows no such clouds
    """

    name: str
    group: str
    points: NDArray[np.floating]
    truth: NDArray[np.bool_] | None
    height: float
    origins: NDArray[np.float64] | None = None


def simulated() -> Iterator[Cloud]:
    """Sweeps of all terrains with 64 beams and of the usual one with others, 60 actors in them; and of full streets."""
    cases = [(terrain, 64, {"n_actors": 60, **options}) for terrain, options in TERRAINS.items()]
    cases += [("rolling, kerbs 12 cm", n_beams, {"n_actors": 60}) for n_beams in N_BEAMS if n_beams != 64]
    cases += [(name, 64, options) for name, options in FULL.items()]
    for name, n_beams, options in cases:
        for seed in SEEDS:
            drive, _ = sa.simulate_drive(seed=seed, n_frames=2, n_beams=n_beams, **options)
            sweep, owners = drive.sweep_with_owners(LIDAR, 1)
            yield Cloud(
                name=f"{name}/{n_beams}/{seed}",
                group=f"{name}, {n_beams} beams",
                points=sweep.points,
                truth=np.isin(owners, [ROAD, PAVEMENT]),
                height=float(drive.rig[LIDAR].ego_from_sensor.translation[2]),
            )


def merged() -> Iterator[Cloud]:
    """Sweeps of a drive laid together in the world by its ego poses."""
    for seed in SEEDS:
        drive, _ = sa.simulate_drive(seed=seed, n_frames=121, n_actors=60, n_beams=32, n_columns=600, relief=2.0)
        ego_from_lidar = drive.rig[LIDAR].ego_from_sensor
        for group, indices in MERGED.items():
            points, truths, places = [], [], []
            for index in indices:
                sweep, owners = drive.sweep_with_owners(LIDAR, index)
                still = at_one_instant(sweep, ego_from_sensor=ego_from_lidar, trajectory=drive.trajectory)
                pose = drive.trajectory.at(sweep.timestamp_ns) @ ego_from_lidar
                points.append(pose.apply(still.points))
                truths.append(np.isin(owners, [ROAD, PAVEMENT]))
                places.append(pose.translation)
            yield Cloud(
                name=f"{group}/{seed}",
                group=group,
                points=np.concatenate(points),
                truth=np.concatenate(truths),
                height=float(ego_from_lidar.translation[2]),
                origins=np.array(places),
            )


def recorded(data: Path) -> Iterator[Cloud]:
    """Sweeps of four LiDARs."""
    for frame in ("000000", "000040"):
        path = data / "kitti_tracking" / "training" / "velodyne_full" / "0000" / f"{frame}.bin"
        points = np.fromfile(path, np.float32).reshape(-1, 4)[:, :3].copy()
        yield Cloud(name=f"kitti/{frame}", group="KITTI, HDL-64E", points=points, truth=None, height=1.73)
    drive = sa.open_drive(data / "pandaset_nuscenes")
    name = drive.rig.of_kind("lidar")[0].name
    for index in (0, 11):
        pose = drive.rig[name].ego_from_sensor
        points = drive.sweep(name, index).points
        yield Cloud(
            name=f"pandaset/{index}", group="PandaSet, Pandar64", points=points, truth=None, height=pose.translation[2]
        )
    for path in sorted((data / "nuscenes_radar" / "data" / "lidar").glob("*.pcd.bin"))[:2]:
        points = np.fromfile(path, np.float32).reshape(-1, 5)[:, :3].copy()
        yield Cloud(name=f"nuscenes/{path.name}", group="nuScenes, HDL-32E", points=points, truth=None, height=1.84)
    for path in sorted((data / "astyx").rglob("lidar_vlp16/*.txt"))[:2]:
        points = np.loadtxt(path, skiprows=1, usecols=(0, 1, 2), dtype=np.float32)
        yield Cloud(name=f"astyx/{path.name}", group="Astyx, VLP-16", points=points, truth=None, height=1.73)


def run_peer(
    python: Path, clouds: list[Cloud], *, n_rounds: int
) -> tuple[dict[str, NDArray[np.bool_]], dict[str, list[float]]]:
    """Labels of Patchwork++ and seconds of its rounds, by name."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "clouds.npz", Path(folder) / "labels.npz"
        heights = {f"{cloud.name}.height": np.float64(cloud.height) for cloud in clouds}
        np.savez(given, **{cloud.name: cloud.points for cloud in clouds}, **heights)
        script = Path(__file__).with_name("patchwork_peer.py")
        result = subprocess.run(
            [python, script, given, found, str(n_rounds)], stdout=subprocess.PIPE, text=True, check=True
        )
        last = result.stdout.splitlines()[-1].removeprefix("seconds ")
        return dict(np.load(found)), json.loads(last)


def scores(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    hits = int((found & truth).sum())
    return hits / max(int(found.sum()), 1), hits / int(truth.sum()), 2 * hits / int(found.sum() + truth.sum())


def accuracy_table(clouds: list[Cloud], peer: dict[str, NDArray[np.bool_]]) -> str:
    """Means over the seeds."""
    rows = ["| simulated sweep | precision | recall | F1 | Patchwork++ precision | recall | F1 |", "|---" * 7 + "|"]
    for group in dict.fromkeys(cloud.group for cloud in clouds if cloud.truth is not None):
        own = [cloud for cloud in clouds if cloud.group == group]
        found = [sa.ground(cloud.points, origins=cloud.origins).on_ground for cloud in own]
        cells = shares([scores(on_ground, cloud.truth) for on_ground, cloud in zip(found, own, strict=True)])
        known = [cloud for cloud in own if cloud.name in peer]
        cells += shares([scores(peer[cloud.name], cloud.truth) for cloud in known]) if known else ["", "", ""]
        rows.append(f"| {group} | {' | '.join(cells)} |")
    return "\n".join(rows)


def shares(parts: list[tuple[float, float, float]]) -> list[str]:
    """Means in percent."""
    return [f"{100 * value:.2f}" for value in np.mean(parts, axis=0)]


def agreement_table(clouds: list[Cloud], peer: dict[str, NDArray[np.bool_]]) -> str:
    """How far apart both are where nobody knows the truth."""
    alone = "alone | median height"
    rows = [f"| recorded sweeps | points | ground to both | to us {alone} | to Patchwork++ {alone} |", "|---" * 7 + "|"]
    for group in dict.fromkeys(cloud.group for cloud in clouds if cloud.truth is None):
        own = [cloud for cloud in clouds if cloud.group == group]
        found = [sa.ground(cloud.points) for cloud in own]
        ours = np.concatenate([ground.on_ground for ground in found])
        theirs = np.concatenate([peer[cloud.name] for cloud in own])
        above = np.concatenate([c.points[:, 2] - ground.heights for c, ground in zip(own, found, strict=True)])
        cells = [f"{len(ours):,}", f"{100 * (ours & theirs).mean():.2f} %"]
        for alone in (ours & ~theirs, theirs & ~ours):
            cells += [f"{100 * alone.mean():.2f} %", f"{np.nanmedian(above[alone]):.2f} m" if alone.any() else ""]
        rows.append(f"| {group} | {' | '.join(cells)} |")
    return "\n".join(rows)


def speed_table(cloud: Cloud, python: Path) -> str:
    """Median processor time of both, by turns, on one core."""
    sa.ground(cloud.points)  # compiles outside the timing
    ours, theirs = [], []
    for _ in range(N_TURNS):
        for _ in range(N_ROUNDS):
            start = time.process_time()
            sa.ground(cloud.points)
            ours.append(time.process_time() - start)
        theirs += run_peer(python, [cloud], n_rounds=N_ROUNDS)[1][cloud.name]
    mine, other = float(np.median(ours)), float(np.median(theirs))
    return "\n".join(
        [
            "| processor time on one core | points | sensorann | Patchwork++ | ratio | aim |",
            "|---" * 6 + "|",
            f"| {cloud.group} | {len(cloud.points):,} | {mine * 1e3:.2f} ms | {other * 1e3:.2f} ms "
            f"| {other / mine:.1f}x | 5x, 3 ms |",
        ]
    )


def draw(cloud: Cloud, peer: NDArray[np.bool_], folder: Path) -> None:
    """Ours, Patchwork++, and what only one of them calls ground, side by side from above."""
    ours = sa.ground(cloud.points).on_ground
    view = BirdseyeView(frame_from_ego=Transform.identity(), radius=40.0)
    pictures = []
    for title, parts in {
        "sensorann": (cloud.points[~ours], cloud.points[ours]),
        "Patchwork++": (cloud.points[~peer], cloud.points[peer]),
        "ground to one of them": (cloud.points[ours & ~peer], cloud.points[peer & ~ours]),
    }.items():
        names = ("ours alone", "theirs alone") if title.startswith("ground") else ("above", "ground")
        pictures.append(draw_birdseye(view, sweeps=parts, sweep_names=names, title=title))
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f"{cloud.name.replace('/', '-')}.png"), np.hstack(pictures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recorded drives (SENSORANN_DATA)")
    parser.add_argument("--peer", type=Path, default=PEER, help="python of an environment that has pypatchworkpp")
    parser.add_argument("--pictures", type=Path, help="draw the recorded sweeps into this folder")
    parser.add_argument("--write", action="store_true", help="update docs/ground.md")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    clouds = [*simulated(), *merged(), *recorded(options.data)]
    peer, _ = run_peer(options.peer, [cloud for cloud in clouds if cloud.origins is None], n_rounds=1)
    kitti = next(cloud for cloud in clouds if cloud.name.startswith("kitti"))
    tables = {
        "speed": speed_table(kitti, options.peer),
        "accuracy": accuracy_table(clouds, peer),
        "agreement": agreement_table(clouds, peer),
    }
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCUMENT)
    if options.pictures:
        for cloud in clouds:
            if cloud.truth is None:
                draw(cloud, peer[cloud.name], options.pictures)


if __name__ == "__main__":
    main()
