"""How fast the viewer's model answers, on recorded drives.

    python -m benchmarks.viewer            print the table of docs/annotating.md
    python -m benchmarks.viewer --write    put it there

No window is open. A key press counts from the key to the changed model with its event safe on the disk. A frame counts
until its points are what Open3D draws and its boxes are a picture over them, first with nothing in the cache and then
as load-ahead leaves it. Memory is the growth of the process over 1,000 key presses, and over a walk through 2,000
frames, for which the sweeps are repeated, with a small cache.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.report import REPOSITORY, write
from sensorann.geometry import Transform
from sensorann.scene import Drive, Labels, Rig, Sweep
from viewers import Session, drawables, open_session, shapes
from viewers.actions import placing
from viewers.coloring import colors_of
from viewers.eye import FIELD_OF_VIEW_DEG, drawn_from_labels, stand
from viewers.keymap import read_keymap
from viewers.pictures.wires import Eye, draw_wires
from viewers.points import cloud_at, points_here
from viewers.state import View

DATA = Path(os.environ.get("SENSORANN_DATA", REPOSITORY.parent / "shared" / "data"))
PAGE, MARK = REPOSITORY / "docs" / "annotating.md", "viewer"
N_LONG, SMALL_CACHE = 2_000, 100_000_000
N_EDITS, N_TIMED, N_CLICKS = 1_000, 100, 10
# Of the 3D view in a window of 1280 x 800 with pictures beside it.
VIEW_SIZE = (605, 508)
MOVES = ("W", "A", "Z", "R", "S", "D", "X", "F")


def main() -> None:
    run(measured, mark=MARK, description=__doc__)


def run(measure: Callable[[str, Drive, Labels], dict[str, str]], *, mark: str, description: str | None) -> None:
    """Measure each recorded drive, and print the table or put it into the page."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"update {PAGE.name}")
    options = parser.parse_args()
    columns = [measure(*recording) for recording in recordings()]
    rows = ["| | " + " | ".join(column.pop("") for column in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    rows += [f"| {name} | " + " | ".join(column[name] for column in columns) + " |" for name in columns[0]]
    print("\n".join(rows))
    if options.write:
        write({mark: "\n".join(rows)}, PAGE)


def recordings() -> Iterator[tuple[str, Drive, Labels]]:
    """A small and a large recorded drive with labels."""
    kitti = sa.open_drive(DATA / "kitti_tracking/training#0000")
    yield "KITTI 0000", kitti, sa.read_labels(DATA / "kitti_tracking/training/label_02/0000.txt", drive=kitti)
    pandaset = sa.open_drive(DATA / "pandaset_nuscenes")
    yield "PandaSet 002", pandaset, sa.read_labels(DATA / "pandaset_nuscenes", drive=pandaset)


def measured(name: str, drive: Drive, labels: Labels) -> dict[str, str]:
    """Measure one drive; the entry without a name is the head of its column."""
    with desk(drive, labels) as session:
        switch(session)  # compile outside the timing
        n_points = len(points_here(session))
        figures = {"": f"{name}: {n_points:,} points, {labels.n_boxes:,} boxes, {len(session.frames)} frames"}
    with desk(drive, labels) as session:
        figures["frame, nothing loaded"] = milliseconds(lambda: switch(session), each_frame(session))
        figures["frame, loaded ahead"] = milliseconds(lambda: switch(session), each_frame(session))
        session.go_to(0)
        figures["key press to changed model"] = milliseconds(*pressing(session, *MOVES))
        disk = Path(session.store.name).with_suffix(".sync")
        figures["for comparison: one fsync of this disk"] = milliseconds(lambda: sync(disk), range(N_TIMED))
        figures["undo"] = milliseconds(*pressing(session, "Ctrl+Z"))
        figures["redo"] = milliseconds(*pressing(session, "Ctrl+Shift+Z"))
        figures["snap to the points"] = milliseconds(*pressing(session, "Space", "W", n=2 * N_CLICKS))
        figures["one click to box"] = milliseconds(*clicking(session))
        session.select(longest_here(session))
        keymap, before = read_keymap(), resident()
        for i in range(N_EDITS):
            keymap.press(session, MOVES[i % len(MOVES)])
        figures[f"memory for {N_EDITS:,} edits"] = f"{(resident() - before) / 1e6:.1f} MB"
    figures[f"memory for {N_LONG:,} frames, cache of {SMALL_CACHE / 1e6:.0f} MB"] = long_walk(drive)
    return figures


@dataclass(frozen=True, eq=False)
class Repeated:
    """The sweeps of a drive again and again, without ego poses: as many frames as are wanted."""

    drive: Drive
    n_frames: int
    trajectory: None = None

    @property
    def name(self) -> str:
        """Name of the drive."""
        return self.drive.name

    @property
    def rig(self) -> Rig:
        """Its LiDARs."""
        return Rig(self.drive.rig.of_kind("lidar"))

    def timestamps_ns(self, _sensor: str) -> NDArray[np.int64]:
        """A sweep every tenth of a second."""
        return 100_000_000 * np.arange(self.n_frames, dtype=np.int64)

    def sweep(self, sensor: str, index: int) -> Sweep:
        """A sweep of the drive, at the instant of its repetition."""
        original = self.drive.sweep(sensor, index % len(self.drive.timestamps_ns(sensor)))
        return replace(original, timestamp_ns=100_000_000 * index)

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """There are no cameras."""
        return self.drive.image(sensor, index)

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """There are no cameras."""
        return self.drive.image_bytes(sensor, index)


def long_walk(drive: Drive) -> str:
    """Growth of the process over the second half of a long drive, and what the cache holds at its end."""
    with tempfile.TemporaryDirectory() as folder, sa.open_store(Path(folder) / "labels.db", create=True) as store:
        session = open_session(Repeated(drive, N_LONG), store, cache_bytes=SMALL_CACHE)
        grown = 0
        for i_frame in range(N_LONG):
            session.go_to(i_frame)
            switch(session)
            if i_frame == N_LONG // 2:
                grown = -resident()
        grown += resident()
        held = session.drive.n_bytes
        session.close()
    return f"{grown / 1e6:.1f} MB, {held / 1e6:.0f} MB in the cache"


@contextmanager
def desk(drive: Drive, labels: Labels) -> Iterator[Session]:
    """A session on a new store with these labels; the object with the most boxes, if any, is selected."""
    with tempfile.TemporaryDirectory() as folder, sa.open_store(Path(folder) / "labels.db", create=True) as store:
        store.import_labels(labels, drive=drive.name)
        session = open_session(drive, store)
        if labels.tracks:
            session.select(longest_here(session))
        yield session
        session.close()


def longest_here(session: Session) -> str:
    """Object with the most boxes of those in this frame."""
    return max((box.track for box in session.shown()), key=len).id


def milliseconds(do: Callable[[], object], steps: Iterator[object] | range) -> str:
    """Do something after each step, which is not timed: median, 95th percentile, median of the processor's time."""
    spent = []
    for _ in steps:
        start, busy = time.perf_counter(), time.process_time()
        do()
        spent.append((time.perf_counter() - start, time.process_time() - busy))
    waited, worked = 1e3 * np.array(spent).T
    return f"{np.median(waited):.1f} ms (p95 {np.percentile(waited, 95):.1f}, processor {np.median(worked):.1f})"


def switch(session: Session) -> None:
    """Read the points of a frame and build all that is drawn of it."""
    cloud = cloud_at(session, session.timestamp_ns)
    drawables.cloud(cloud.points, colors_of(session, cloud))
    draw_wires(shapes.boxes_here(session).moved(drawn_from_labels(session)), first_eye(), thickness=2)


def first_eye() -> Eye:
    """The eye of the 3D view as a window opens."""
    center, place = stand(View.BEHIND, None)
    ahead = (center - place) / np.linalg.norm(center - place)
    right = np.cross(ahead, [0.0, 0.0, 1.0]) / np.linalg.norm(ahead[:2])
    view, focal = np.eye(4), 1 / np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2)
    view[:3, :3] = [right, np.cross(right, ahead), -ahead]
    view[:3, 3] = -view[:3, :3] @ place
    return Eye(VIEW_SIZE, view, np.diag([focal * VIEW_SIZE[1] / VIEW_SIZE[0], focal, -1.0, 0.0]))


def each_frame(session: Session) -> Iterator[int]:
    """Go through all frames without loading ahead."""
    for i_frame in range(len(session.frames)):
        session.i_frame = i_frame
        yield i_frame


def pressing(session: Session, *keys: str, n: int = N_TIMED) -> tuple[Callable[[], object], Iterator[object]]:
    """What to time and its steps: keys in turn."""
    keymap, turns = read_keymap(), iter(range(n))
    return lambda: keymap.press(session, keys[next(turns) % len(keys)]), iter(range(n))


def clicking(session: Session) -> tuple[Callable[[], object], Iterator[object]]:
    """What to time and its steps: the best seen objects of the first frame, each clicked as if it had no box yet."""
    aims = iter(best_seen(session, N_CLICKS))
    aim: list[np.ndarray] = []

    def steps() -> Iterator[object]:
        for point in aims:
            session.select()
            aim[:] = [point]
            yield point

    def click() -> None:
        placing.create_from_click(session, aim[0])
        session.finish()

    return click, steps()


def best_seen(session: Session, n: int) -> list[np.ndarray]:
    """Points (3,) in the frame of the labels, one on each of the objects of the first frame with the most points."""
    session.go_to(0)
    world_from_ego: Transform = session.frame_from_ego(session.timestamp_ns)
    points = world_from_ego.apply(points_here(session))
    inside = [
        points[
            (np.abs(box.cuboid.frame_from_cuboid.inverse().apply(points)) < np.asarray(box.cuboid.size) / 3).all(axis=1)
        ]
        for box in session.shown()
    ]
    return [own[0] for own in sorted(inside, key=len, reverse=True)[:n] if len(own)]


def sync(path: Path) -> None:
    """Make sure of some bytes, as the store does once for an edit."""
    with path.open("ab") as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())


def resident() -> int:
    """Bytes that the process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
