"""Boxes of proposed tracks fitted again: what happens to frames and objects that show next to nothing."""

import numpy as np
import pytest

from sensorann.scene import default_ontology
from sensorann.tracks.prelabelling.refining import refine
from tests.tracks.test_prelabelling_evidence import SIZE, seen, side

CAR = (default_ontology()["car"],)


def test_a_moving_object_stands_on_the_ground_where_it_is_hardly_seen_too():
    places = np.arange(5.0) * 2.0
    looks = [side(x - 2.1, x + 2.1, top=1.9) for x in places]
    looks[2] = looks[2][:2]
    refined = refine(seen(looks, at=places), CAR)
    assert refined.moving
    bottoms = refined.boxes.centers[:, 2] - refined.boxes.sizes[:, 2] / 2
    assert refined.boxes.sizes[0, 2] != pytest.approx(SIZE[2], abs=0.01)
    np.testing.assert_allclose(bottoms, 0.0, atol=1e-9)


def test_a_standing_object_with_hardly_a_point_above_the_ground_keeps_its_boxes():
    low = np.array([[-1.0, -0.5, 0.21], [1.0, -0.5, 0.22], [0.0, -0.5, 1.5]])
    track = seen([low, low[:0], low[:0]])
    refined = refine(track, CAR)
    np.testing.assert_array_equal(refined.boxes.centers, track.boxes.centers)
    np.testing.assert_array_equal(refined.boxes.sizes, track.boxes.sizes)
