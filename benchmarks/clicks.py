"""How many clicks, drags and keys a drive takes: by hand, from one click per object, and from proposals.

    python -m benchmarks.clicks [--data FOLDER] [--write]

A simulated drive of 60 frames, KITTI tracking 0000 (frames 0 to 76) and PandaSet 002 (12 frames, all around). Every
labelled object that shows 20 LiDAR points at least once is worked on until its boxes have a mean IoU of 0.8 in space,
over the frames in which its true box holds 5 points or more, two frames at the least. The person is that of
`benchmarks.annotator`, who knows the true boxes, goes to the frame whose box is worst, and puts it right.

every frame: the first box by hand, each next one copied from the frame before and corrected; to compare with.
straight lines: the first and the last box, the last one copied from the first; straight lines in the world between
what was placed; then the worst frame, and so on.
one click: category by category, the object is clicked once, where it has most points. What stands is put right until it
overlaps by 0.8, what moves by 0.9, since its errors are carried along: then it is followed along its points both ways.
Where it is worst then, its box is corrected; where it was lost it is clicked or copied again, with its known size and
heading. Then one key fills it between the keyframes and follows it beyond them.
proposals: tracks of `sensorann prelabel` as they come. Those near no label and doubles are deleted, where people
labelled. Those that are good enough cost nothing; others are corrected where they have most points, their other boxes
are dropped, and it goes on as with one click. Objects without a proposal are clicked.

What stands still takes, in all ways but the first, one box that holds through the drive, where that is good enough. To
go to the frame of an object's first box is no action in any way: people go through the drive once.
"""

from __future__ import annotations

import argparse
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

import sensorann as sa
from benchmarks.annotator import CLICK, DELETE, FILL, GO, NAME
from benchmarks.kitti_interpolation import DATA
from benchmarks.labelling import Task, Work
from benchmarks.points_simulated import labels_when_seen
from benchmarks.prelabel import Recording, in_view, recordings
from benchmarks.report import README, REPOSITORY, write
from sensorann.errors import SensorannError
from sensorann.fitting.clicking import fit_at
from sensorann.geometry import Cuboid, points_in_cuboid
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.scene import Labels, Track, frame_timestamps_ns, labels_in_world
from sensorann.simulate.drive import Recent
from sensorann.tracks.clouds import points_at

AIM, CARRIED, NEAR = 0.8, 0.9, 2.0
N_SIMULATED, N_ACTORS = 60, 25
N_DRIVES, N_AT_ONCE = 3, 6
_FOOT = 0.25  # a click on the lowest points would be one on the road


def every_frame(task: Task) -> Counter[str]:
    works, rng = task.works(), np.random.default_rng(0)
    for work in works:
        work.by_hand(0, rng)
        for row in range(1, len(work.truth)):
            work.copy(row)
    return total(works)


def straight_lines(task: Task) -> Counter[str]:
    works, rng = task.works(), np.random.default_rng(0)
    waiting = []
    for work in works:
        work.by_hand(work.best if work.stands else 0, rng)
        if not held(work):
            work.actions["go"] += GO
            work.copy(len(work.truth) - 1)
            waiting.append(work)

    def fill(open_works: Sequence[Work]) -> Labels:
        return sa.interpolate(task.labels(open_works), task.recording.drive, method="linear", points=False)

    def put_right(work: Work, row: int, box: Cuboid | None) -> None:
        work.actions["go"] += GO
        if box is None:
            work.copy(row)
        else:
            work.correct(row, box)

    finish(waiting, fill, put_right)
    return total(works)


def one_click(task: Task) -> Counter[str]:
    works, rng = task.works(), np.random.default_rng(0)
    for work in works:
        click(task, work, work.best, rng)
    follow(task, works, rng)
    return total(works) + named(works)


def named(works: Sequence[Work]) -> Counter[str]:
    """Take each category in hand once, before its objects are clicked."""
    return Counter(place=NAME * len({work.category for work in works}))


def from_proposals(task: Task) -> Counter[str]:
    works, rng = task.works(), np.random.default_rng(0)
    found = sa.prelabel(task.recording.drive)
    owned, n_deleted = sorted_out(task, found)
    waiting, missed = [], []
    for work in works:
        proposed = owned.get(work.truth.id)
        if proposed is None:
            click(task, work, work.best, rng)
            waiting.append(work)
            missed.append(work)
            continue
        work.actions["correct"] += NAME * (found.ontology[proposed.category].name != work.category)
        overlaps = work.overlaps(proposed)
        if overlaps.mean() < AIM:
            row = int(np.where(overlaps > 0, work.n_points, -1).argmax())
            box = proposed.cuboids.record(int(np.abs(proposed.timestamps_ns - work.instant(row)).argmin()))
            work.correct(row, box)
            waiting.append(work)
    follow(task, waiting, rng)
    return total(works) + named(missed) + Counter(delete=(n_deleted + (n_deleted > 0)) * DELETE)


def follow(task: Task, works: Sequence[Work], rng: np.random.Generator) -> None:
    """Let objects be followed from what was placed, and put right what that missed."""

    def fill(open_works: Sequence[Work]) -> Labels:
        for work in open_works:
            work.actions["fill"] += FILL
        return sa.interpolate(task.labels(open_works), task.recording.drive, extend=True)

    def put_right(work: Work, row: int, box: Cuboid | None) -> None:
        work.actions["go"] += GO
        if box is not None:
            work.correct(row, box)
        elif work.stands:
            work.copy(row)
        else:
            click(task, work, row, rng)

    finish([work for work in works if not held(work)], fill, put_right)


def held(work: Work) -> bool:
    """Let what stands still stand through the drive where its first box is; tell whether that is good enough."""
    if not work.stands:
        return False
    work.actions["fill"] += FILL
    boxes = work.track().cuboids[np.zeros(len(work.truth), np.int64)]
    return bool(paired_iou_3d(work.truth.cuboids, boxes).mean() >= AIM)


def finish(
    works: Sequence[Work],
    fill: Callable[[Sequence[Work]], Labels],
    put_right: Callable[[Work, int, Cuboid | None], None],
) -> None:
    """Fill, go to the worst frame of each object, put it right, and so on until each is good."""
    waiting = list(works)
    while waiting:
        labels, still = fill(waiting), []
        for work in waiting:
            found = labels.track(work.truth.id)
            overlaps = work.overlaps(found)
            if overlaps.mean() >= AIM or len(work.keys) == len(work.truth):
                continue
            row = work.worst(overlaps)
            at = np.flatnonzero(found.timestamps_ns == work.instant(row))
            put_right(work, row, found.cuboids.record(int(at[0])) if len(at) else None)
            still.append(work)
        waiting = still


def click(task: Task, work: Work, row: int, rng: np.random.Generator) -> None:
    """Click on a random point of an object, with what is known of it, and put the box right."""
    known = work.track() if work.keys else None
    truth, drive = work.truth.cuboids.record(row), task.recording.drive
    points = points_at(drive, work.instant(row))
    rows = np.flatnonzero(points_in_cuboid(points, truth))
    rows = rows[points[rows, 2] > truth.center[2] - truth.size[2] / 2 + min(_FOOT, truth.size[2] / 4)]
    work.actions["place"] += CLICK
    try:
        if not len(rows):
            raise SensorannError("nothing to click on")
        found = fit_at(
            drive,
            timestamp_ns=work.instant(row),
            point=points[rng.choice(rows)],
            frame="world",
            category=work.category,
            size=None if known is None else known.cuboids.record(-1).size,
            track=known,
        ).proposal
    except SensorannError:
        if known is None:
            work.by_hand(row, rng)
        else:
            work.copy(row)
        return
    work.correct(row, found.cuboid, good=AIM if work.stands else CARRIED)


def sorted_out(task: Task, found: Labels) -> tuple[dict[str, Track], int]:
    """Give each object its longest proposal, and count the other ones where people labelled."""
    shared = {track.id: Counter[str]() for track in found.tracks}
    viewed: set[str] = set()
    for instant in frame_timestamps_ns(task.recording.drive):
        ours, theirs = (
            [(track, rows[0]) for track in labels.tracks if len(rows := np.flatnonzero(track.timestamps_ns == instant))]
            for labels in (found, task.truth)
        )
        for track, row in ours:
            box = track.cuboids[row : row + 1]
            if in_view(task.recording, box, int(instant))[0]:
                viewed.add(track.id)
            apart = [np.linalg.norm(other.cuboids.centers[k, :2] - box.centers[0, :2]) for other, k in theirs]
            if apart and min(apart) <= NEAR:
                shared[track.id][theirs[int(np.argmin(apart))][0].id] += 1
    owned: dict[str, Track] = {}
    n_deleted = 0
    for track in sorted(found.tracks, key=lambda track: -shared[track.id].total()):
        owner = shared[track.id].most_common(1)
        if owner and owner[0][0] not in owned:
            owned[owner[0][0]] = track
        else:
            n_deleted += track.id in viewed
    return owned, n_deleted


def total(works: Sequence[Work]) -> Counter[str]:
    return sum((work.actions for work in works), Counter())


USUAL = "straight lines between boxes by hand"
WAYS = {
    "every frame by hand": every_frame,
    USUAL: straight_lines,
    "one click, points in the loop": one_click,
    "proposals, corrected": from_proposals,
}
COLUMNS = ("place", "go", "correct", "fill", "delete")


def tasks(data: Path) -> Iterator[Task]:
    drive, labels = sa.simulate_drive(seed=7, n_frames=N_SIMULATED, n_actors=N_ACTORS, n_beams=64)
    drive = replace(drive, _sweeps=Recent(N_SIMULATED * 2))
    truth = labels_when_seen(drive, labels)
    simulated = Recording(name="simulated", drive=drive, truth=truth, camera_only=False)
    for recording in (simulated, *recordings(data)):
        yield Task(recording=recording, truth=labels_in_world(recording.truth, recording.drive.trajectory))


def counted(data: Path, drive: int, way: str) -> tuple[str, int, Counter[str]]:
    """Label one drive in one way: its name, how many objects it has, and the actions."""
    logging.disable(logging.WARNING)
    task = next(itertools.islice(tasks(data), drive, None))
    return task.recording.name, len(task.works()), WAYS[way](task)


def report(data: Path) -> str:
    """One row per drive and way, all at once; shares are of the actions that straight lines take."""
    lines = [f"| drive | way | objects | {' | '.join(COLUMNS)} | actions | per object | share |"]
    lines.append("|---" * (len(COLUMNS) + 6) + "|")
    with ProcessPoolExecutor(max_workers=N_AT_ONCE) as pool:
        jobs = {(drive, way): pool.submit(counted, data, drive, way) for drive in range(N_DRIVES) for way in WAYS}
        for (drive, way), job in jobs.items():
            name, n_objects, counts = job.result()
            usual = jobs[drive, USUAL].result()[2].total()
            kinds = " | ".join(str(counts[column]) for column in COLUMNS)
            lines.append(
                f"| {name} | {way} | {n_objects} | {kinds} | {counts.total()} "
                f"| {counts.total() / n_objects:.1f} | {counts.total() / usual:.0%} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recorded drives (SENSORANN_DATA)")
    parser.add_argument("--write", action="store_true", help="update README.md and docs/click.md")
    options = parser.parse_args()
    table = report(options.data)
    print(table)
    if options.write:
        write({"actions": table}, README)
        write({"actions": table}, REPOSITORY / "docs" / "click.md")


if __name__ == "__main__":
    main()
