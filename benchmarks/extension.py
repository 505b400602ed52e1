"""How far and how well objects are followed beyond their keyframes: tracks cut to a middle span, truth beyond.

    python -m benchmarks.extension [--write]      print the tables of a simulated drive and of KITTI 0000
    python -m benchmarks.extension --simulated    that of the simulated drive alone

Of every track the middle third stays, one keyframe every two seconds and at both of its ends; what lies beyond is
followed and compared with the labels there. A false box is one at an instant at which the track has no label. Simulated
boxes are where the LiDAR saw each object within its turn, as people place them on the points.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.points_simulated import labels_when_seen
from benchmarks.report import REPOSITORY, write
from sensorann.geometry import paired_iou_3d
from sensorann.scene import Drive, Labels, Track, labels_in_world, sources_of
from sensorann.tracks.extending import extend_tracks

STEP, SHORTEST = 20, 30


HEAD = "labels beyond | followed | false | centre m | p95 m | IoU | in 90% | sigma first, last m"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulated", action="store_true", help="the simulated drive alone")
    parser.add_argument("--write", action="store_true", help="update docs/extension.md")
    options = parser.parse_args()
    tables = {"simulated": report(*simulated())}
    if not options.simulated:
        tables["kitti"] = report(*kitti())
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, REPOSITORY / "docs" / "extension.md")


def kitti() -> tuple[Drive, Labels]:
    root = DATA / "kitti_tracking" / "training"
    drive = sa.open_drive(f"{root}#0000")
    return drive, sa.read_labels(root / "label_02" / "0000.txt", drive=drive)


def simulated() -> tuple[Drive, Labels]:
    drive, labels = sa.simulate_drive(seed=3, n_frames=60, n_actors=30)
    return drive, labels_when_seen(drive, labels)


def report(drive: Drive, labels: Labels) -> str:
    """One row per track, and why following ended."""
    truth = labels_in_world(labels, drive.trajectory)
    cut = tuple(middle(track) for track in truth.tracks if len(track) >= SHORTEST)
    extended = extend_tracks(sa.interpolate(replace(truth, tracks=cut, image_tracks=()), drive), drive)
    rows = [
        f"| {keys.id} | {keys.category} | {row(extended.labels.track(keys.id), truth.track(keys.id), keys)} |"
        for keys in cut
    ]
    reasons = ", ".join(f"{reason}: {count}" for reason, count in sorted(extended.reasons.items()))
    return "\n".join([f"| track | class | {HEAD} |", "|---" * 10 + "|", *rows, "", reasons])


def middle(track: Track) -> Track:
    """Keep keyframes of the middle third, as if a person had placed them."""
    first, last = len(track) // 3, 2 * len(track) // 3
    kept = track[np.unique(np.append(np.arange(first, last, STEP), last))]
    return Track(
        id=kept.id,
        category=kept.category,
        timestamps_ns=kept.timestamps_ns,
        cuboids=kept.cuboids,
        sources=sources_of(len(kept), sa.Source.HUMAN),
        sigmas=kept.sigmas,
    )


def row(found: Track, truth: Track, keys: Track) -> str:
    """Figures of one track beyond its keyframes."""
    first, last = keys.timestamps_ns[[0, -1]]
    beyond = found[(found.timestamps_ns < first) | (found.timestamps_ns > last)]
    n_labels = int(((truth.timestamps_ns < first) | (truth.timestamps_ns > last)).sum())
    labelled = np.isin(beyond.timestamps_ns, truth.timestamps_ns)
    n_false = int((~labelled).sum())
    beyond = beyond[labelled]
    if not len(beyond):
        return f"{n_labels} | 0 | {n_false} | | | | | |"
    same = truth[np.isin(truth.timestamps_ns, beyond.timestamps_ns)]
    misses = beyond.cuboids.centers - same.cuboids.centers
    centre = np.hypot(misses[:, 0], misses[:, 1])
    inside = (np.abs(misses) <= 1.6449 * beyond.sigmas[:, :3]).mean()
    away = np.minimum(np.abs(beyond.timestamps_ns - first), np.abs(beyond.timestamps_ns - last))
    sigmas = np.hypot(beyond.sigmas[:, 0], beyond.sigmas[:, 1])[np.argsort(away)]
    return (
        f"{n_labels} | {len(beyond)} | {n_false} | {centre.mean():.3f} | {np.quantile(centre, 0.95):.3f} | "
        f"{paired_iou_3d(beyond.cuboids, same.cuboids).mean():.3f} | {inside:.0%} | {sigmas[0]:.2f}, {sigmas[-1]:.2f}"
    )


if __name__ == "__main__":
    main()
