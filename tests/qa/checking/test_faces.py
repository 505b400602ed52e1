"""What points say of the faces of one box."""

import numpy as np
import pytest

from sensorann.qa.checking.faces import FACES, read_faces

HALF_SIZE = np.array([2.0, 0.9, 0.8])
FROM_THE_LEFT = np.array([0.0, 20.0, 0.5])
LEFT = FACES.index("left")


def side(n: int, *, beyond: float) -> np.ndarray:
    """N points on a plane so far beyond the left face, from its back to its front."""
    return np.column_stack([np.linspace(-1.9, 1.9, n), np.full(n, HALF_SIZE[1] + beyond), np.zeros(n)])


def cut_on_the_left(*parts: np.ndarray) -> float:
    cuts, _, _, _ = read_faces(np.concatenate(parts), HALF_SIZE, FROM_THE_LEFT)
    return float(cuts[LEFT])


def test_a_side_beyond_its_face_is_cut_as_far_as_it_lies():
    # A few points of the object between face and side: they go on without a gap.
    between = [side(3, beyond=x) for x in (0.05, 0.15)]
    assert cut_on_the_left(side(100, beyond=-0.3), *between, side(100, beyond=0.25)) == pytest.approx(0.25)


def test_a_mirror_is_no_side():
    mirror = [side(2, beyond=x) for x in (0.05, 0.15, 0.28)]
    assert cut_on_the_left(side(200, beyond=-0.02), *mirror) == 0.0  # 6 points of 200
    # Beside a side that lies a little beyond its face, it does not say how far the side lies.
    assert cut_on_the_left(side(200, beyond=-0.3), side(20, beyond=0.06), *mirror) == pytest.approx(0.06)


def test_what_goes_on_as_far_as_is_looked_is_a_wall():
    wall = [side(8, beyond=x) for x in np.arange(0.05, 0.8, 0.1)]
    assert cut_on_the_left(side(100, beyond=-0.3), *wall) == 0.0
    # Nor is it the face itself where more of it lies there than in the box.
    assert cut_on_the_left(side(10, beyond=-0.3), *wall) == 0.0


def test_room_is_measured_to_all_but_the_outermost_few():
    points = np.concatenate([side(100, beyond=-0.4), side(2, beyond=-0.02)])
    _, rooms, _, _ = read_faces(points, HALF_SIZE, FROM_THE_LEFT)
    assert rooms[LEFT] == pytest.approx(0.4)
