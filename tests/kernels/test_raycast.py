"""Rays of the simulator against a slow search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.geometry.rotations import rotations_from_quaternions
from sensorann.kernels import raycast
from tests import naive

FLAT = np.zeros((1, 4))
WAVES = np.array([[0.3, 0.05, 0.03, 0.4], [0.1, -0.1, 0.2, 1.0]])
STREET = np.array([60.0, 6.0, 4.0, 0.15])
UP = np.array([0.0, 0.0, 1.0])
NO_BOXES = (np.zeros((0, 3)), np.zeros((0, 3, 3)), np.zeros((0, 3)))


def cast(origin, azimuths, slopes, *, boxes=NO_BOXES, moving=NO_BOXES, waves=FLAT, street=STREET, max_range=100.0):
    """Cast columns from one origin with the sensor upright."""
    n = len(azimuths)
    forwards = np.column_stack([np.cos(azimuths), np.sin(azimuths), np.zeros(n)])
    centers, rotations, half_sizes = moving
    return raycast.cast_rays(
        np.tile(origin, (n, 1)),
        forwards,
        np.tile(UP, (n, 1)),
        np.asarray(slopes, np.float64),
        np.tile(centers, (n, 1, 1)),
        np.tile(rotations, (n, 1, 1, 1)),
        half_sizes,
        *boxes,
        waves,
        street,
        max_range,
    )


def unit(azimuth, slope):
    direction = np.array([np.cos(azimuth), np.sin(azimuth), slope])
    return direction / np.linalg.norm(direction)


def draw_boxes(rng, n):
    centers = rng.uniform(-20, 20, (n, 3)) + np.array([0, 0, 8.0])
    centers[:, :2] += np.sign(centers[:, :2]) * 6  # the sensor stands outside all of them
    return centers, rotations_from_quaternions(rng.normal(size=(n, 4))), rng.uniform(0.2, 3.0, (n, 3))


@pytest.mark.kernels
@given(seed=st.integers(0, 2**32 - 1), n_fixed=st.integers(0, 4), n_moving=st.integers(0, 4))
@settings(max_examples=25)
def test_rays_meet_boxes_where_a_search_over_faces_says(seed, n_fixed, n_moving):
    rng = np.random.default_rng(seed)
    fixed, moving = draw_boxes(rng, n_fixed), draw_boxes(rng, n_moving)
    origin = np.array([0.0, 0.0, 8.0])
    azimuths, slopes = rng.uniform(-np.pi, np.pi, 8), np.sort(rng.uniform(-0.05, 1.0, 5))
    distances, hits, faces, cosines = cast(origin, azimuths, slopes, boxes=fixed, moving=moving)
    centers, rotations, half_sizes = (np.concatenate(pair) for pair in zip(moving, fixed, strict=True))
    for c, azimuth in enumerate(azimuths):
        for r, slope in enumerate(slopes):
            direction = unit(azimuth, slope)
            each = [
                naive.ray_into_box(origin, direction, *box) for box in zip(centers, rotations, half_sizes, strict=True)
            ]
            nearest = min(each, default=np.inf)
            if not np.isfinite(nearest):
                assert hits[c, r] < 0
                continue
            assert distances[c, r] == pytest.approx(nearest, abs=1e-9)
            assert hits[c, r] == int(np.argmin(each))
            axis, negative = divmod(int(faces[c, r]), 2)
            normal = rotations[hits[c, r]][:, axis] * (-1 if negative else 1)
            assert -(normal @ direction) == pytest.approx(cosines[c, r], abs=1e-6)


@pytest.mark.kernels
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=8)
def test_rays_meet_the_ground_where_a_walk_along_them_says(seed):
    rng = np.random.default_rng(seed)
    origin = np.array([*rng.uniform(-30, 30, 2), 0.0])
    origin[2] = naive.town_height(*origin[:2], WAVES, STREET) + rng.uniform(0.5, 2.0)
    azimuths, slopes = rng.uniform(-np.pi, np.pi, 3), np.sort(rng.uniform(-0.6, -0.08, 4))
    distances, hits, _, _ = cast(origin, azimuths, slopes, waves=WAVES, max_range=40.0)
    step = 0.01
    for c, azimuth in enumerate(azimuths):
        for r, slope in enumerate(slopes):
            expected = naive.ray_into_ground(origin, unit(azimuth, slope), WAVES, STREET, reach=39.0, step=step)
            if np.isfinite(expected):
                assert hits[c, r] in (raycast.ROAD, raycast.PAVEMENT)
                assert distances[c, r] == pytest.approx(expected, abs=2 * step)
            else:
                assert hits[c, r] == raycast.NOTHING or distances[c, r] > 38.5


@pytest.mark.kernels
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_ground_heights_match_the_plain_formula(seed):
    places = np.random.default_rng(seed).uniform(-150, 150, (40, 2))
    expected = [naive.town_height(x, y, WAVES, STREET) for x, y in places]
    np.testing.assert_allclose(raycast.ground_heights(places, WAVES, STREET), expected, atol=1e-12)


def test_the_nearer_of_two_boxes_hides_the_other():
    centers = np.array([[20.0, 0, 1.0], [10.0, 0, 1.0]])
    boxes = (centers, np.tile(np.eye(3), (2, 1, 1)), np.ones((2, 3)))
    distances, hits, faces, cosines = cast([0, 0, 1.0], np.zeros(1), [0.0], boxes=boxes)
    assert (distances[0, 0], hits[0, 0], faces[0, 0], cosines[0, 0]) == (9.0, 1, 1, 1.0)


def test_a_box_beyond_the_range_is_not_seen():
    boxes = (np.array([[60.0, 0, 1.0]]), np.eye(3)[None], np.ones((1, 3)))
    distances, hits, _, _ = cast([0, 0, 1.0], np.zeros(1), [0.0], boxes=boxes, max_range=50.0)
    assert (distances[0, 0], hits[0, 0]) == (np.inf, raycast.NOTHING)


def test_a_kerb_stops_a_ray_that_the_road_would_have_caught():
    # The street runs along x at y = 0, its kerb stands at y = 6 and is 0.15 m high: aim at half of that.
    origin = np.array([30.0, 0.0, 1.0])
    distances, hits, _, _ = cast(origin, np.array([np.pi / 2]), [-(1.0 - 0.075) / 6.0])
    assert hits[0, 0] == raycast.PAVEMENT
    assert distances[0, 0] * np.cos(np.arctan(0.925 / 6.0)) == pytest.approx(6.0, abs=2e-3)
