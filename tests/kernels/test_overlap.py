import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Cuboids, bev_giou, bev_iou, giou_3d, iou_3d, paired_bev_iou, paired_iou_3d, rotated_nms
from sensorann.kernels import solids
from tests import naive
from tests.geometry.cases import random_cuboids, random_rotations, seeds

pytestmark = pytest.mark.kernels
places = st.sampled_from([(0.0, 0.0, 0.0), (691_000.0, 5_335_000.0, 520.0)])


def footprints(boxes, origin):
    """Polygons near the origin: at map coordinates the reference would lose the digits that it is to check."""
    centers = boxes.centers - origin
    return [naive.footprint(centers[m], boxes.sizes[m], boxes.yaws[m]) for m in range(len(boxes))]


@given(seed=seeds, place=places)
def test_footprint_overlap_matches_shapely(seed, place):
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 6, around=place), random_cuboids(rng, 7, around=place)
    expected = [[naive.footprint_iou(p, q) for q in footprints(b, place)] for p in footprints(a, place)]
    np.testing.assert_allclose(bev_iou(a, b), expected, atol=1e-9)


@given(seed=seeds, place=places)
def test_generalised_footprint_overlap_matches_shapely(seed, place):
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 4, spread=9.0, around=place), random_cuboids(rng, 5, spread=9.0, around=place)
    expected = np.empty((4, 5))
    for i, p in enumerate(footprints(a, place)):
        for j, q in enumerate(footprints(b, place)):
            hull = shapely.union(p, q).convex_hull.area
            expected[i, j] = naive.footprint_iou(p, q) - (hull - shapely.union(p, q).area) / hull
    np.testing.assert_allclose(bev_giou(a, b), expected, atol=1e-9)


@given(seed=seeds)
def test_upright_boxes_share_a_prism(seed):
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 5), random_cuboids(rng, 6)
    polygons_a, polygons_b = footprints(a, 0), footprints(b, 0)
    for i in range(5):
        for j in range(6):
            top = min(a.centers[i, 2] + a.sizes[i, 2] / 2, b.centers[j, 2] + b.sizes[j, 2] / 2)
            bottom = max(a.centers[i, 2] - a.sizes[i, 2] / 2, b.centers[j, 2] - b.sizes[j, 2] / 2)
            shared = polygons_a[i].intersection(polygons_b[j]).area * max(top - bottom, 0.0)
            expected = shared / (a.volumes[i] + b.volumes[j] - shared)
            assert iou_3d(a[i : i + 1], b[j : j + 1])[0, 0] == pytest.approx(expected, abs=1e-9)


@given(seed=seeds)
def test_tilted_boxes_match_the_intersection_of_half_spaces(seed):
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 2, spread=2.5, tilted=True), random_cuboids(rng, 2, spread=2.5, tilted=True)
    shared = np.array([[naive.shared_volume(p, q) for q in b.corners()] for p in a.corners()])
    expected = shared / (a.volumes[:, None] + b.volumes - shared)
    np.testing.assert_allclose(iou_3d(a, b), expected, atol=1e-7)


@given(seed=seeds)
def test_overlap_in_space_stays_when_both_boxes_are_turned(seed):
    """Upright boxes take the way over footprints, turned ones that over tetrahedra: both must agree."""
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 4, spread=3.0), random_cuboids(rng, 4, spread=3.0)
    turn = random_rotations(rng, 1)[0]
    turned = [
        Cuboids(centers=c.centers @ turn.T, sizes=c.sizes, rotations=turn @ c.rotations, frame="ego") for c in (a, b)
    ]
    np.testing.assert_allclose(iou_3d(*turned), iou_3d(a, b), atol=1e-9)


@given(seed=seeds)
def test_the_prism_around_both_boxes_bounds_the_generalised_overlap(seed):
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 3, tilted=True), random_cuboids(rng, 4, tilted=True)
    for i in range(3):
        for j in range(4):
            corners = np.concatenate([a.corners()[i], b.corners()[j]])
            prism = shapely.MultiPoint(corners[:, :2]).convex_hull.area * np.ptp(corners[:, 2])
            iou = iou_3d(a[i : i + 1], b[j : j + 1])[0, 0]
            union = (a.volumes[i] + b.volumes[j]) / (1 + iou)
            generalised = giou_3d(a[i : i + 1], b[j : j + 1])[0, 0]
            assert generalised == pytest.approx(iou - (prism - union) / prism, abs=1e-9)


@given(seed=seeds)
def test_five_tetrahedra_fill_a_box(seed):
    rng = np.random.default_rng(seed)
    half_size, rotation = rng.uniform(0.5, 3, 3), random_rotations(rng, 1)[0]
    tetrahedra = np.empty((5, 4, 3))
    solids.tetrahedra_of_box(half_size, rotation, rng.normal(size=3), tetrahedra)
    edges = tetrahedra[:, 1:] - tetrahedra[:, :1]
    np.testing.assert_allclose(np.abs(np.linalg.det(edges)).sum() / 6, 8 * half_size.prod(), rtol=1e-12)


@given(seed=seeds, threshold=st.sampled_from([0.0, 0.1, 0.5]))
def test_suppression_matches_naive(seed, threshold):
    rng = np.random.default_rng(seed)
    boxes = random_cuboids(rng, 15, spread=4.0)
    scores = np.round(rng.random(15), 1)  # with ties
    polygons = footprints(boxes, 0)
    overlaps = np.array([[naive.footprint_iou(p, q) for q in polygons] for p in polygons])
    # A pair at the threshold itself may fall to either side by rounding.
    overlaps[np.abs(overlaps - threshold) < 1e-9] = bev_iou(boxes, boxes)[np.abs(overlaps - threshold) < 1e-9]
    assert rotated_nms(boxes, scores, threshold=threshold).tolist() == naive.suppress(overlaps, scores, threshold)


@given(seed=seeds, tilted=st.booleans())
def test_paired_overlaps_are_the_diagonal(seed, tilted):
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 6, spread=2.0, tilted=tilted), random_cuboids(rng, 6, spread=2.0)
    np.testing.assert_allclose(paired_bev_iou(a, b), np.diagonal(bev_iou(a, b)), atol=1e-12)
    np.testing.assert_allclose(paired_iou_3d(a, b), np.diagonal(iou_3d(a, b)), atol=1e-12)
