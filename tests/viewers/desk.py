"""A running viewer on a simulated street, its places on the screen, and what is in its store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sensorann.formats import pack
from sensorann.scene import Drive, Labels, Rig, Track
from sensorann.simulate import simulate_drive
from sensorann.simulate.vehicle import LIDAR
from sensorann.store import log, open_store
from tests.builders import make_labels
from tests.viewers import pinhole
from tests.viewers.conftest import visible_points
from tests.viewers.screen import Hands, Screen, screen, until
from viewers import open_session
from viewers.layout import Layout, arrange
from viewers.looks import Looks

N_FRAMES = 4
FONT_PX, WINDOW = 16, (1280, 800)


@dataclass
class Street:
    """A drive on disk with a known object to work on, and a point on another one that has no box yet.

    Boxes of the known object are in all frames; pixels are those of the first frame, as the window first shows it. A
    street with a camera has an object that is large in its first picture: its centre and its outline there.
    """

    path: Path
    known: Track
    pixel: tuple[float, float]
    other_center: np.ndarray
    other_pixel: tuple[float, float]
    drawn_center: np.ndarray | None = None
    other_in_picture: tuple[float, float, float, float] | None = None
    picture_size: tuple[int, int] | None = None


def places(*, has_cameras: bool = False, looks: Looks | None = None) -> Layout:
    """Where everything stands in the window, as it opens."""
    return arrange(0, 0, *WINDOW, em=FONT_PX, looks=looks or Looks(), has_cameras=has_cameras)


def view_size() -> tuple[float, float]:
    """Width and height of the 3D view of a drive without cameras."""
    return places().view.width, places().view.height


def pixel_of(point_ego: np.ndarray) -> tuple[float, float]:
    """Where the window of a drive without cameras shows a point (3,) before anybody turned the view."""
    return pinhole.pixel_of(point_ego, view_size())


def make_street(folder: Path, *, cameras: tuple[str, ...] = ()) -> Street:
    """Pack a street with its LiDAR and some of its cameras."""
    drive, truth = simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60, n_beams=32, n_columns=900)
    path = folder / "street.drive.h5"
    rig = Rig(tuple(drive.rig[name] for name in (LIDAR, *cameras)))
    pack(replace(drive, rig=rig), path)
    known, other, points = objects_in_view(drive, truth, folder / "scratch.db")
    street = Street(
        path=path,
        known=known,
        pixel=pixel_of(ego_from_world(drive).apply(known.cuboids.centers[0])),
        other_center=other.cuboids.centers[0],
        other_pixel=pixel_of(ego_from_world(drive).apply(points[other.id])),
    )
    return with_outline(street, drive, truth, cameras[0]) if cameras else street


def with_outline(street: Street, drive: Drive, truth: Labels, camera: str) -> Street:
    """Add the object other than the known one that is largest in the first picture of a camera."""
    instant, lens = int(drive.timestamps_ns(camera)[0]), drive.rig.camera(camera)
    camera_from_world = (drive.trajectory.at(instant) @ drive.rig[camera].ego_from_sensor).inverse()
    outlines = {}
    for track in truth.tracks:
        pixels = lens.project(camera_from_world.apply(track.cuboids[:1].corners()[0]))
        if track.id != street.known.id and lens.contains(pixels).all():
            outlines[track.id] = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
    largest = max(outlines, key=lambda track_id: float((outlines[track_id][2:] - outlines[track_id][:2]).prod()))
    return replace(
        street,
        drawn_center=truth.track(largest).cuboids.centers[0],
        other_in_picture=tuple(outlines[largest].tolist()),
        picture_size=lens.size,
    )


def ego_from_world(drive: Drive):
    return drive.trajectory.at(int(drive.timestamps_ns(LIDAR)[0])).inverse()


def objects_in_view(drive: Drive, truth: Labels, scratch: Path) -> tuple[Track, Track, dict[str, np.ndarray]]:
    """Two objects that the first frame shows well, far from each other on the screen."""
    with open_store(scratch, create=True) as store:
        session = open_session(drive, store)
        points = visible_points(session, truth)
        session.close()
    pixels = {track_id: pixel_of(ego_from_world(drive).apply(point)) for track_id, point in points.items()}
    whole = [
        track
        for track in truth.tracks
        if track.id in points and len(track) == N_FRAMES and pinhole.in_view(pixels[track.id], view_size())
    ]
    pairs = [
        (np.hypot(*np.subtract(pixels[a.id], pixels[b.id])), i, j)
        for i, a in enumerate(whole)
        for j, b in enumerate(whole)
    ]
    _, i, j = max(pairs)
    return whole[i], whole[j], points


@dataclass
class Desk:
    """A running viewer, the hands on it, the place of its store, and the name of the drive there."""

    hands: Hands
    program: subprocess.Popen
    place: Path
    name: str

    def kinds(self) -> list[str]:
        """Kinds of all events in the store."""
        with open_store(self.place) as store:
            return [event.kind for event in log(store)]

    def labels(self) -> Labels:
        with open_store(self.place) as store:
            return store.load(self.name).labels

    def until_kinds(self, *expected: str) -> None:
        """Wait until these are the events after the import."""
        until(lambda: self.kinds()[1:] == list(expected), f"the events {expected}")


def opened(screen: Screen, path: str | Path, place: Path, *, name: str = "street") -> Desk:
    """Open the viewer on a drive with the command line and turn to its window."""
    command = [sys.executable, "-m", "sensorann", "view", str(path), "--store", f"{place}#{name}"]
    program = subprocess.Popen(command, env=os.environ | {"DISPLAY": screen.display, "SENSORANN_ACTOR": "anna"})
    hands = Hands(screen)
    hands.find(f"sensorann: {name}")
    return Desk(hands, program, place, name)


@contextmanager
def desk_on(street: Street, place: Path) -> Iterator[Desk]:
    """A viewer on a street with its known object, on a screen of its own."""
    with open_store(place, actor="anna", create=True) as store:
        store.import_labels(make_labels(street.known), drive="street")
    with screen() as shown:
        desk = opened(shown, street.path, place)
        try:
            yield desk
        finally:
            desk.program.kill()
            desk.program.wait()
