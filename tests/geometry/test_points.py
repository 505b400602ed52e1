import numpy as np
import pytest
from hypothesis import given

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids, euclidean_clusters, points_in_cuboid, points_in_cuboids, voxel_downsample
from tests.geometry.cases import random_cuboids, random_points, random_rotations, seeds

UNIT = Cuboids.from_yaws([[0, 0, 0]], [[2, 2, 2]], [0], frame="ego")


def test_faces_belong_to_the_box_and_what_is_not_finite_does_not():
    points = [[1, 1, 1], [-1, 0, 0], [1 + 1e-12, 0, 0], [np.nan, 0, 0], [0, np.inf, 0], [0, 0, -np.inf]]
    assert points_in_cuboid(points, UNIT.record(0)).tolist() == [True, True, False, False, False, False]
    assert points_in_cuboids(points, UNIT)[0].tolist() == [0, 1]


def test_a_point_may_lie_in_several_boxes_and_groups_count_from_both_ends():
    groups = points_in_cuboids(np.zeros((3, 3), np.float32), Cuboids.concatenate([UNIT, UNIT]))
    assert groups.counts.tolist() == [3, 3]
    assert groups[-1].tolist() == [0, 1, 2]
    with pytest.raises(IndexError):
        groups[2]


def test_no_points_and_no_boxes_give_empty_groups():
    assert points_in_cuboids(np.zeros((0, 3)), UNIT).counts.tolist() == [0]
    assert len(points_in_cuboids(np.zeros((5, 3)), UNIT[:0])) == 0


def test_a_box_as_large_as_a_country_is_searched_in_bounded_memory():
    boxes = Cuboids.from_yaws([[0, 0, 0]] * 300, [[9e5, 9e5, 10]] * 300, [0.3] * 300, frame="world")
    assert (points_in_cuboids([[1000.0, -2000.0, 0.0]], boxes).counts == 1).all()


@given(seed=seeds)
def test_membership_stays_when_points_and_boxes_move_together(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-6, 6, (100, 3))
    boxes = random_cuboids(rng, 4, tilted=True)
    turn, shift = random_rotations(rng, 1)[0], rng.uniform(-1e3, 1e3, 3)
    moved = Cuboids(
        centers=boxes.centers @ turn.T + shift, sizes=boxes.sizes, rotations=turn @ boxes.rotations, frame="ego"
    )
    here, there = points_in_cuboids(points, boxes), points_in_cuboids(points @ turn.T + shift, moved)
    np.testing.assert_array_equal(here.indices, there.indices)


def test_voxels_come_in_the_order_of_their_first_points():
    points = np.array([[5, 5, 5], [0.1, 0.1, 0.1], [5.2, 5, 5], [np.inf, 0, 0], [-0.1, 0, 0]], np.float64)
    voxels = voxel_downsample(points, edge=1.0)
    np.testing.assert_allclose(voxels.points, [[5.1, 5, 5], [0.1, 0.1, 0.1], [-0.1, 0, 0]])
    assert voxels.labels.tolist() == [0, 1, 0, -1, 2]
    assert voxels.counts.tolist() == [2, 1, 1]


def test_voxel_means_keep_millimetres_at_map_coordinates():
    points = np.array([691_000.001, 5_335_000.002, 520.003]) + np.zeros((1000, 1))
    np.testing.assert_allclose(voxel_downsample(points, edge=0.1).points, points[:1], rtol=0, atol=1e-6)


@given(seed=seeds)
def test_voxels_keep_the_centre_of_mass(seed):
    points = random_points(np.random.default_rng(seed), 80, dtype=np.float64)
    voxels = voxel_downsample(points, edge=0.7)
    mean = (voxels.points * voxels.counts[:, None]).sum(axis=0) / voxels.counts.sum()
    np.testing.assert_allclose(mean, points[np.isfinite(points).all(axis=1)].mean(axis=0), atol=1e-9)


@given(seed=seeds)
def test_clusters_do_not_depend_on_the_order_of_the_points(seed):
    rng = np.random.default_rng(seed)
    points = random_points(rng, 80, spread=2.0)
    shuffled = rng.permutation(80)
    here, there = euclidean_clusters(points, distance=0.5)[shuffled], euclidean_clusters(points[shuffled], distance=0.5)
    pairs = np.unique(np.column_stack([here, there]), axis=0)
    assert len(pairs) == len(np.unique(here)) == len(np.unique(there))


def test_points_exactly_one_distance_apart_are_one_cluster():
    assert euclidean_clusters([[0, 0, 0], [0.5, 0, 0], [1.0, 0, 0], [1.51, 0, 0]], distance=0.5).tolist() == [
        0,
        0,
        0,
        1,
    ]


@pytest.mark.parametrize("distance", [0.1, 0.5, 7.0])
@pytest.mark.parametrize("direction", [[1, 1, 1], [1, -1, 1], [1, 1, 0], [0, 1, -1], [1, 0, 0]])
def test_the_distance_is_exact_along_every_diagonal_of_a_cell(distance, direction):
    step = np.array(direction) / np.linalg.norm(direction) * distance
    for factor, expected in ((1 - 1e-3, [0, 0]), (1 + 1e-3, [0, 1])):
        for offset in np.linspace(0, 1, 7):  # wherever the cells happen to end
            pair = np.array([[0, 0, 0], step * factor]) + offset * distance
            assert euclidean_clusters(pair, distance=distance).tolist() == expected


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.full((4, 3), np.nan, np.float32)], ids=["none", "NaN"])
def test_clouds_without_a_finite_point_have_no_voxels_and_no_clusters(points):
    assert len(voxel_downsample(points, edge=0.1).points) == 0
    assert (voxel_downsample(points, edge=0.1).labels == -1).all()
    assert (euclidean_clusters(points, distance=0.5) == -1).all()


@pytest.mark.parametrize("edge", [0.0, -1.0, np.nan, np.inf])
def test_edges_and_distances_must_be_positive(edge):
    with pytest.raises(ArgumentError, match="positive number of metres"):
        voxel_downsample(np.zeros((1, 3)), edge=edge)
    with pytest.raises(ArgumentError, match="positive number of metres"):
        euclidean_clusters(np.zeros((1, 3)), distance=edge)


def test_a_stray_point_a_million_kilometres_away_changes_nothing():
    points = np.array([[0, 0, 0], [0.05, 0, 0], [1e9, 0, 0]])
    assert voxel_downsample(points, edge=0.1).labels.tolist() == [0, 0, 1]
    assert euclidean_clusters(points, distance=0.5).tolist() == [0, 0, 1]


def test_cell_numbers_may_fill_62_bits():
    points = np.array([[0, 0, 0], [4e5, 4e5, 4e5], [0.3, 0, 0], [4e5, 4e5, 4e5 - 0.3]])
    assert euclidean_clusters(points, distance=0.5).tolist() == [0, 1, 0, 1]


def test_a_cloud_too_wide_for_its_voxels_is_refused_by_name():
    with pytest.raises(ArgumentError, match="too small for this cloud"):
        voxel_downsample([[0, 0, 0], [1e12, 1e12, 1e12]], edge=0.01)
