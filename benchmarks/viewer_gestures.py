"""How many gestures a track takes until it is as people labelled it, with and without the machine between keyframes.

    python -m benchmarks.viewer_gestures            print the table of docs/annotating.md
    python -m benchmarks.viewer_gestures --write    put it there

A scripted person who knows the published labels works on the model of the viewer. A key, a click, a drag and a click on
the timeline are one gesture each. He clicks the object in its first and its last frame, and corrects each box whose
overlap with the wanted one is below 0.7, by three drags: place, heading and edges in the top view, height in the side
view. Then, until the mean overlap over all frames is 0.7: fill, go to a frame, correct it.

In this viewer filling follows the points, and `J` names the frame. The other column is the workflow that the guide of
SUSTechPOINTS describes, with the same clicks and fits: boxes along straight lines, the worst frame found by eye among
all frames (one gesture, and the person never errs), and a last key to mark the track final. It is no measurement of
that program, whose automatic adjustment is left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.report import write
from benchmarks.viewer import PAGE, desk, recordings
from sensorann.errors import SensorannError
from sensorann.geometry import Cuboid, points_in_cuboid
from sensorann.geometry.overlap import iou_3d
from sensorann.scene import Drive, Labels, Track
from sensorann.store import Note
from viewers import Session
from viewers.actions import objects, placing, shaping
from viewers.eye import moved_into
from viewers.points import points_here

MARK = "viewer-gestures"
N_OBJECTS, FEWEST_BOXES, FEWEST_POINTS = 10, 8, 10
GOOD, MOST_GESTURES = 0.7, 100
DRAGS, CORNERS = 3, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"update {PAGE.name}")
    options = parser.parse_args()
    rows = ["| object | frames | this viewer | straight lines, frames found by eye |", "|---|---|---|---|"]
    totals = np.zeros(3, np.int64)
    for name, drive, wanted in chosen():
        with_machine, by_hand = (counted(drive, wanted, machine=machine) for machine in (True, False))
        totals += len(wanted), with_machine, by_hand
        rows.append(f"| {name} {wanted.category} {wanted.id[:6]} | {len(wanted)} | {with_machine} | {by_hand} |")
        print(rows[-1], flush=True)
    rows.append(f"| together | {totals[0]} | {totals[1]} | {totals[2]} |")
    rows.append(f"| gestures per box | | {totals[1] / totals[0]:.2f} | {totals[2] / totals[0]:.2f} |")
    print("\n".join(rows))
    if options.write:
        write({MARK: "\n".join(rows)}, PAGE)


def chosen() -> Iterator[tuple[str, Drive, Track]]:
    """The recorded objects that are seen longest, those with boxes in the most frames first."""
    n_left = N_OBJECTS
    for name, drive, labels in recordings():
        labels = sa.interpolate(labels, drive, points=False, method="linear")  # into the world, nothing else changes
        seen = [track for track in labels.tracks if len(track) >= FEWEST_BOXES and is_seen(drive, labels, track)]
        for track in sorted(seen, key=len, reverse=True)[:n_left]:
            n_left -= 1
            yield name, drive, track


def is_seen(drive: Drive, labels: Labels, track: Track) -> bool:
    """Tell whether the first and the last box hold points to click."""
    with desk(drive, replace(labels, tracks=())) as session:
        ends = [point_in(session, track, row) for row in (0, len(track) - 1)]
    return all(point is not None for point in ends)


@dataclass
class Person:
    """Someone who knows what is wanted, and how many gestures he made."""

    session: Session
    wanted: Track
    n_gestures: int = 0

    def go(self, row: int) -> None:
        """Click the frame of a box on the timeline."""
        self.session.go_to_instant(int(self.wanted.timestamps_ns[row]))
        self.n_gestures += 1

    def create(self, row: int) -> None:
        """Click the object; where that finds nothing, draw its plan with three clicks; correct what is off."""
        self.go(row)
        point = point_in(self.session, self.wanted, row)
        self.n_gestures += 1
        try:
            placing.create_from_click(self.session, point if point is not None else self.wanted.cuboids.centers[row])
            self.session.worker.wait()
            self.session.worker.collect()
        except SensorannError:
            self.n_gestures += CORNERS
            placing.create_from_corners(self.session, *corners(self.wanted.cuboids.record(row)))
        self.correct(row)

    def correct(self, row: int) -> None:
        """Drag the box of this frame to where it should be, unless it is."""
        box = self.session.box_here(self.session.selected[-1])
        if box is None or overlap(box, self.wanted.cuboids.record(row)) < GOOD:
            wanted = self.wanted.cuboids.record(row)
            x, y, z = (float(value) for value in wanted.center)
            shaping.put(self.session, center=(x, y, z), size=wanted.size, yaw=wanted.yaw)
            self.n_gestures += DRAGS

    def overlaps(self) -> NDArray[np.float64]:
        """Overlap of every wanted box with what is there, 0 where nothing is."""
        made = self.session.track
        rows = np.searchsorted(made.timestamps_ns, self.wanted.timestamps_ns).clip(0, len(made) - 1)
        found = made.timestamps_ns[rows] == self.wanted.timestamps_ns
        shared = iou_3d(made.cuboids[rows], self.wanted.cuboids).diagonal()
        return np.where(found, shared, 0.0)


def counted(drive: Drive, wanted: Track, *, machine: bool) -> int:
    """Gestures until the track is as wanted."""
    frame = wanted.cuboids.frame
    with desk(drive, Labels(drive_name=drive.name, frame=frame, tracks=())) as session:
        person = Person(session, wanted, n_gestures=1)  # the tool is taken into the hand
        session.category = wanted.category
        person.create(0)
        person.create(len(wanted) - 1)
        while person.n_gestures < MOST_GESTURES:
            fill(person, machine=machine)
            overlaps = person.overlaps()
            if overlaps.mean() >= GOOD:
                break
            row = suggested(person, overlaps) if machine else int(np.argmin(overlaps))
            person.go(row)
            shaped = person.n_gestures
            person.correct(row)
            if person.n_gestures == shaped:  # the suggestion was good already: look for the worst one
                row = int(np.argmin(overlaps))
                person.go(row)
                person.correct(row)
        return person.n_gestures + (not machine)


def fill(person: Person, *, machine: bool) -> None:
    """One key: along the points, or along straight lines."""
    session = person.session
    person.n_gestures += 1
    if machine:
        objects.interpolate_object(session)
    else:
        drive = session.drive
        session.complete(
            "lines", lambda labels: sa.interpolate(labels, drive, method="linear"), Note(kind="interpolate")
        )
    session.finish()


def suggested(person: Person, overlaps: NDArray[np.float64]) -> int:
    """Row of the frame that the viewer names; the worst one where it names none."""
    objects.look_for_doubt(person.session)
    person.session.finish()
    rows = np.flatnonzero(person.wanted.timestamps_ns == person.session.timestamp_ns)
    return int(rows[0]) if len(rows) and person.session.suggestions else int(np.argmin(overlaps))


def point_in(session: Session, track: Track, row: int) -> NDArray[np.float64] | None:
    """A point in the middle of the points in a wanted box; None where there are too few."""
    session.go_to_instant(int(track.timestamps_ns[row]))
    labels_from_ego = session.frame_from_ego(session.timestamp_ns)
    points = points_here(session)
    box = moved_into(track.cuboids.record(row), labels_from_ego.inverse(), frame="ego")
    own = points[points_in_cuboid(points, replace(box, size=tuple(0.8 * edge for edge in box.size)))]
    if len(own) < FEWEST_POINTS:
        return None
    middle = own[np.argmin(np.linalg.norm(own - np.median(own, axis=0), axis=1))]
    return np.asarray(labels_from_ego.apply(middle.astype(np.float64)))


def corners(cuboid: Cuboid) -> NDArray[np.float64]:
    """Rear right, front right and rear left corner (3, 3) at the bottom of a box."""
    signs = np.array([[-1, -1, -1], [1, -1, -1], [-1, 1, -1]])
    return cuboid.frame_from_cuboid.apply(signs * np.asarray(cuboid.size) / 2)


def overlap(one: Cuboid, other: Cuboid) -> float:
    """Intersection over union of two boxes."""
    columns = [
        sa.Cuboids(
            centers=box.center[None],
            sizes=np.array([box.size]),
            rotations=box.frame_from_cuboid.rotation[None],
            frame=box.frame,
        )
        for box in (one, other)
    ]
    return float(iou_3d(*columns)[0, 0])


if __name__ == "__main__":
    main()
