"""What is drawn of points and boxes, without a window."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import Transform
from sensorann.images import track_color
from sensorann.scene import Source
from tests.builders import make_track
from viewers.state import ShownBox
from viewers.surroundings import NO_LINES, Lines

pytest.importorskip("open3d", exc_type=(ImportError, OSError))

N_CORNERS, N_EDGES = 8, 12


def shown(*, id="1", selected=False, source=Source.HUMAN) -> ShownBox:
    track = make_track(id=id)
    return ShownBox(track=track, cuboid=track.cuboids.record(0), source=source, selected=selected)


def test_boxes_are_drawn_at_their_corners_in_the_frame_of_the_vehicle():
    from viewers.drawables import boxes

    first, second = shown(id="1"), shown(id="2")
    ego_from_world = Transform.from_yaw(0.7, [-3, 2, -1])
    drawn = boxes([first, second], ego_from_world)
    n = len(drawn.points) // 2
    expected = ego_from_world.apply(second.track.cuboids[:1].corners()[0])
    np.testing.assert_allclose(np.asarray(drawn.points)[n : n + N_CORNERS], expected, atol=1e-9)
    assert np.asarray(drawn.lines)[len(drawn.lines) // 2 :].min() == n
    tip = first.cuboid.frame_from_cuboid.inverse().apply(
        ego_from_world.inverse().apply(np.asarray(drawn.points)[N_CORNERS])
    )
    assert tip[0] > first.cuboid.size[0] / 2  # the mark lies ahead of the front
    assert len(drawn.lines) > 2 * N_EDGES
    assert len(boxes([], ego_from_world).points) == 0


def test_a_path_goes_through_all_boxes_and_marks_the_keyframes():
    from viewers.drawables import path

    track = make_track(n=4)
    track = replace(
        track, sources=np.array([Source.HUMAN, Source.FITTED, Source.INTERPOLATED, Source.IMPORTED], np.uint8)
    )
    drawn = path(track, Transform.from_yaw(0.0, [1, 0, 0]))
    points = np.asarray(drawn.points)
    np.testing.assert_allclose(points[:4], track.cuboids.centers + np.array([1, 0, 0]))
    np.testing.assert_allclose(points[4:, :2], points[[0, 3], :2])
    assert np.asarray(drawn.lines).tolist() == [[0, 1], [1, 2], [2, 3], [0, 4], [3, 5]]


def test_colors_say_which_object_who_placed_it_and_what_is_selected():
    from viewers.drawables import box_color

    placed, computed = box_color(shown()), box_color(shown(source=Source.FITTED))
    np.testing.assert_allclose(placed, np.array(track_color("1"))[::-1] / 255)
    assert (computed < placed).all()
    np.testing.assert_array_equal(computed, box_color(shown(source=Source.INTERPOLATED)))
    np.testing.assert_array_equal(box_color(shown(selected=True)), [1, 1, 1])


def test_the_cloud_keeps_its_points_and_colors():
    from viewers.drawables import cloud

    points = np.random.default_rng(1).normal(size=(100, 3)).astype(np.float32)
    colors = np.random.default_rng(2).uniform(size=(100, 3)).astype(np.float32)
    drawn = cloud(points, colors)
    np.testing.assert_array_equal(drawn.point.positions.numpy(), points)
    np.testing.assert_array_equal(drawn.point.colors.numpy(), colors)


def test_lines_are_drawn_where_they_lie_in_the_frame_of_the_vehicle():
    from viewers.drawables import lines

    ego_from_world = Transform.from_yaw(0.7, [-3, 2, -1])
    drawn = lines(Lines.of([[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [1, 1, 1]], (0.5, 0.6, 0.7)), ego_from_world)
    ends = np.asarray(drawn.points)[np.asarray(drawn.lines)]
    np.testing.assert_allclose(ends[1], ego_from_world.apply([[4, 5, 6], [1, 1, 1]]), atol=1e-12)
    np.testing.assert_allclose(np.asarray(drawn.colors), [[0.5, 0.6, 0.7]] * 2)
    assert len(lines(NO_LINES, ego_from_world).lines) == 0
