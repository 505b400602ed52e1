"""The viewer in a real browser: real keys, a real mouse, and what is in the store afterwards."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sensorann.scene import Labels, Track
from sensorann.store import log, open_store, verify
from tests.builders import make_labels
from tests.viewers import pinhole
from tests.viewers.screen import until
from viewers.commands import STEP

pytest.importorskip("viser")
pytest.importorskip("selenium")

from selenium.webdriver.common.keys import Keys

from tests.browser import installed
from tests.viewers.web.conftest import Street
from tests.viewers.web.hands import Hands

pytestmark = pytest.mark.skipif(not installed(), reason="needs chromium and chromedriver (make system-libraries)")

# How far out of the middle of a box an arrow of its handles is taken, in half lengths; they reach 1.5 far.
GRIP = 1.1
DRAGGED = 2.0


@dataclass
class Desk:
    """A running viewer, the address of its page, and the place of its store."""

    program: subprocess.Popen
    address: str
    place: Path

    def kinds(self) -> list[str]:
        """Kinds of all events after the import."""
        with open_store(self.place) as store:
            return [event.kind for event in log(store)][1:]

    def until_kinds(self, *expected: str) -> None:
        until(lambda: self.kinds() == list(expected), f"the events {expected}")

    def labels(self) -> Labels:
        with open_store(self.place) as store:
            return store.load("street").labels


def opened(street: Street, place: Path) -> Desk:
    """Open the viewer with the command line, and read the address that it prints."""
    command = [sys.executable, "-m", "sensorann", "view", str(street.path), "--store", f"{place}#street", "--web"]
    program = subprocess.Popen(
        [*command, "--port", "0"], env=os.environ | {"SENSORANN_ACTOR": "anna"}, stdout=subprocess.PIPE, text=True
    )
    address = re.fullmatch(r"open (http://127\.0\.0\.1:\d+/\?token=\S+)\n", program.stdout.readline())
    assert address is not None
    return Desk(program, address[1], place)


@pytest.fixture
def known(web_street) -> Track:
    """The object that the store has from the start."""
    return web_street.two_in_view()[0]


@pytest.fixture
def desk(web_street, known, tmp_path) -> Iterator[Desk]:
    place = tmp_path / "labels.db"
    with open_store(place, actor="anna", create=True) as store:
        store.import_labels(make_labels(known), drive="street")
    desk = opened(web_street, place)
    yield desk
    desk.program.kill()
    desk.program.wait()
    desk.program.stdout.close()


def test_a_day_in_the_browser_and_a_sudden_end(desk, chromium, web_street, known):
    ego_from_world, box = web_street.ego_from_world, known.cuboids.record(0)
    other = web_street.two_in_view()[1]

    def center(row: int = 0) -> np.ndarray:
        return desk.labels().track(known.id).cuboids.centers[row]

    def pixel(point_ego: np.ndarray) -> tuple[float, float]:
        return pinhole.pixel_of(point_ego, chromium.view()[2:])

    def along(metres: float) -> tuple[float, float]:
        """Pixel of a point ahead of the middle of the known box, as it is in the store."""
        ahead = center() + metres * known.cuboids.rotations[0][:, 0]
        return pixel(ego_from_world.apply(ahead))

    chromium.open(desk.address)
    assert "token" not in chromium.address()

    plain = chromium.picture()
    chromium.click(pixel(web_street.points_ego[known.id]))
    chromium.key("w")
    desk.until_kinds("move")
    chromium.until_drawn(plain)
    np.testing.assert_allclose(
        center(), known.cuboids.centers[0] + STEP * box.frame_from_cuboid.rotation[:, 0], atol=1e-9
    )

    before, taken = center(), GRIP * max(box.size) / 2
    chromium.drag([along(taken), along(taken + DRAGGED / 2), along(taken + DRAGGED)])
    desk.until_kinds("move", "drag")
    moved = box.frame_from_cuboid.inverse().rotate(center() - before)
    assert moved == pytest.approx([DRAGGED, 0, 0], abs=0.3)
    np.testing.assert_allclose(moved[1:], 0, atol=1e-6)

    chromium.button("undo")
    chromium.key("z", held=[Keys.CONTROL])
    desk.until_kinds("move", "drag", "undo", "undo")
    np.testing.assert_array_equal(center(), known.cuboids.centers[0])

    chromium.key(Keys.ESCAPE)
    chromium.key("q")
    chromium.click(pixel(web_street.points_ego[other.id]))
    desk.until_kinds("move", "drag", "undo", "undo", "fit")
    (new,) = (track for track in desk.labels().tracks if track.id != known.id)
    assert np.linalg.norm(new.cuboids.centers[0, :2] - other.cuboids.centers[0, :2]) < 1.5

    chromium.button("accept")
    chromium.say("comment", "whose <b>van</b>?")
    desk.until_kinds("move", "drag", "undo", "undo", "fit", "accept", "comment")
    until(lambda: "accepted by anna" in chromium.text(), "the verdict")
    until(lambda: "anna: whose <b>van</b>?" in chromium.text(), "the comment, as it was written")
    chromium.button("reject")
    until(lambda: "rejected by anna" in chromium.text(), "the other verdict")
    before = desk.kinds()

    chromium.key("q", held=[Keys.CONTROL])
    assert desk.program.wait(timeout=60) == 0
    kill_in_mid_drag(opened(web_street, desk.place), chromium, before, along)


def kill_in_mid_drag(again: Desk, chromium: Hands, before: list[str], along) -> None:
    """Opened once more the edits are there, and a sudden end loses none that was acknowledged."""
    chromium.open(again.address)
    chromium.key(Keys.TAB)
    chromium.key("w")
    again.until_kinds(*before, "move")
    chromium.drag([along(0.0), along(DRAGGED)], release=False)
    again.program.kill()
    again.program.wait()
    again.program.stdout.close()
    assert again.kinds() == [*before, "move"]
    with open_store(again.place) as store:
        assert verify(store).faults == ()
