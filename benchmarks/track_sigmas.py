"""How often human boxes lie inside the intervals that tracks of detections state: PointRCNN on KITTI's even sequences.

A box of a track and a label are of the same object where they overlap by 0.3 in space (3D IoU); so a box that is off by
more than half its own size is counted as false elsewhere, and not here. Boxes at detections and boxes between them are
told apart. One size per track: its shares move in steps of whole tracks.

    python -m benchmarks.track_sigmas              print the table of docs/tracking.md
    python -m benchmarks.track_sigmas --fit        print what `Tuning.doubt` would hold best
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.sigma_coverage import NORMAL_QUANTILES, inside
from benchmarks.tracking import SPLITS, THRESHOLDS
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Labels, Source
from sensorann.tracks.association.tuning import TUNINGS, Tuning

LEAST_IOU = 0.3
COORDINATES = {"plan": (0, 1), "height": (2,), "length": (3,), "width": (4,), "tallness": (5,), "yaw": (6,)}
SOURCES = (Source.DETECTED, Source.INTERPOLATED)
# Misses and stated sigmas (N, 2, 7) by category and source.
Misses = dict[tuple[str, Source], NDArray[np.float64]]


def misses_of(tracks: Labels, truth: Labels) -> Iterator[tuple[Source, NDArray[np.float64]]]:
    """Misses and stated sigmas (N, 2, 7) of the boxes of each pair of objects that overlap, by source."""
    for ours in tracks.tracks:
        for true in truth.tracks:
            _, i, j = np.intersect1d(ours.timestamps_ns, true.timestamps_ns, return_indices=True)
            same = paired_iou_3d(ours.cuboids[i], true.cuboids[j]) >= LEAST_IOU
            i, j = i[same], j[same]
            offsets = ours.cuboids.centers[i] - true.cuboids.centers[j]
            grown = ours.cuboids.sizes[i] - true.cuboids.sizes[j]
            turns = wrap_angle(ours.cuboids.yaws[i] - true.cuboids.yaws[j])
            rows = np.stack([np.column_stack([offsets, grown, turns]), ours.sigmas[i]], axis=1)
            for source in SOURCES:
                yield source, rows[ours.sources[i] == source]


def measure(sequences: tuple[str, ...]) -> Misses:
    root = DATA / "kitti_tracking" / "training"
    parts: dict[tuple[str, Source], list[NDArray[np.float64]]] = {}
    for name, category in product(sequences, THRESHOLDS):
        drive = sa.open_drive(f"{root}#{name}")
        truth = sa.read_labels(root / "label_02" / f"{name}.txt", drive=drive)
        same = tuple(track for track in truth.tracks if track.category == category)
        truth = Labels(drive_name=truth.drive_name, frame=truth.frame, tracks=same, ontology=truth.ontology)
        detections = sa.read_detections(root / "det_pointrcnn" / category / f"{name}.txt", drive=drive)
        for source, rows in misses_of(sa.track(detections, drive), truth):
            parts.setdefault((category, source), []).append(rows)
    return {key: np.concatenate(rows) for key, rows in parts.items()}


def print_table(misses: Misses) -> None:
    shares = " | ".join(f"{level:.0%}" for level in NORMAL_QUANTILES)
    print(f"| category | boxes | number | coordinate | {shares} |")
    print("|---|---|---|---|" + "---|" * len(NORMAL_QUANTILES))
    for (category, source), rows in misses.items():
        for name, columns in COORDINATES.items():
            part = rows[:, :, columns]
            found = " | ".join(f"{share:.0%}" for share in inside(part[:, 0], part[:, 1]))
            print(f"| {category} | {source.label} | {len(rows)} | {name} | {found} |")


def print_fit(misses: Misses) -> None:
    """The standard deviation, alike in all frames of a track, whose addition makes the shares right."""
    for category in THRESHOLDS:
        rows = np.concatenate([misses[category, source] for source in SOURCES])
        tuning: Tuning = TUNINGS[sa.default_ontology()[category].motion]
        fitted = []
        for columns in COORDINATES.values():
            part, used = rows[:, :, columns], np.array(tuning.doubt)[list(columns)]
            own = np.maximum(part[:, 1] ** 2 - used**2, 0.0)
            fitted.append(min(np.geomspace(0.001, 0.5, 100), key=lambda more: distance(part[:, 0], own, more)))
        plan, *others = (float(f"{value:.2g}") for value in fitted)
        print(f"{category}: doubt={(plan, plan, *others)}")


def distance(misses: NDArray[np.float64], variances: NDArray[np.float64], more: float) -> float:
    nominal = np.array(list(NORMAL_QUANTILES))
    shares = inside(misses, np.sqrt(variances + more**2))
    return float((nominal / (1.0 - nominal)) @ (shares - nominal) ** 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="validation")
    parser.add_argument("--fit", action="store_true", help="fit the doubt instead of printing the table")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    misses = measure(SPLITS.get(options.split) or tuple(name for names in SPLITS.values() for name in names))
    print_fit(misses) if options.fit else print_table(misses)


if __name__ == "__main__":
    main()
