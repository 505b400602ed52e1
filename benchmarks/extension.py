"""How far and how well objects are followed beyond their keyframes: tracks cut to a middle span, truth beyond.

    python -m benchmarks.extension            print the table of KITTI 0000
    python -m benchmarks.extension --simulated    print that of a simulated drive

Of every track the middle third stays, one keyframe every two seconds and at both of its ends; what lies beyond is
followed and compared with the labels there. A false box is one at an instant at which the track has no label.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from sensorann.geometry import paired_iou_3d
from sensorann.scene import Drive, Labels, Track, labels_in_world, sources_of
from sensorann.tracks.extending import extend_tracks

STEP, SHORTEST = 20, 30


HEAD = "labels beyond | followed | false | centre m | p95 m | IoU | in 90% | sigma first, last m"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulated", action="store_true")
    if parser.parse_args().simulated:
        drive, labels = sa.simulate_drive(seed=3, n_frames=60, n_actors=30)
    else:
        root = DATA / "kitti_tracking" / "training"
        drive = sa.open_drive(f"{root}#0000")
        labels = sa.read_labels(root / "label_02" / "0000.txt", drive=drive)
    report(drive, labels)


def report(drive: Drive, labels: Labels) -> None:
    """Print one row per track and one for all."""
    truth = labels_in_world(labels, drive.trajectory)
    cut = tuple(middle(track) for track in truth.tracks if len(track) >= SHORTEST)
    extended = extend_tracks(sa.interpolate(replace(truth, tracks=cut, image_tracks=()), drive), drive)
    print(f"| track | class | {HEAD} |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for keys in cut:
        print(f"| {keys.id} | {keys.category} | {row(extended.labels.track(keys.id), truth.track(keys.id), keys)} |")
    print()
    print(", ".join(f"{reason}: {count}" for reason, count in sorted(extended.reasons.items())))


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
