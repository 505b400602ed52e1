"""Lens models: the pixels of the library, with derivatives equal to differences."""

import numpy as np
import pytest

from calib.lenses.models import camera_of, lens_parameters, project_with_derivatives

POINTS = np.array([[0.2, 0.1, 1.0], [-0.5, 0.3, 1.2], [0.0, -0.4, 0.9], [0.6, 0.5, 1.5]])
LENSES = {
    "pinhole, 4": ("pinhole", [-0.2, 0.05, 0.001, -0.002]),
    "pinhole, 5": ("pinhole", [-0.2, 0.05, 0.001, -0.002, 0.01]),
    "pinhole, 8": ("pinhole", [-0.2, 0.05, 0.001, -0.002, 0.01, 0.02, -0.03, 0.005]),
    "fisheye": ("fisheye", [-0.05, -0.08, 0.1, -0.05]),
}


@pytest.fixture(params=LENSES.values(), ids=LENSES.keys())
def lens(request):
    model, coefficients = request.param
    return np.array([800.0, 820.0, 640.0, 360.0, *coefficients]), model


def test_pixels_are_those_of_the_camera(lens):
    parameters, model = lens
    camera = camera_of(parameters, model=model, size=(1280, 720))
    np.testing.assert_allclose(project_with_derivatives(POINTS, parameters, model=model)[0], camera.project(POINTS))
    np.testing.assert_array_equal(lens_parameters(camera), parameters)


def test_derivatives_are_those_of_differences(lens):
    parameters, model = lens
    _, by_points, by_parameters = project_with_derivatives(POINTS, parameters, model=model)
    step = 1e-6

    def difference(move_points, move_parameters):
        ahead, back = (
            project_with_derivatives(POINTS + sign * move_points, parameters + sign * move_parameters, model=model)[0]
            for sign in (1, -1)
        )
        return (ahead - back) / (2 * step)

    for k, axis in enumerate(np.eye(3)):
        np.testing.assert_allclose(by_points[:, :, k], difference(step * axis, 0.0), rtol=1e-6, atol=1e-5)
    for k, axis in enumerate(np.eye(len(parameters))):
        np.testing.assert_allclose(by_parameters[:, :, k], difference(0.0, step * axis), rtol=1e-6, atol=1e-5)
