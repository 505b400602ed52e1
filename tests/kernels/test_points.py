import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.geometry import Transform, euclidean_clusters, points_in_cuboid, points_in_cuboids, voxel_downsample
from tests import naive
from tests.geometry.cases import random_cuboids, random_points, seeds

pytestmark = pytest.mark.kernels
dtypes = st.sampled_from([np.float32, np.float64])


@given(seed=seeds, dtype=dtypes, shape=st.sampled_from([(7, 3), (3,), (0, 3), (2, 4, 3)]))
def test_transformed_points_match_a_matrix_product(seed, dtype, shape):
    rng = np.random.default_rng(seed)
    target_from_source = Transform(random_cuboids(rng, 1, tilted=True).rotations[0], rng.normal(0, 100, 3))
    points = rng.normal(0, 30, shape).astype(dtype)
    expected = points.astype(np.float64) @ target_from_source.rotation.T
    np.testing.assert_allclose(target_from_source.rotate(points), expected, atol=1e-12)
    placed = target_from_source.apply(np.asfortranarray(points))
    np.testing.assert_allclose(placed, expected + target_from_source.translation, atol=1e-12)
    assert placed.dtype == np.float64
    assert placed.shape == shape


@pytest.mark.parametrize("shape", [(), (3, 4), (4,)])
def test_points_of_another_width_are_refused(shape):
    with pytest.raises(ArgumentError, match=r"points must have shape \(\.\.\., 3\), got"):
        Transform.identity().apply(np.zeros(shape))


@given(seed=seeds, dtype=dtypes, tilted=st.booleans())
def test_points_in_each_box_match_naive(seed, dtype, tilted):
    rng = np.random.default_rng(seed)
    points, boxes = random_points(rng, 60, dtype=dtype), random_cuboids(rng, 5, tilted=tilted)
    groups = points_in_cuboids(points, boxes)
    assert len(groups) == 5
    for m in range(5):
        expected = naive.points_in_cuboid(points, boxes.centers[m], boxes.rotations[m], boxes.sizes[m])
        np.testing.assert_array_equal(groups[m], np.flatnonzero(expected))
        np.testing.assert_array_equal(points_in_cuboid(points, boxes.record(m)), expected)


@given(seed=seeds)
def test_boxes_far_apart_lose_no_point(seed):
    """The grid is coarse here, and its cells are not the bounds of the boxes."""
    rng = np.random.default_rng(seed)
    boxes = random_cuboids(rng, 4, spread=3000.0, tilted=True)
    points = (boxes.centers[:, None] + rng.uniform(-3, 3, (4, 15, 3))).reshape(-1, 3)
    groups = points_in_cuboids(points, boxes)
    for m in range(4):
        expected = naive.points_in_cuboid(points, boxes.centers[m], boxes.rotations[m], boxes.sizes[m])
        np.testing.assert_array_equal(groups[m], np.flatnonzero(expected))


def test_corners_of_boxes_belong_to_them_at_every_scale():
    """Corners touch the very border of the grid."""
    boxes = random_cuboids(np.random.default_rng(0), 10, spread=50.0)
    shrunk = boxes.centers[:, None] + (boxes.corners() - boxes.centers[:, None]) * (1 - 1e-12)
    groups = points_in_cuboids(shrunk.reshape(-1, 3), boxes)
    for m in range(10):
        assert set(range(8 * m, 8 * m + 8)) <= set(groups[m])


@given(seed=seeds, dtype=dtypes, edge=st.sampled_from([0.1, 0.5, 3.0]))
def test_voxels_match_naive(seed, dtype, edge):
    points = random_points(np.random.default_rng(seed), 60, spread=2.0, dtype=dtype)
    expected = naive.voxels(points, edge)
    voxels = voxel_downsample(points, edge=edge)
    assert voxels.points.dtype == dtype
    np.testing.assert_array_equal(voxels.counts, [len(rows) for rows in expected])
    for voxel, rows in enumerate(expected):
        np.testing.assert_array_equal(np.flatnonzero(voxels.labels == voxel), rows)
        mean = points[rows].astype(np.float64).mean(axis=0)
        np.testing.assert_allclose(voxels.points[voxel], mean.astype(dtype), rtol=1e-6, atol=1e-12)
    np.testing.assert_array_equal(voxels.labels < 0, np.isnan(points).any(axis=1))


@given(
    points=st.lists(st.tuples(*[st.integers(-40, 40)] * 3), min_size=2, max_size=6),
    distance=st.sampled_from([7.9, 13.0, 25.3]),
)
def test_clusters_of_a_few_points_match_naive(points, distance):
    """So few that nothing else joins two points which a wrong cell or step takes for one cluster."""
    cloud = np.array(points, np.float64)
    np.testing.assert_array_equal(euclidean_clusters(cloud, distance=distance), naive.clusters(cloud, distance))


@given(seed=seeds, dtype=dtypes, distance=st.sampled_from([0.25, 0.5, 1.3]))
def test_clusters_match_naive(seed, dtype, distance):
    """Half of the points lie on quarters, so that some pairs are exactly one distance apart."""
    points = random_points(np.random.default_rng(seed), 60, spread=1.5, dtype=dtype)
    np.testing.assert_array_equal(euclidean_clusters(points, distance=distance), naive.clusters(points, distance))
