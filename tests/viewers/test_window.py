"""The window itself, on a screen of its own: real keys, a real mouse, and what is in the store afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from sensorann.store import open_store, verify
from tests.viewers.desk import N_FRAMES, WINDOW, Desk, Street, desk_on, make_street, opened
from tests.viewers.screen import available
from viewers.commands import STEP

pytest.importorskip("open3d", exc_type=(ImportError, OSError))
pytestmark = pytest.mark.skipif(not available(), reason="needs Xvfb and xdotool (make system-libraries)")


@pytest.fixture(scope="module")
def street(tmp_path_factory) -> Street:
    return make_street(tmp_path_factory.mktemp("street"))


@pytest.fixture
def desk(street, tmp_path) -> Iterator[Desk]:
    with desk_on(street, tmp_path / "labels.db") as desk:
        yield desk


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
    kill_in_mid_drag(opened(hands.screen, street.path, desk.place), street)


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
