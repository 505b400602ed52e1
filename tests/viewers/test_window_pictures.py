"""The pictures of the window, on a screen of its own: real keys and a real mouse in close-ups, cameras and forms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import sensorann as sa
from sensorann.geometry import Cuboid
from sensorann.scene import Source
from sensorann.store.reviewing import comments
from tests.viewers.desk import N_FRAMES, Desk, Street, desk_on, make_street, opened, places
from tests.viewers.screen import available, until
from viewers.commands import STEP
from viewers.layout import Place
from viewers.looks import Looks, Part
from viewers.pictures.batch import N_COLUMNS
from viewers.pictures.closeup import CloseUp, Side, handle_pixels
from viewers.pictures.viewport import Viewport

pytest.importorskip("open3d", exc_type=(ImportError, OSError))
pytestmark = pytest.mark.skipif(not available(), reason="needs Xvfb and xdotool (make system-libraries)")

CAMERA = "CAM_FRONT"
PULL = 25
Pixel = tuple[float, float]


@pytest.fixture(scope="module")
def street(tmp_path_factory) -> Street:
    return make_street(tmp_path_factory.mktemp("street"), cameras=(CAMERA,))


@pytest.fixture
def desk(street, tmp_path) -> Iterator[Desk]:
    with desk_on(street, tmp_path / "labels.db") as desk:
        yield desk


def in_window(place: Place, pixel: np.ndarray | Pixel) -> Pixel:
    """Pixel of the window that a pixel of one of its pictures is."""
    return place.x + float(pixel[0]), place.y + float(pixel[1])


def pull(desk: Desk, start: Pixel, end: Pixel) -> None:
    desk.hands.press(*start)
    desk.hands.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    desk.hands.move(*end)
    desk.hands.release()


def box_of(desk: Desk, street: Street, row: int = 0) -> Cuboid:
    return desk.labels().track(street.known.id).cuboids.record(row)


def test_a_day_at_the_pictures(desk, street):
    desk.hands.key("Tab")
    resize_in_the_side_view(desk, street)
    write_a_comment(desk, street)
    choose_a_category_by_its_first_letter(desk, street)
    mend_the_second_frame_in_the_batch_view(desk, street)
    play_to_the_end(desk, street)
    draw_around_an_object_on_the_picture(desk, street)
    lift_it_in_the_side_view(desk, street)
    kept = desk.kinds()
    desk.hands.key("ctrl+q")
    assert desk.program.wait(timeout=60) == 0
    again = opened(desk.hands.screen, street.path, desk.place)
    again.hands.key("ctrl+q")
    assert again.program.wait(timeout=60) == 0
    assert desk.kinds() == kept


def resize_in_the_side_view(desk, street):
    """The upper edge is pulled up; the bottom stays where it is."""
    before, place = box_of(desk, street), places(has_cameras=True).close_ups[1]
    view = CloseUp(side=Side.SIDE, anchor=before, size=(place.width, place.height))
    start = in_window(place, handle_pixels(view, before)[0, 1])
    pull(desk, start, (start[0], start[1] - PULL))
    desk.until_kinds("drag")
    after = box_of(desk, street)
    assert after.size == pytest.approx((*before.size[:2], before.size[2] + PULL / view.pixels_per_metre), abs=0.02)
    np.testing.assert_allclose(
        after.frame_from_cuboid.apply([0, 0, -after.size[2] / 2]),
        before.frame_from_cuboid.apply([0, 0, -before.size[2] / 2]),
        atol=1e-9,
    )


def write_a_comment(desk, street):
    """Keys are letters in a form: none of them moves the box."""
    desk.hands.key_and_see("ctrl+n")
    desk.hands.write("was it seen?")
    desk.until_kinds("drag", "comment")
    with sa.open_store(desk.place) as store:
        (said,) = comments(store, "street")
    assert (said.text, said.object_id) == ("was it seen?", street.known.id)


def choose_a_category_by_its_first_letter(desk, street):
    desk.hands.key_and_see("m")
    desk.hands.key_and_see("t")
    desk.hands.key_and_see("Return")
    desk.until_kinds("drag", "comment", "category")
    category = desk.labels().track(street.known.id).category
    assert category.startswith("t")
    assert category != street.known.category


def mend_the_second_frame_in_the_batch_view(desk, street):
    """The box of the second cell is moved to its front; the other frames keep theirs."""
    looks = Looks(shown=Looks().shown | {Part.BATCH})
    before, place = box_of(desk, street, 1), places(has_cameras=True, looks=looks).view
    desk.hands.key("v")
    width, height = place.width // N_COLUMNS, place.height // 4
    middle = in_window(place, (1.5 * width, 0.5 * height))

    def seen() -> bool:
        desk.hands.move(*middle)
        return bool((desk.hands.shown(middle, 12) > 200).any())

    until(seen, "points in the second cell")
    pull(desk, middle, (middle[0] + PULL, middle[1]))
    desk.until_kinds("drag", "comment", "category", "drag")
    step = before.frame_from_cuboid.inverse().apply(box_of(desk, street, 1).center)
    assert step[0] > 0.3
    np.testing.assert_allclose(step[1:], 0.0, atol=0.1)
    np.testing.assert_array_equal(box_of(desk, street, 2).center, street.known.cuboids.centers[2])
    desk.hands.key("v")


def play_to_the_end(desk, street):
    desk.hands.key("Home")
    desk.hands.key("period")
    cursor = in_window(places().foot, (places().foot.width - 60, 20))
    until(lambda: (desk.hands.shown(cursor, 150) == 255).all(axis=-1).any(), "the cursor at the end of the timeline")
    desk.hands.key("w")
    desk.until_kinds("drag", "comment", "category", "drag", "move")
    sources = desk.labels().track(street.known.id).sources
    assert sources[N_FRAMES - 1] == Source.HUMAN
    assert (box_of(desk, street, N_FRAMES - 1).center != street.known.cuboids.centers[N_FRAMES - 1]).any()


def draw_around_an_object_on_the_picture(desk, street):
    place = places(has_cameras=True).camera
    left, top, right, bottom = street.other_in_picture
    matrix = Viewport().panel_from_picture(street.picture_size, (place.width, place.height))
    corners = np.array([[left, top], [right, bottom]]) * matrix[0, 0] + matrix[:, 2]
    desk.hands.key("Home")
    desk.hands.key("Escape")
    desk.hands.key("b")
    pull(desk, in_window(place, corners[0]), in_window(place, corners[1]))
    desk.until_kinds("drag", "comment", "category", "drag", "move", "fit")
    assert np.linalg.norm((drawn(desk, street) - street.drawn_center)[:2]) < 1.5


def lift_it_in_the_side_view(desk, street):
    """Keys move a box as the close-up under the pointer shows it: the new one goes up."""
    side = places(has_cameras=True).close_ups[1]
    before = drawn(desk, street)
    desk.hands.move(*in_window(side, (side.width / 2, side.height / 2)))
    desk.hands.key("w")
    desk.until_kinds("drag", "comment", "category", "drag", "move", "fit", "move")
    np.testing.assert_allclose(drawn(desk, street) - before, [0.0, 0.0, STEP], atol=1e-3)  # the street is not level


def drawn(desk: Desk, street: Street) -> np.ndarray:
    """Centre (3,) of the only box of the object that was drawn around."""
    (new,) = (track for track in desk.labels().tracks if track.id != street.known.id)
    return new.cuboids.centers[0]
