"""Boxes and ways as lines, whatever draws them."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry.cuboids import CORNER_EDGES
from sensorann.images import track_color
from sensorann.scene import Source
from tests.builders import make_track
from viewers.actions import shaping
from viewers.keymap import read_keymap
from viewers.shapes import box_color, boxes, boxes_depend_on, boxes_here, name_color, path
from viewers.state import ShownBox
from viewers.telling import caption
from viewers.timeline import SOURCE_COLORS

N_EDGES = len(CORNER_EDGES)


def shown(*, id="1", selected=False, source=Source.HUMAN) -> ShownBox:
    track = make_track(id=id)
    return ShownBox(track=track, cuboid=track.cuboids.record(0), source=source, selected=selected)


def test_boxes_are_their_edges_and_a_mark_ahead_of_the_front():
    first, second = shown(id="1"), shown(id="2", selected=True)
    drawn = boxes([first, second])
    n = len(drawn.starts) // 2
    corners = second.track.cuboids[:1].corners()[0]
    np.testing.assert_allclose(drawn.starts[n : n + N_EDGES], corners[CORNER_EDGES[:, 0]], atol=1e-9)
    np.testing.assert_allclose(drawn.ends[n : n + N_EDGES], corners[CORNER_EDGES[:, 1]], atol=1e-9)
    np.testing.assert_array_equal(drawn.colors[n:], 1.0)
    tips = first.cuboid.frame_from_cuboid.inverse().apply(drawn.starts[N_EDGES:n])
    assert n == N_EDGES + 2
    assert (tips[:, 0] > first.cuboid.size[0] / 2).all()
    assert len(boxes([]).starts) == 0


def test_a_path_goes_through_all_boxes_and_marks_the_keyframes():
    track = make_track(n=4)
    sources = np.array([Source.HUMAN, Source.FITTED, Source.INTERPOLATED, Source.IMPORTED], np.uint8)
    track = replace(track, sources=sources)
    drawn, centers = path(track), track.cuboids.centers
    np.testing.assert_array_equal(drawn.starts, np.concatenate([centers[:-1], centers[[0, 3]]]))
    np.testing.assert_array_equal(drawn.ends[:3], centers[1:])
    np.testing.assert_array_equal(drawn.ends[3:, :2], centers[[0, 3], :2])
    assert (drawn.ends[3:, 2] > centers[[0, 3], 2]).all()


def test_colors_say_which_object_who_placed_it_and_what_is_selected():
    placed, computed = box_color(shown()), box_color(shown(source=Source.FITTED))
    np.testing.assert_allclose(placed, np.array(track_color("1"))[::-1] / 255)
    assert (computed < placed).all()
    np.testing.assert_array_equal(computed, box_color(shown(source=Source.INTERPOLATED)))
    np.testing.assert_array_equal(box_color(shown(selected=True)), [1, 1, 1])


def test_boxes_may_tell_who_placed_them(parked):
    parked.select("2")
    press = read_keymap().press
    by_object = boxes_here(parked).colors
    assert press(parked, "Shift+9")
    n_lines = len(by_object) // 2
    placed = SOURCE_COLORS[parked.shown()[0].source]
    np.testing.assert_allclose(boxes_here(parked).colors[:n_lines], np.tile(np.array(placed) / 255, (n_lines, 1)))
    np.testing.assert_array_equal(boxes_here(parked).colors[n_lines:], by_object[n_lines:])
    assert press(parked, "Shift+9")
    np.testing.assert_array_equal(boxes_here(parked).colors, by_object)


def test_each_source_has_a_color_of_its_own():
    assert SOURCE_COLORS.keys() == set(Source)
    assert len(set(SOURCE_COLORS.values())) == len(Source)


@pytest.mark.parametrize("source", [Source.HUMAN, Source.FITTED])
def test_a_name_is_as_pale_whoever_placed_the_box(source):
    pale = name_color(shown(source=source))
    np.testing.assert_array_equal(pale, name_color(shown()))
    assert (pale >= 0.5).all()
    assert np.ptp(pale) > 0
    np.testing.assert_array_equal(name_color(shown(selected=True)), [1, 1, 1])


@pytest.mark.parametrize(
    ("track_id", "category", "written"),
    [
        ("7", "car", "7 car"),
        ("412c81e42044f11d", "vehicle.car", "412c81.. car"),
        ("7", "human.pedestrian.adult", "7 pedestrian.adult"),
    ],
)
def test_a_caption_is_short(track_id, category, written):
    assert caption(track_id, category) == written


@pytest.mark.parametrize("key", ["W", "Tab", "Right", "T", "7", "9", "H", "Shift+T"])
def test_what_a_key_changes_about_boxes_is_drawn_anew(parked, key):
    parked.select("1")
    before = boxes_depend_on(parked)
    assert boxes_depend_on(parked) == before
    assert read_keymap().press(parked, key)
    assert boxes_depend_on(parked) != before


def test_a_measured_line_and_a_box_under_the_hand_are_drawn_anew(parked):
    parked.select("1")
    before = boxes_depend_on(parked)
    parked.clicks = (np.zeros(3), np.ones(3))
    measured = boxes_depend_on(parked)
    shaping.hold(parked, shaping.moved(parked.box_here("1"), (1.0, 0.0, 0.0)))
    assert before != measured != boxes_depend_on(parked)


def test_what_does_not_concern_boxes_leaves_them(parked):
    before = boxes_depend_on(parked)
    for key in ("+", "Q", "P", "?"):
        assert read_keymap().press(parked, key)
    assert boxes_depend_on(parked) == before
