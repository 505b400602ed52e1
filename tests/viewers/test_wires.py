"""Lines over the points of the 3D view, as the eye sees them."""

from __future__ import annotations

import numpy as np
import pytest

from viewers.eye import ray_through
from viewers.pictures.wires import Eye, Name, draw_wires
from viewers.surroundings import NO_LINES, Lines

SIZE, FOCAL = (320, 200), 1.7
PROJECTION = np.array([[FOCAL * 200 / 320, 0, 0, 0], [0, FOCAL, 0, 0], [0, 0, -1, -0.2], [0, 0, -1, 0]])
# The eye stands 10 m behind the origin and 3 m above it, looks along x, and is turned a little to the left.
TURN = 0.2
# The ground under a name is darker.
BRIGHT = 128
RED, GREEN = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def view_matrix() -> np.ndarray:
    forward = np.array([np.cos(TURN), np.sin(TURN), 0.0])
    eye_axes = np.stack([np.cross(forward, [0, 0, 1]), [0, 0, 1], -forward])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = eye_axes, eye_axes @ [10, 0, -3]
    return matrix


def drawn(wires: Lines, *, thickness: int = 1, names: tuple[Name, ...] = ()) -> np.ndarray:
    return draw_wires(wires, Eye(SIZE, view_matrix(), PROJECTION), thickness=thickness, names=names)


def name(place, color=RED) -> Name:
    return Name(place=np.array(place), text="7 car", color=np.array(color))


def test_a_line_is_where_the_ray_of_its_pixel_meets_it():
    point, up = np.array([2.0, 1.5, 4.0]), np.array([0, 0, 0.05])
    picture = drawn(Lines.of(point - up, point + up, RED))
    v, u = np.argwhere(picture[..., 3] > 128).mean(axis=0)
    origin, direction = ray_through((u, v), SIZE, view_matrix(), PROJECTION)
    along = (point - origin) @ direction / (direction @ direction)
    assert np.linalg.norm(origin + along * direction - point) < 0.05


def test_lines_have_their_colors_and_nothing_else_covers_anything():
    picture = drawn(Lines.of([[5, -2, 3], [5, 2, 3]], [[5, -1, 3], [5, 3, 3]], [RED, GREEN]), thickness=3)
    covered = picture[picture[..., 3] == 255]
    assert {tuple(pixel) for pixel in covered.tolist()} == {(255, 0, 0, 255), (0, 255, 0, 255)}
    assert not picture[picture[..., 3] == 0].any()
    assert 0 < (picture[..., 3] > 0).mean() < 0.05


@pytest.mark.parametrize("nearest_first", [True, False])
def test_what_is_nearer_covers_what_is_farther(nearest_first):
    starts, ends = [[5, -2, 3], [15, -3, 3]], [[5, 2, 3], [15, 3, 3]]
    order = slice(None) if nearest_first else slice(None, None, -1)
    wires = Lines.of(starts[order], ends[order], [RED, GREEN][order])
    row = drawn(wires, thickness=2)[SIZE[1] // 2]
    assert (row[:, 0] == 255).any()
    assert not ((row[:, 1] > 0) & (row[:, 0] > 0)).any()
    np.testing.assert_array_equal(row, drawn(wires + NO_LINES, thickness=2)[SIZE[1] // 2])


def test_a_line_that_goes_past_the_eye_ends_at_the_border():
    picture = drawn(Lines.of([[-30, 0, 2]], [[20, 0, 2]], RED))
    rows, _ = np.nonzero(picture[..., 3])
    assert rows.max() == SIZE[1] - 1
    assert rows.min() > SIZE[1] // 2


@pytest.mark.parametrize("wires", [NO_LINES, Lines.of([[-20, -1, 3]], [[-20, 1, 3]], RED)], ids=["none", "behind"])
def test_where_nothing_is_seen_nothing_is_covered(wires):
    assert not drawn(wires).any()


def test_a_name_is_written_where_its_place_is_seen():
    spot = drawn(Lines.of([[5, 0, 2.99]], [[5, 0, 3.01]], RED))
    v, u = np.argwhere(spot[..., 3]).mean(axis=0)
    rows, columns = np.nonzero(drawn(NO_LINES, names=(name([5, 0, 3], GREEN),))[..., 1] > BRIGHT)
    assert columns.min() == pytest.approx(u, abs=3)  # with its lower left corner
    assert rows.max() == pytest.approx(v, abs=3)


def test_of_two_names_in_one_place_the_first_is_written():
    picture = drawn(NO_LINES, names=(name([5, 0, 3], RED), name([5, 0, 3], GREEN)))
    assert (picture[..., 0] > BRIGHT).any()
    assert not (picture[..., 1] > BRIGHT).any()


def test_a_name_behind_the_eye_is_not_written():
    assert not drawn(NO_LINES, names=(name([-20, 0, 3]),)).any()


def test_a_view_without_a_pixel_has_an_empty_picture():
    wires = Lines.of([[5, -2, 3]], [[5, 2, 3]], RED)
    assert draw_wires(wires, Eye((0, 0), view_matrix(), PROJECTION), thickness=1).shape == (0, 0, 4)


def test_a_line_without_an_end_is_not_drawn():
    assert not drawn(Lines.of([[5, -2, 3]], [[5, np.nan, 3]], RED)).any()
