"""The window itself, on a screen of its own: real keys, a real mouse, and what is in the store afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from sensorann.formats import pack
from sensorann.scene import Drive, Labels, Rig, Track
from sensorann.simulate import simulate_drive
from sensorann.simulate.vehicle import LIDAR
from sensorann.store import log, open_store, verify
from tests.builders import make_labels
from tests.viewers import pinhole
from tests.viewers.conftest import visible_points
from tests.viewers.screen import Hands, Screen, available, screen, until
from viewers import open_session
from viewers.commands import STEP
from viewers.layout import Layout, arrange
from viewers.looks import Looks

pytest.importorskip("open3d", exc_type=(ImportError, OSError))
pytestmark = pytest.mark.skipif(not available(), reason="needs Xvfb and xdotool (make system-libraries)")

N_FRAMES = 4
FONT_PX, WINDOW = 16, (1280, 800)


@dataclass
class Street:
    """A drive on disk with a known object to work on, and a point on another one that has no box yet.

    Boxes of the known object are in all frames; pixels are those of the first frame, as the window first shows it.
    """

    path: Path
    known: Track
    pixel: tuple[float, float]
    other_center: np.ndarray
    other_pixel: tuple[float, float]


def places(*, has_cameras: bool = False) -> Layout:
    """Where everything stands in the window, as it opens."""
    return arrange(0, 0, *WINDOW, em=FONT_PX, looks=Looks(), has_cameras=has_cameras)


def view_size() -> tuple[float, float]:
    """Width and height of the 3D view."""
    return places().view.width, places().view.height


def pixel_of(point_ego: np.ndarray) -> tuple[float, float]:
    """Where the window shows a point (3,) before anybody turned the view."""
    return pinhole.pixel_of(point_ego, view_size())


@pytest.fixture(scope="module")
def street(tmp_path_factory) -> Street:
    drive, truth = simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60, n_beams=32, n_columns=900)
    path = tmp_path_factory.mktemp("street") / "street.drive.h5"
    pack(replace(drive, rig=Rig((drive.rig[LIDAR],))), path)  # no pictures: nothing shows them
    known, other, points = objects_in_view(drive, truth, path.parent / "scratch.db")
    return Street(
        path=path,
        known=known,
        pixel=pixel_of(ego_from_world(drive).apply(known.cuboids.centers[0])),
        other_center=other.cuboids.centers[0],
        other_pixel=pixel_of(ego_from_world(drive).apply(points[other.id])),
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
    """A running viewer, the hands on it, and the place of its store."""

    hands: Hands
    program: subprocess.Popen
    place: Path

    def kinds(self) -> list[str]:
        """Kinds of all events in the store."""
        with open_store(self.place) as store:
            return [event.kind for event in log(store)]

    def labels(self) -> Labels:
        with open_store(self.place) as store:
            return store.load("street").labels

    def until_kinds(self, *expected: str) -> None:
        """Wait until these are the events after the import."""
        until(lambda: self.kinds()[1:] == list(expected), f"the events {expected}")


def opened(screen: Screen, street: Street, place: Path) -> Desk:
    """Open the viewer with the command line and turn to its window."""
    command = [sys.executable, "-m", "sensorann", "view", str(street.path), "--store", f"{place}#street"]
    program = subprocess.Popen(command, env=os.environ | {"DISPLAY": screen.display, "SENSORANN_ACTOR": "anna"})
    hands = Hands(screen)
    hands.find("sensorann: street")
    return Desk(hands, program, place)


@pytest.fixture
def desk(street, tmp_path) -> Iterator[Desk]:
    place = tmp_path / "labels.db"
    with open_store(place, actor="anna", create=True) as store:
        store.import_labels(make_labels(street.known), drive="street")
    with screen() as shown:
        desk = opened(shown, street, place)
        yield desk
        desk.program.kill()
        desk.program.wait()


def test_a_day_at_the_window_and_a_sudden_end(desk, street):
    hands, known = desk.hands, street.known
    forward = known.cuboids.rotations[0][:, 0]

    def center(row: int = 0) -> np.ndarray:
        return desk.labels().track(known.id).cuboids.centers[row]

    hands.press(*street.pixel)
    hands.release()
    hands.key("w")
    desk.until_kinds("move")
    np.testing.assert_allclose(center(), known.cuboids.centers[0] + STEP * forward, rtol=0, atol=1e-9)

    hands.press(*street.pixel)
    hands.move(street.pixel[0] + 60, street.pixel[1] + 20)
    hands.move(street.pixel[0] + 120, street.pixel[1] + 40)
    hands.release()
    desk.until_kinds("move", "drag")
    dragged = center() - known.cuboids.centers[0]
    assert np.hypot(*dragged[:2]) > 1.0
    assert dragged[2] == pytest.approx(STEP * forward[2], abs=1e-9)

    hands.key("ctrl+z")
    hands.key("ctrl+z")
    desk.until_kinds("move", "drag", "undo", "undo")
    np.testing.assert_array_equal(center(), known.cuboids.centers[0])

    hands.press(WINDOW[0] - 30, WINDOW[1] - 50)  # the end of the timeline
    hands.release()
    hands.key("Tab")
    hands.key("w")
    desk.until_kinds("move", "drag", "undo", "undo", "move")
    assert center(N_FRAMES - 1) == pytest.approx(
        known.cuboids.centers[-1] + STEP * known.cuboids.rotations[-1][:, 0], abs=1e-9
    )

    hands.key("Escape")
    hands.key("Home")
    hands.key("q")
    hands.press(*street.other_pixel)
    hands.release()
    desk.until_kinds("move", "drag", "undo", "undo", "move", "fit")
    (new,) = (track for track in desk.labels().tracks if track.id != known.id)
    assert np.linalg.norm(new.cuboids.centers[0, :2] - street.other_center[:2]) < 1.5

    hands.key("ctrl+q")
    assert desk.program.wait(timeout=60) == 0
    kill_in_mid_drag(opened(hands.screen, street, desk.place), street)


def kill_in_mid_drag(again, street):
    """Opened once more the edits are there, and a sudden end loses none that was acknowledged."""
    again.hands.press(*street.pixel)
    again.hands.release()
    again.hands.key("w")
    again.until_kinds("move", "drag", "undo", "undo", "move", "fit", "move")
    before = again.kinds()
    again.hands.press(*street.pixel)
    again.hands.move(street.pixel[0] + 60, street.pixel[1] + 20)
    again.program.kill()
    again.program.wait()
    assert again.kinds() == before
    with open_store(again.place) as store:
        assert verify(store).faults == ()
