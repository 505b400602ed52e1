import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sensorann.geometry import Cuboids, euclidean_clusters, points_in_cuboids, voxel_downsample
from tests import naive

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def sweep(real_data):
    path = real_data / "kitti_tracking" / "training" / "velodyne_full" / "0000" / "000000.bin"
    return np.ascontiguousarray(np.fromfile(path, np.float32).reshape(-1, 4)[:, :3])


def test_clusters_of_a_recorded_sweep_are_the_components_of_its_neighbourhood_graph(sweep):
    above_ground = sweep[sweep[:, 2] > -1.3]
    pairs = cKDTree(above_ground).query_pairs(0.3, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(above_ground),) * 2)
    n_components, components = connected_components(graph, directed=False)
    labels = euclidean_clusters(above_ground, distance=0.3)
    assert n_components > 100
    assert labels.max() + 1 == n_components
    assert len(np.unique(np.column_stack([labels, components]), axis=0)) == n_components


def test_voxels_of_a_recorded_sweep_are_those_of_numpy(sweep):
    cells, counts = np.unique(np.floor(sweep.astype(np.float64) / 0.2), axis=0, return_counts=True)
    voxels = voxel_downsample(sweep, edge=0.2)
    assert len(voxels.points) == len(cells)
    assert np.sort(voxels.counts).tolist() == np.sort(counts).tolist()


def test_boxes_hold_the_points_of_a_recorded_sweep_that_brute_force_finds(sweep):
    rng = np.random.default_rng(0)
    centers = sweep[rng.integers(len(sweep), size=50)].astype(np.float64)
    boxes = Cuboids.from_yaws(centers, np.tile([4.2, 1.8, 1.6], (50, 1)), rng.uniform(-3, 3, 50), frame="velodyne")
    groups = points_in_cuboids(sweep, boxes)
    assert groups.counts.min() > 0
    for m in range(50):
        expected = naive.points_in_cuboid(sweep, boxes.centers[m], boxes.rotations[m], boxes.sizes[m])
        np.testing.assert_array_equal(groups[m], np.flatnonzero(expected))
