"""How often hidden human boxes lie inside the intervals that interpolated boxes state, on KITTI's even sequences.

    python -m benchmarks.sigma_coverage              print the table of docs/sigma.md
    python -m benchmarks.sigma_coverage --fit        print the noises that hold best, for sensorann/scene/motion.py

Scored as in `benchmarks.kitti_interpolation`: keyframes and hidden frames are frames that a person placed. `--fit`
chooses noise and placement per motion class and coordinate so that the shares inside the nominal intervals are right at
gaps of half a second to five seconds at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA, Case, case_of, even_sequences
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import MOTION_MODELS, Motion, MotionModel, Wander

GAPS = (5, 10, 20, 30, 50)
NORMAL_QUANTILES = {0.5: 0.6745, 0.8: 1.2816, 0.9: 1.6449, 0.95: 1.9600}
COORDINATES = {"plan": (0, 1), "height": (2,), "yaw": (3,)}
Misses = dict[tuple[Motion, int], NDArray[np.float64]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the noises instead of printing the table")
    options = parser.parse_args()
    misses = measure()
    print_fit(misses) if options.fit else print_table(misses)


def measure() -> Misses:
    """Per motion class and gap: (N, 2, 4), misses of x, y, z, yaw at hidden frames, and the stated sigmas."""
    rows: dict[tuple[Motion, int], list[NDArray[np.float64]]] = {}
    for drive, labels in even_sequences(DATA):
        for gap in GAPS:
            for motion, part in misses_of(case_of(drive, labels, gap=gap, classes=None)):
                rows.setdefault((motion, gap), []).append(part)
    return {key: np.concatenate(parts) for key, parts in rows.items()}


def misses_of(case: Case) -> Iterator[tuple[Motion, NDArray[np.float64]]]:
    result = sa.interpolate(case.keyframes, case.drive, points=False)
    for name, truth in case.hidden.items():
        track = result.track(name)
        track = track[np.isin(track.timestamps_ns, truth.timestamps_ns)]
        offsets = track.cuboids.centers - truth.cuboids.centers
        turns = wrap_angle(track.cuboids.yaws - truth.cuboids.yaws)
        misses = np.column_stack([offsets, turns])
        yield result.ontology[track.category].motion, np.stack([misses, track.sigmas[:, [0, 1, 2, 6]]], axis=1)


def print_table(misses: Misses) -> None:
    shares = " | ".join(f"{level:.0%}" for level in NORMAL_QUANTILES)
    print(f"| motion | keyframes apart | boxes | coordinate | {shares} |")
    print("|---|---|---|---|" + "---|" * len(NORMAL_QUANTILES))
    for motion, gap, name in product(Motion, GAPS, COORDINATES):
        if (motion, gap) not in misses:
            continue
        part = misses[motion, gap][:, :, COORDINATES[name]]
        found = " | ".join(f"{share:.0%}" for share in inside(part[:, 0], part[:, 1]))
        print(f"| {motion} | {gap / 10:g} s | {len(part)} | {name} | {found} |")


def inside(misses: NDArray[np.float64], sigmas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of misses inside each nominal interval."""
    return np.array([(np.abs(misses) <= quantile * sigmas).mean() for quantile in NORMAL_QUANTILES.values()])


def print_fit(misses: Misses) -> None:
    for motion in Motion:
        own = {gap: rows for (kind, gap), rows in misses.items() if kind == motion}
        if own:
            fitted = {name: fit(own, MOTION_MODELS[motion], name) for name in COORDINATES}
            print(f"Motion.{motion.name}:", ", ".join(f"{name}={wander}" for name, wander in fitted.items()))


def fit(own: dict[int, NDArray[np.float64]], model: MotionModel, name: str) -> Wander:
    """The noise and placement on a grid whose shares come nearest to the nominal ones, all gaps alike."""
    used: Wander = getattr(model, name)
    columns = COORDINATES[name]
    groups = []
    for rows in own.values():
        # The variance is noise times what the gap gives, plus that of the placement.
        per_noise = (rows[:, 1, columns] ** 2 - used.placement**2) / used.noise
        groups.append((rows[:, 0, columns], np.maximum(per_noise, 0.0)))
    grid = product(np.geomspace(1e-4, 5.0, 60), np.geomspace(0.005, 0.2, 30))
    noise, placement = min(grid, key=lambda pair: distance(groups, *pair))
    return Wander(noise=float(f"{noise:.2g}"), placement=float(f"{placement:.2g}"))


def distance(groups: list[tuple[NDArray[np.float64], NDArray[np.float64]]], noise: float, placement: float) -> float:
    nominal = np.array(list(NORMAL_QUANTILES))
    # The wide intervals are what people rely on, and the tails of real motion are heavy: they weigh more.
    weights = nominal / (1.0 - nominal)
    shares = [inside(misses, np.sqrt(noise * per_noise + placement**2)) for misses, per_noise in groups]
    return float(sum(weights @ (share - nominal) ** 2 for share in shares))


if __name__ == "__main__":
    main()
