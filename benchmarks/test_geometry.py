"""Points, boxes and pictures against Open3D, shapely and OpenCV, one thread each."""

import cv2
import numpy as np
import open3d
import pytest
import shapely

from sensorann.geometry import (
    Camera,
    Cuboids,
    Transform,
    bev_iou,
    euclidean_clusters,
    points_in_cuboids,
    rotated_nms,
    voxel_downsample,
)

cv2.setNumThreads(1)
LIDAR_IN_CAMERA = Transform(np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]]), np.array([0.05, -0.3, -0.2]))
CAMERA = Camera(
    matrix=np.array([[1266.4, 0, 816.3], [0, 1266.4, 491.5], [0, 0, 1]]),
    size=(1600, 900),
    distortion=np.array([-0.3, 0.12, 1e-3, -5e-4, -0.01]),
)


def measure(benchmark, function, *, group, rounds=9, **goal):
    """Time a function after one call that compiles it, and give back what it returned."""
    benchmark.group = group
    benchmark.extra_info["goal"] = goal
    result = function()
    benchmark.pedantic(function, rounds=rounds)
    return result


def cloud(points):
    return open3d.geometry.PointCloud(open3d.utility.Vector3dVector(points.astype(np.float64)))


def boxes_in_a_field(n, side, *, seed=1):
    rng = np.random.default_rng(seed)
    centers = np.column_stack([rng.uniform(-side / 2, side / 2, (n, 2)), rng.uniform(-1, -0.8, n)])
    sizes = rng.uniform([3.5, 1.6, 1.4], [5.5, 2.2, 2.0], (n, 3))
    return Cuboids.from_yaws(centers, sizes, rng.uniform(-np.pi, np.pi, n), frame="ego")


def polygons(boxes):
    return shapely.polygons(boxes.corners()[:, [0, 1, 5, 4], :2])


@pytest.mark.parametrize("implementation", ["sensorann", "open3d", "brute force"])
def test_points_in_100_cuboids(benchmark, sweep_points, implementation):
    boxes = boxes_in_a_field(100, 80.0)
    vector = open3d.utility.Vector3dVector(sweep_points.astype(np.float64))
    oriented = [
        open3d.geometry.OrientedBoundingBox(*box)
        for box in zip(boxes.centers, boxes.rotations, boxes.sizes, strict=True)
    ]

    def brute_force():
        hits = []
        for center, rotation, size in zip(boxes.centers, boxes.rotations, boxes.sizes, strict=True):
            dx, dy, dz = (sweep_points.astype(np.float64) - center).T
            inside = np.ones(len(sweep_points), bool)
            for axis in range(3):
                along = rotation[0, axis] * dx + rotation[1, axis] * dy + rotation[2, axis] * dz
                inside &= np.abs(along) <= size[axis] / 2
            hits.append(np.flatnonzero(inside))
        return hits

    run = {
        "sensorann": lambda: points_in_cuboids(sweep_points, boxes),
        "open3d": lambda: [box.get_point_indices_within_bounding_box(vector) for box in oriented],
        "brute force": brute_force,
    }[implementation]
    rounds = 3 if implementation == "brute force" else 9
    found = measure(benchmark, run, group="points in 100 cuboids", rounds=rounds, open3d=10)
    if implementation == "sensorann":
        assert all(np.array_equal(found[m], expected) for m, expected in enumerate(brute_force()))


@pytest.mark.parametrize("implementation", ["sensorann", "open3d"])
def test_voxel_downsample(benchmark, sweep_points, implementation):
    peer = cloud(sweep_points)
    run = {
        "sensorann": lambda: voxel_downsample(sweep_points, edge=0.1),
        "open3d": lambda: peer.voxel_down_sample(0.1),
    }[implementation]
    measure(benchmark, run, group="voxel downsample 0.1 m", open3d=4)


@pytest.mark.parametrize("implementation", ["sensorann", "open3d"])
def test_euclidean_clusters(benchmark, sweep_points, implementation):
    above_ground = sweep_points[sweep_points[:, 2] > -1.6][:52_240]
    assert len(above_ground) > 51_000
    peer = cloud(above_ground)
    run = {
        "sensorann": lambda: euclidean_clusters(above_ground, distance=0.5),
        "open3d": lambda: np.asarray(peer.cluster_dbscan(0.5, 1)),
    }[implementation]
    rounds = 3 if implementation == "open3d" else 9
    labels = measure(benchmark, run, group="Euclidean clusters, 52k points, 0.5 m", rounds=rounds, open3d=30)
    if implementation == "sensorann":
        pairs = np.unique(np.column_stack([labels, peer.cluster_dbscan(0.5, 1)]), axis=0)
        assert len(pairs) == labels.max() + 1 == pairs[:, 1].max() + 1


@pytest.mark.parametrize("implementation", ["sensorann", "shapely"])
def test_bev_iou(benchmark, implementation):
    """About 5 % of the pairs overlap."""
    a, b = boxes_in_a_field(1000, 26.0), boxes_in_a_field(1000, 26.0, seed=2)

    def with_tree():
        ours, theirs = polygons(a), polygons(b)
        i, j = shapely.STRtree(theirs).query(ours, predicate="intersects")
        iou = np.zeros((len(a), len(b)))
        shared = shapely.area(shapely.intersection(ours[i], theirs[j]))
        iou[i, j] = shared / (shapely.area(ours)[i] + shapely.area(theirs)[j] - shared)
        return iou

    run = {"sensorann": lambda: bev_iou(a, b), "shapely": with_tree}[implementation]
    rounds = 3 if implementation == "shapely" else 9
    iou = measure(benchmark, run, group="BEV IoU 1000 x 1000", rounds=rounds, shapely=40)
    assert 0.04 < (iou > 0).mean() < 0.07
    if implementation == "sensorann":
        np.testing.assert_allclose(iou, with_tree(), atol=1e-9)


@pytest.mark.parametrize("implementation", ["sensorann", "cv2"])
def test_rotated_nms(benchmark, implementation):
    boxes = boxes_in_a_field(1000, 26.0)
    scores = np.random.default_rng(2).random(1000)
    rectangles = [
        ((x, y), (length, width), float(np.degrees(yaw)))
        for (x, y, _), (length, width, _), yaw in zip(boxes.centers, boxes.sizes, boxes.yaws, strict=True)
    ]
    run = {
        "sensorann": lambda: rotated_nms(boxes, scores, threshold=0.3),
        "cv2": lambda: cv2.dnn.NMSBoxesRotated(rectangles, scores.tolist(), 0.0, 0.3),
    }[implementation]
    measure(benchmark, run, group="rotated NMS, 1000 boxes")


@pytest.mark.parametrize("implementation", ["sensorann", "cv2"])
def test_projection(benchmark, sweep_points, implementation):
    rotation_vector, _ = cv2.Rodrigues(LIDAR_IN_CAMERA.rotation)
    pose = (rotation_vector, LIDAR_IN_CAMERA.translation)

    def with_cv2():
        return cv2.projectPoints(sweep_points, *pose, CAMERA.matrix, CAMERA.distortion)[0][:, 0]

    run = {
        "sensorann": lambda: CAMERA.project(sweep_points, camera_from_points=LIDAR_IN_CAMERA),
        "cv2": with_cv2,
    }[implementation]
    pixels = measure(benchmark, run, group="projection of a sweep with distortion", cv2=25)
    if implementation == "sensorann":
        exact = cv2.projectPoints(sweep_points.astype(np.float64), *pose, CAMERA.matrix, CAMERA.distortion)[0][:, 0]
        inside = CAMERA.contains(pixels)
        assert inside.sum() > 1000
        np.testing.assert_allclose(pixels[inside], exact[inside], rtol=0, atol=2e-4)
