"""Close-ups: true lengths, and a hand in them that drags faces, corners, the box and its heading."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Cuboid, Transform
from sensorann.store import log
from tests.builders import MemoryDrive, make_labels, make_track
from viewers import open_session
from viewers.actions import looking
from viewers.commands import STEP
from viewers.keymap import read_keymap
from viewers.pictures.closeup import CloseUp, Side, draw_close_up, handle_pixels
from viewers.pictures.hand import Hand, dragged, take, zoomed

SIZE = (300, 200)
COLOR = (10, 200, 250)


def make_box(*, center=(100.0, 50.0, 1.0), size=(4.0, 2.0, 1.5), yaw=0.7) -> Cuboid:
    return Cuboid(frame_from_cuboid=Transform.from_yaw(yaw, center), size=size, frame="world")


def make_view(side=Side.TOP, **changes) -> CloseUp:
    return CloseUp(side=side, anchor=make_box(**changes), size=SIZE)


def center_pixel(view: CloseUp) -> tuple[float, float]:
    return (view.size[0] - 1) / 2, (view.size[1] - 1) / 2


@given(
    side=st.sampled_from(Side),
    step=st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    start=st.tuples(st.floats(0, 300), st.floats(0, 200)),
)
def test_a_step_of_the_hand_is_as_long_as_what_lies_under_it(side, step, start):
    view = make_view(side)
    end = (start[0] + step[0] * view.pixels_per_metre, start[1] + step[1] * view.pixels_per_metre)
    moved = view.step(start, end)
    np.testing.assert_allclose(view.pixels(moved) - view.pixels(np.zeros(3)), np.subtract(end, start), atol=1e-9)
    assert np.linalg.norm(moved) == pytest.approx(np.hypot(*step), abs=1e-9)


@pytest.mark.parametrize(
    ("side", "right", "up"),
    [(Side.TOP, (1, 0, 0), (0, 1, 0)), (Side.SIDE, (1, 0, 0), (0, 0, 1)), (Side.REAR, (0, -1, 0), (0, 0, 1))],
    ids=lambda value: value.name if isinstance(value, Side) else "",
)
def test_what_is_right_and_up_in_a_view(side, right, up):
    view = make_view(side)
    middle = center_pixel(view)
    np.testing.assert_allclose(view.pixels(np.array(right)), np.add(middle, [view.pixels_per_metre, 0]))
    np.testing.assert_allclose(view.pixels(np.array(up)), np.add(middle, [0, -view.pixels_per_metre]))


@pytest.mark.parametrize(("key", "right", "up"), [("W", 0, 1), ("S", 0, -1), ("D", 1, 0), ("A", -1, 0)])
@pytest.mark.parametrize("side", Side)
def test_a_key_moves_the_box_as_the_close_up_under_the_pointer_shows_it(parked, side, key, right, up):
    parked.select("1")
    view = CloseUp(side=side, anchor=parked.box_here("1"), size=SIZE)
    looking.hover(parked, side)
    assert read_keymap().press(parked, key)
    local = view.anchor.frame_from_cuboid.inverse().apply(parked.box_here("1").center)
    step = STEP * view.pixels_per_metre
    np.testing.assert_allclose(view.pixels(local), np.add(center_pixel(view), [right * step, -up * step]))
    assert np.linalg.norm(local) == pytest.approx(STEP)


def test_elsewhere_a_key_moves_the_box_along_its_own_axes(parked):
    parked.select("1")
    before = parked.box_here("1")
    looking.hover(parked, Side.SIDE)
    for key in ("V", "V", "W", "D"):  # what is under the pointer then, nobody knows before it moves
        assert read_keymap().press(parked, key)
    step = before.frame_from_cuboid.inverse().apply(parked.box_here("1").center)
    np.testing.assert_allclose(step, [STEP, -STEP, 0.0], atol=1e-12)


@pytest.mark.parametrize("side", Side)
def test_the_whole_box_is_in_the_picture_with_room_around_it(side):
    pixels = np.array(list(handle_pixels(make_view(side), make_box()).values()))
    assert (pixels > 10).all()
    assert (pixels < np.array(SIZE) - 10).all()


@given(
    side=st.sampled_from(Side),
    faces=st.tuples(st.sampled_from([-1, 0, 1]), st.sampled_from([-1, 0, 1])).filter(any),
    by=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
    yaw=st.floats(-3, 3),
)
def test_a_dragged_handle_takes_its_faces_along_and_leaves_the_opposite_ones(side, faces, by, yaw):
    view = make_view(side, yaw=yaw)
    before, handles = view.anchor, handle_pixels(view, view.anchor)
    start = tuple(handles[faces])
    grip = take(view, before, start)
    assert grip.faces == faces
    scale = view.pixels_per_metre
    after = dragged(grip, (start[0] + scale * by[0], start[1] - scale * by[1]))
    local = before.frame_from_cuboid.inverse() @ after.frame_from_cuboid
    np.testing.assert_allclose(local.rotation, np.eye(3), atol=1e-9)
    low, high = local.translation - np.array(after.size) / 2, local.translation + np.array(after.size) / 2
    wanted_low, wanted_high = -np.array(before.size) / 2, np.array(before.size) / 2
    for (axis, sign), face, step in zip(side.value, faces, by, strict=True):
        (wanted_high if sign * face > 0 else wanted_low)[axis] += sign * step * abs(face)
    np.testing.assert_allclose(low, wanted_low, atol=1e-9)
    np.testing.assert_allclose(high, wanted_high, atol=1e-9)


def test_the_box_itself_is_moved_and_beside_it_the_hand_turns_it():
    view, box = make_view(), make_box()
    x, y = center_pixel(view)
    grip = take(view, box, (x + 20, y))
    moved = dragged(grip, (x + 20 + view.pixels_per_metre, y))
    np.testing.assert_allclose(moved.center, box.frame_from_cuboid.apply([1.0, 0.0, 0.0]))
    grip = take(view, box, (x + 140, y))
    turned = dragged(grip, (x, y - 140))  # from ahead of the box to its left: a quarter turn to the left
    assert turned.yaw == pytest.approx(box.yaw + np.pi / 2)
    np.testing.assert_allclose(turned.center, box.center)
    assert take(make_view(Side.SIDE), box, (2.0, 2.0)) is None


def test_a_face_is_dragged_no_further_than_the_one_across():
    view, box = make_view(), make_box()
    front = tuple(handle_pixels(view, box)[1, 0])
    flat = dragged(take(view, box, front), (front[0] - 1000, front[1]))
    assert 0 < flat.size[0] < 0.1


def test_points_inside_are_bright_and_those_beyond_the_depth_are_not_shown():
    view, box = make_view(Side.SIDE), make_box()
    local = np.array([[0.5, 0.0, 0.2], [1.0, 0.9, -0.3], [-1.0, 1.8, 0.3], [2.3, 0.0, 0.0]])
    picture = draw_close_up(view, box, box.frame_from_cuboid.apply(local), COLOR, handles=False)

    def shade(row: int) -> int:
        u, v = np.floor(view.pixels(local[row])).astype(int)
        return int(picture[v, u].min())

    empty = int(picture[5, 5].min())
    assert shade(0) > 200
    assert shade(1) > 200
    assert shade(2) == empty
    assert empty < shade(3) < 200


def test_doubt_and_the_former_box_are_drawn_around_the_box():
    view, box = make_view(), make_box(yaw=0.7)
    plain = draw_close_up(view, box, np.zeros((0, 3)), COLOR)
    sigmas = np.array([0.2, 0.2, 0.1, 0, 0, 0, 0.0])
    doubted = draw_close_up(view, box, np.zeros((0, 3)), COLOR, sigmas=sigmas)
    u, v = np.round(view.pixels([2.0 + 0.4, 0.5, 0.0])).astype(int)
    assert (doubted[v, u] != plain[v, u]).any()
    former = draw_close_up(view, box, np.zeros((0, 3)), COLOR, before=make_box(size=(3.0, 1.0, 1.5)))
    assert (former != plain).any()


def test_the_wheel_looks_closer_within_bounds():
    view = make_view()
    assert zoomed(view, 3).pixels_per_metre > view.pixels_per_metre > zoomed(view, -3).pixels_per_metre
    assert zoomed(view, 1e3).zoom == pytest.approx(8.0)


@pytest.fixture
def parked(store):
    store.import_labels(make_labels(make_track(n=2)), drive="memory")
    session = open_session(MemoryDrive(), store)
    session.select("1")
    yield session
    session.close()


def test_a_drag_is_one_edit_and_a_trembling_click_is_none(parked):
    hand, before = Hand(), parked.box_here("1")
    view = CloseUp(side=Side.SIDE, anchor=before, size=SIZE)
    top = tuple(handle_pixels(view, before)[0, 1])
    assert hand.press(parked, view, top)
    hand.drag(parked, (top[0] + 1, top[1]))
    hand.release(parked, (top[0] + 1, top[1]))
    assert (parked.gesture, len(log(parked.store))) == (None, 1)
    hand.press(parked, view, top)
    assert hand.held is view
    hand.drag(parked, (top[0], top[1] - 10))
    assert parked.box_here("1").size[2] > before.size[2]
    hand.release(parked, (top[0], top[1] - view.pixels_per_metre))
    assert parked.box_here("1").size[2] == pytest.approx(before.size[2] + 1.0)
    assert len(log(parked.store)) == 2
    parked.select()
    assert not hand.press(parked, view, top)
