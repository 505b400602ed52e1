import numpy as np
import pytest

from sensorann.fitting.silhouettes import View
from sensorann.geometry import Transform

SENSOR = np.array([0.0, 0.0, 1.8])


def upright_wall(x, y_from, y_to):
    """Points (N, 3) of an upright face across the view, 1.6 m high."""
    y, z = np.meshgrid(np.arange(y_from, y_to, 0.05), np.linspace(0.0, 1.6, 17))
    return np.column_stack([np.full(y.size, x), y.ravel(), z.ravel()])


def ends_of(cluster, *others):
    points = np.concatenate([cluster, *others])
    view = View.toward(cluster.mean(axis=0), points, frame_from_points=Transform.identity(), sensor=SENSOR)
    return view.ends(cluster, bottom=0.0)


CAR = upright_wall(20.0, -2.0, 2.0)
BEHIND = upright_wall(30.0, -20.0, 20.0) * [1, 1, 3]


def test_what_stands_before_a_wall_ends_where_its_points_end():
    assert ends_of(CAR, BEHIND).min() > 0.9


def test_without_any_return_beside_it_the_object_ends_as_well():
    assert ends_of(CAR).min() > 0.9


@pytest.mark.parametrize(("hidden", "place"), [(0, (-1.8, -0.9)), (1, (0.9, 1.8))], ids=["right", "left"])
def test_what_a_nearer_object_covers_may_go_on(hidden, place):
    visible = CAR[(CAR[:, 1] > 2 * place[1]) | (CAR[:, 1] < 2 * place[0])]
    post = upright_wall(10.0, *place)
    # The wall is seen on the other side alone: the post covers it as well.
    wall = BEHIND[BEHIND[:, 1] > -2.0] if hidden == 0 else BEHIND[BEHIND[:, 1] < 2.0]
    chances = ends_of(visible, post, wall)
    assert chances[hidden] < 0.3
    assert chances[1 - hidden] > 0.9


def test_a_part_of_a_surface_does_not_end():
    part = CAR[np.abs(CAR[:, 1]) < 0.5]
    assert ends_of(part, CAR[np.abs(CAR[:, 1]) >= 0.5]).max() < 0.5
