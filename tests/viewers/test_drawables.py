"""Points and lines as Open3D has them, without a window."""

import numpy as np
import pytest

from sensorann.geometry import Transform
from viewers.surroundings import NO_LINES, Lines

pytest.importorskip("open3d", exc_type=(ImportError, OSError))


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
