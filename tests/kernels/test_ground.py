import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.fitting.lattices import PolarLattice, SquareLattice
from sensorann.kernels import ground_grid, ground_growth, ground_heights
from tests import naive
from tests.geometry.cases import random_points, seeds

pytestmark = pytest.mark.kernels
dtypes = st.sampled_from([np.float32, np.float64])


@given(seed=seeds, dtype=dtypes)
def test_polar_coordinates_are_angle_and_root_of_the_distance(seed, dtype):
    points = random_points(np.random.default_rng(seed), 60, spread=40.0, dtype=dtype)
    lattice = PolarLattice(np.array([3.0, -2.0, 0.5]))
    u, v = lattice.coordinates(points)
    nowhere = ~np.isfinite(points).all(axis=1)
    assert (u[nowhere] < 0).all()
    x, y = (points[~nowhere, :2].astype(np.float64) - lattice.origin[:2]).T
    turn = np.arctan2(y, x) - u[~nowhere] * 2 * np.pi / lattice.shape[0]
    # The polynomial is off by 0.0045 rad at most.
    assert np.abs((turn + np.pi) % (2 * np.pi) - np.pi).max(initial=0) < 0.0045
    np.testing.assert_allclose(v[~nowhere], 8 * np.sqrt(np.hypot(x, y)), rtol=1e-5, atol=2e-3)


@pytest.mark.parametrize(
    "lattice",
    [PolarLattice(np.array([100.0, -50.0, 2.0])), SquareLattice(np.array([5.0e5, 4.0e6, 300.0]), (40, 30), 0.5)],
    ids=["polar", "squares"],
)
def test_centers_lie_in_the_middle_of_their_cells(lattice):
    places = (lattice.centers + lattice.origin[:2]).reshape(-1, 2)
    coordinates = lattice.coordinates(np.column_stack([places, np.zeros(len(places))]))
    middles = np.stack(np.meshgrid(*(np.arange(n) + 0.5 for n in lattice.shape), indexing="ij")).reshape(2, -1)
    np.testing.assert_allclose(coordinates, middles, atol=2e-3)


@pytest.mark.parametrize("far", [1e6, -1e6, 1e15])
@pytest.mark.parametrize(
    "lattice", [PolarLattice(np.zeros(3)), SquareLattice(np.zeros(3), (7, 5), 0.5)], ids=["polar", "squares"]
)
def test_points_beyond_the_rim_stay_within_the_lattice(lattice, far):
    coordinates = lattice.coordinates(np.array([[far, far, 0], [far, -far, 0], [0, far, 0], [far, 0, 0]], np.float32))
    assert (coordinates.astype(int) < np.array(lattice.shape)[:, None]).all()


@given(seed=seeds, dtype=dtypes)
def test_cell_means_match_naive(seed, dtype):
    rng = np.random.default_rng(seed)
    points = random_points(rng, 60, spread=2.0, dtype=dtype)
    origin = np.array([-6.0, -6.0, 1.0], dtype)
    coordinates = ground_grid.square_coordinates(points, origin, 2.0, 6, 5)
    means, spans = ground_grid.cell_means(points, coordinates, origin, 6, 5)
    expected_means, expected_spans = naive.cell_means(points, coordinates, origin, (6, 5))
    np.testing.assert_allclose(means, expected_means, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(spans, expected_spans, rtol=1e-5, atol=1e-5)


@given(seed=seeds, closed=st.booleans())
def test_growth_matches_naive(seed, closed):
    rng = np.random.default_rng(seed)
    shape = (9, 8)
    places = np.stack(np.meshgrid(*(np.arange(n) + 0.5 for n in shape), indexing="ij"), axis=2)
    places += rng.uniform(-0.4, 0.4, (*shape, 2))
    heights = places @ rng.uniform(-0.2, 0.2, 2) + rng.choice([0.0, 0.15, 1.0], shape, p=[0.6, 0.2, 0.2])
    means = np.dstack([places, heights])
    spans = rng.choice([0.1, 0.8, np.inf], shape, p=[0.7, 0.1, 0.2])
    ground = (spans < 0.2) & (rng.random(shape) < 0.05)
    reaches = np.array([2.0, 2.0, 3.0, 3.0])
    expected, expected_slopes = naive.grow_ground(
        means, spans, ground, closed, reaches=reaches, standing=ground_growth.STANDING, kerb=ground_growth.KERB,
        noise=ground_growth.NOISE, rise=ground_growth.RISE, bend=ground_growth.BEND,
        steepest=ground_growth.STEEPEST, smoothing=ground_growth.SMOOTHING,
    )  # fmt: skip
    slopes = ground_growth.grow_ground(means, spans, ground, closed, reaches)
    assert {(int(a), int(b)) for a, b in np.argwhere(ground)} == expected
    np.testing.assert_allclose(slopes, expected_slopes, atol=1e-9)


@given(seed=seeds, closed=st.booleans())
def test_filled_heights_match_naive(seed, closed):
    rng = np.random.default_rng(seed)
    heights = np.where(rng.random((6, 5)) < 0.3, rng.uniform(-1, 1, (6, 5)), np.nan)
    widths, lengths = rng.uniform(0.5, 2.0, (2, 5))
    filled = ground_heights.fill_heights(heights, closed, widths, lengths)
    expected = [[naive.filled_height(heights, a, b, closed, widths, lengths) for b in range(5)] for a in range(6)]
    np.testing.assert_allclose(filled, expected, rtol=1e-9)


@given(seed=seeds, closed=st.booleans())
def test_heights_and_labels_match_naive(seed, closed):
    rng = np.random.default_rng(seed)
    heights = rng.uniform(-1, 1, (6, 5))
    coordinates = rng.uniform(0, [[6], [5]], (2, 40)).astype(np.float32)
    expected = [naive.height_on_lattice(heights, u, v, closed) + 100.0 for u, v in coordinates.T.astype(float)]
    coordinates[:, 3] = ground_grid.NOWHERE
    expected[3] = np.nan
    patches = ground_heights.patches(heights, closed)
    np.testing.assert_allclose(ground_heights.heights_at(coordinates, patches, 100.0), expected, atol=1e-5)
    points = rng.uniform(99.0, 101.0, (40, 3))
    bands = rng.uniform(0.05, 0.3, (6, 5)).astype(np.float32)
    found, on_ground = ground_heights.label_points(points, coordinates, patches, 100.0, np.float32(0.4), bands)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    for i, (u, v) in enumerate(coordinates.T):
        assert on_ground[i] == (-0.4 <= points[i, 2] - expected[i] <= bands[int(u), int(v)])
