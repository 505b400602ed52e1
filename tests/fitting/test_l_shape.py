import numpy as np
import pytest

from tests import naive


@pytest.mark.parametrize("criterion", [naive.l_shape_area, naive.l_shape_closeness, naive.l_shape_variance])
def test_the_published_criteria_find_the_heading_of_a_rectangle(criterion):
    side = np.linspace(-1, 1, 50)
    edges = [np.column_stack([side, np.full(50, end)]) for end in (-1.0, 1.0)]
    outline = np.concatenate([*edges, *(edge[:, ::-1] for edge in edges)]) * [2.2, 0.9]
    turn = np.array([[np.cos(0.7), np.sin(0.7)], [-np.sin(0.7), np.cos(0.7)]])
    assert np.degrees(naive.l_shape_yaw(outline @ turn, criterion)) == pytest.approx(np.degrees(0.7), abs=1.0)
