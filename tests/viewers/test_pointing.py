"""Where the eye stands, what its rays meet, and what a hand at the mouse does with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Cuboid, Transform
from sensorann.store import log
from tests.builders import MemoryDrive, make_labels, make_track
from viewers import open_session
from viewers.actions import looking
from viewers.eye import ray_through, stand
from viewers.mouse import Mouse, Ray
from viewers.picking import entry_into, on_plane, point_along
from viewers.state import Tool, View

EYE = np.array([0.0, 0.0, 5.0])
NOWHERE = np.zeros((0, 3))


def make_box(*, center=(10.0, 0.0, 0.0), size=(4.0, 2.0, 2.0), yaw=0.0) -> Cuboid:
    return Cuboid(frame_from_cuboid=Transform.from_yaw(yaw, center), size=size, frame="world")


@given(
    inside=st.tuples(*[st.floats(-0.95, 0.95)] * 3),
    eye=st.tuples(st.floats(-30, 30), st.floats(-30, 30), st.floats(5, 30)),
    yaw=st.floats(-3, 3),
)
def test_a_ray_to_a_point_within_a_box_enters_it_before_that_point(inside, eye, yaw):
    box = make_box(yaw=yaw)
    point = box.frame_from_cuboid.apply(np.array(inside) * np.array(box.size) / 2)
    assert 0.0 <= entry_into(box, np.array(eye), point - np.array(eye)) <= 1.0


@pytest.mark.parametrize(
    ("origin", "direction", "entry"),
    [
        ((0, 0, 0), (1, 0, 0), 8.0),
        ((0, 0, 0), (2, 0, 0), 4.0),
        ((0, 0, 0), (-1, 0, 0), np.inf),
        ((0, 1.5, 0), (1, 0, 0), np.inf),
        ((10, 0, 0), (0, 1, 0), 0.0),
        ((10, 0, 9), (0, 0, -1), 8.0),
    ],
    ids=["ahead", "longer direction", "behind", "beside, along a face", "from within", "from above"],
)
def test_where_a_ray_enters_a_box(origin, direction, entry):
    assert entry_into(make_box(), np.array(origin, float), np.array(direction, float)) == pytest.approx(entry)


def test_a_ray_points_at_the_nearest_point_within_its_aim():
    points = np.array([[20, 0, 0], [10, 0.05, 0], [5, 0.5, 0], [-3, 0, 0]], np.float32)
    found = point_along(points, np.zeros(3), np.array([2.0, 0, 0]), tolerance=0.006)
    np.testing.assert_allclose(found, points[1])
    assert point_along(points[2:], np.zeros(3), np.array([1.0, 0, 0]), tolerance=0.006) is None


def test_a_ray_meets_the_ground_only_below_the_horizon():
    np.testing.assert_allclose(on_plane(EYE, np.array([2.0, 0, -1.0]), 1.0), [8, 0, 1])
    assert on_plane(EYE, np.array([1.0, 0, 0.1]), 1.0) is None
    assert on_plane(EYE, np.array([1.0, 0, 0.0]), 1.0) is None


@pytest.mark.parametrize(
    ("view", "direction"),
    [(View.BEHIND, [-1, 0, 0.6]), (View.TOP, [0, 0, 1]), (View.SIDE, [0, -1, 0]), (View.FRONT, [1, 0, 0])],
    ids=lambda value: value.name if isinstance(value, View) else "",
)
def test_the_eye_stands_on_the_side_of_the_box_that_was_asked_for(view, direction):
    box = make_box(yaw=1.2)
    center, eye = stand(view, box)
    np.testing.assert_allclose(center, box.center)
    away = box.frame_from_cuboid.inverse().apply(eye)
    np.testing.assert_allclose(away / np.linalg.norm(away), direction / np.linalg.norm(direction), atol=2e-3)


@given(pixel=st.tuples(st.floats(0, 799), st.floats(0, 599)), depth=st.floats(1, 100))
def test_a_ray_goes_through_what_its_pixel_shows(pixel, depth):
    view = np.eye(4)
    view[:3, :3] = [[0, -1, 0], [0, 0, 1], [-1, 0, 0]]  # looking along x of the drawn frame
    view[:3, 3] = view[:3, :3] @ -EYE
    projection = np.array([[1.3, 0, 0.1, 0], [0, 1.7, -0.2, 0], [0, 0, -1, -0.2], [0, 0, -1, 0]])
    origin, direction = ray_through(pixel, (800, 600), view, projection)
    clip = projection @ view @ np.append(origin + depth * direction, 1.0)
    x, y = clip[:2] / clip[3]
    assert ((x + 1) / 2 * 800 - 0.5, (1 - y) / 2 * 600 - 0.5) == pytest.approx(pixel, abs=1e-6)


@pytest.fixture
def parked(store):
    """A session on a parked car 10 m ahead."""
    car = make_track(centers=np.tile([10.0, 0.0, 0.0], (5, 1)), yaws=np.zeros(5))
    store.import_labels(make_labels(car), drive="memory")
    session = open_session(MemoryDrive(), store)
    yield session
    session.close()


def towards(*point: float) -> Ray:
    return Ray(EYE, np.array(point) - EYE)


def n_edits(session) -> int:
    return len(log(session.store)) - 1


def test_a_click_selects_and_a_drag_of_what_is_selected_moves_it_over_the_ground(parked):
    mouse = Mouse()
    assert not mouse.press(parked, (5, 5), towards(10, 0, 0))
    mouse.release(parked, (5, 5), towards(10, 0, 0), NOWHERE, add=False)
    assert parked.selected == ("1",)
    assert mouse.press(parked, (5, 5), towards(10, 0, 0))
    assert mouse.drag(parked, towards(12, 1, 0))
    assert n_edits(parked) == 0
    mouse.release(parked, (50, 5), towards(13, 2, 0), NOWHERE, add=False)
    np.testing.assert_allclose(parked.box_here("1").center, [13, 2, 0], atol=1e-9)
    assert n_edits(parked) == 1


def test_a_drag_of_nothing_turns_the_view_and_edits_nothing(parked):
    mouse = Mouse()
    assert not mouse.press(parked, (5, 5), towards(10, 0, 0))
    assert not mouse.drag(parked, towards(12, 1, 0))
    mouse.release(parked, (50, 5), towards(12, 1, 0), NOWHERE, add=False)
    assert (parked.selected, n_edits(parked)) == ((), 0)


def test_a_hand_that_trembles_on_the_selected_box_moves_nothing(parked):
    mouse = Mouse()
    parked.select("1")
    mouse.press(parked, (5, 5), towards(10, 0, 0))
    mouse.drag(parked, towards(10.01, 0, 0))
    mouse.release(parked, (6, 5), towards(10.01, 0, 0), NOWHERE, add=False)
    assert (parked.selected, parked.gesture, n_edits(parked)) == (("1",), None, 0)


def test_three_clicks_on_points_draw_a_box_and_a_click_beside_all_says_so(parked):
    mouse = Mouse()
    looking.use_tool(parked, Tool.THREE_CLICKS)
    corners = np.array([[6.0, 4, 0], [10, 4, 0], [10, 6, 0]])
    for corner in corners:
        mouse.press(parked, (5, 5), towards(*corner))
        mouse.release(parked, (5, 5), towards(*corner), corners, add=False)
    drawn = parked.box_here(parked.selected[0])
    np.testing.assert_allclose(drawn.center[:2], [8, 5], atol=1e-9)
    assert drawn.size[:2] == pytest.approx((4, 2))
    mouse.press(parked, (5, 5), towards(10, -9, 0))
    mouse.release(parked, (5, 5), towards(10, -9, 0), corners, add=False)
    assert parked.message == "no point there"
