import numpy as np
import pytest
from hypothesis import given
from scipy.spatial import ConvexHull

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids, Transform
from sensorann.geometry.cuboids import CORNER_EDGES
from tests.geometry.cases import random_cuboids, random_rotations, seeds


@given(seed=seeds)
def test_corners_span_the_box(seed):
    boxes = random_cuboids(np.random.default_rng(seed), 4, tilted=True)
    corners = boxes.corners()
    np.testing.assert_allclose(corners.mean(axis=1), boxes.centers, atol=1e-9)
    for m in range(4):
        assert ConvexHull(corners[m]).volume == pytest.approx(boxes.volumes[m])
        lengths = np.linalg.norm(corners[m][CORNER_EDGES[:, 0]] - corners[m][CORNER_EDGES[:, 1]], axis=1)
        np.testing.assert_allclose(np.sort(lengths), np.sort(np.repeat(boxes.sizes[m], 4)), atol=1e-9)


def test_the_front_face_comes_first():
    boxes = Cuboids.from_yaws([[10, 0, 0]], [[4, 2, 1]], [np.pi / 2], frame="ego")
    np.testing.assert_allclose(boxes.corners()[0, :4, 1], 2.0)
    np.testing.assert_allclose(boxes.corners()[0, 4:, 1], -2.0)
    assert boxes.yaws[0] == pytest.approx(np.pi / 2)


@given(seed=seeds)
def test_moving_boxes_moves_their_corners(seed):
    rng = np.random.default_rng(seed)
    boxes = random_cuboids(rng, 3, tilted=True)
    world_from_ego = Transform(random_rotations(rng, 1)[0], rng.uniform(-100, 100, 3))
    moved = boxes.moved(world_from_ego, frame="world")
    np.testing.assert_allclose(moved.corners(), world_from_ego.apply(boxes.corners()), atol=1e-9)
    assert moved.frame == "world"
    back = moved.moved(world_from_ego.inverse(), frame="ego")
    np.testing.assert_allclose(back.corners(), boxes.corners(), atol=1e-9)


def test_rows_select_boxes_and_records_hold_one():
    boxes = random_cuboids(np.random.default_rng(0), 5)
    chosen = boxes[boxes.centers[:, 0] > 0]
    assert 0 < len(chosen) < 5
    record = boxes.record(2)
    np.testing.assert_array_equal(record.center, boxes.centers[2])
    assert record.size == tuple(boxes.sizes[2])
    assert record.yaw == pytest.approx(boxes.yaws[2])
    np.testing.assert_array_equal(Cuboids.concatenate([boxes[:2], boxes[2:]]).centers, boxes.centers)


def test_boxes_are_read_only_and_leave_the_arrays_of_the_caller_alone():
    centers = np.zeros((1, 3))
    boxes = Cuboids.from_yaws(centers, [[1, 1, 1]], [0], frame="ego")
    with pytest.raises(ValueError, match="read-only"):
        boxes.centers[0] = 1.0
    centers[0] = 2.0  # still writable


@pytest.mark.parametrize(
    ("centers", "sizes", "message"),
    [
        ([[0, 0, 0]], [[1, 0, 1]], "box 0"),
        ([[0, np.nan, 0]], [[1, 1, 1]], "centers must be finite"),
        ([[0, 0]], [[1, 1, 1]], r"shape \(N, 3\)"),
        ([[0, 0, 0]], [[1, 1, 1]] * 2, r"sizes must have shape \(1, 3\)"),
    ],
)
def test_impossible_boxes_are_refused(centers, sizes, message):
    with pytest.raises(ArgumentError, match=message):
        Cuboids.from_yaws(centers, sizes, np.zeros(len(centers)), frame="ego")


def test_boxes_of_two_frames_cannot_be_joined():
    rng = np.random.default_rng(0)
    with pytest.raises(ArgumentError, match="exactly one frame"):
        Cuboids.concatenate([random_cuboids(rng, 1), random_cuboids(rng, 1, frame="world")])
