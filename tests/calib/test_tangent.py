"""Poses as points of a curved space: small motions, differences and their derivatives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from calib.estimation.tangent import difference, difference_jacobian, moved, rotation_from_vector, vector_from_rotation
from sensorann.geometry import Transform

vectors = st.lists(st.floats(-1.7, 1.7), min_size=3, max_size=3)
steps = st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6)
POSE = Transform(rotation_from_vector([0.4, -0.2, 2.0]), [1.0, -2.0, 0.5])


@given(vectors)
def test_rotations_are_those_of_scipy(vector):
    np.testing.assert_allclose(rotation_from_vector(vector), Rotation.from_rotvec(vector).as_matrix(), atol=1e-14)


@given(vectors)
def test_the_vector_of_a_rotation_is_what_made_it(vector):
    np.testing.assert_allclose(vector_from_rotation(rotation_from_vector(vector)), vector, atol=1e-12)


@given(steps)
def test_difference_undoes_moved(step):
    np.testing.assert_allclose(difference(moved(POSE, step), POSE), step, atol=1e-12)


@pytest.mark.parametrize("angle", [0.0, 1e-6, 0.3, 2.5], ids=["none", "tiny", "small", "large"])
def test_the_derivative_of_a_difference_is_that_of_its_differences(angle):
    pose = moved(POSE, np.array([0.6, -0.64, 0.48, 0.1, 0.2, 0.3]) * [angle, angle, angle, 1, 1, 1])
    step = 1e-6
    columns = [
        (difference(moved(pose, step * axis), POSE) - difference(moved(pose, -step * axis), POSE)) / (2 * step)
        for axis in np.eye(6)
    ]
    np.testing.assert_allclose(difference_jacobian(pose, POSE), np.stack(columns, axis=1), atol=1e-8)
