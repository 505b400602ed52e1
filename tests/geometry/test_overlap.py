import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids, bev_giou, bev_iou, giou_3d, iou_3d, paired_bev_iou, paired_iou_3d, rotated_nms
from tests.geometry.cases import random_cuboids, seeds

OVERLAPS = {"bev_iou": bev_iou, "iou_3d": iou_3d, "bev_giou": bev_giou, "giou_3d": giou_3d}
overlaps = pytest.mark.parametrize("overlap", OVERLAPS.values(), ids=OVERLAPS)


@overlaps
@given(seed=seeds, tilted=st.booleans())
def test_overlap_is_symmetric_and_bounded(overlap, seed, tilted):
    rng = np.random.default_rng(seed)
    a, b = random_cuboids(rng, 4, tilted=tilted), random_cuboids(rng, 5, tilted=tilted)
    values = overlap(a, b)
    np.testing.assert_allclose(values, overlap(b, a).T, atol=1e-9)
    assert (values <= 1 + 1e-9).all()
    assert (values >= (0 if overlap in (bev_iou, iou_3d) else -1)).all()


@pytest.mark.parametrize("overlap", [bev_iou, iou_3d, bev_giou], ids=["bev_iou", "iou_3d", "bev_giou"])
@given(seed=seeds, tilted=st.booleans())
def test_a_box_covers_itself(overlap, seed, tilted):
    boxes = random_cuboids(np.random.default_rng(seed), 4, tilted=tilted)
    np.testing.assert_allclose(np.diag(overlap(boxes, boxes)), 1.0, atol=1e-9)


@overlaps
def test_half_a_shift_of_a_square_leaves_a_third(overlap):
    a = Cuboids.from_yaws([[0, 0, 0]], [[2, 2, 2]], [0.0], frame="ego")
    b = Cuboids.from_yaws([[1, 0, 0]], [[2, 2, 2]], [np.pi / 2], frame="ego")
    assert overlap(a, b)[0, 0] == pytest.approx(1 / 3)


@pytest.mark.parametrize("overlap", [bev_giou, giou_3d], ids=["bev_giou", "giou_3d"])
def test_generalised_overlap_falls_with_the_gap(overlap):
    a = Cuboids.from_yaws([[0, 0, 0]], [[2, 2, 2]], [0.0], frame="ego")
    b = Cuboids.from_yaws([[4, 0, 0], [18, 0, 0]], [[2, 2, 2]] * 2, [0.0, 0.0], frame="ego")
    np.testing.assert_allclose(overlap(a, b), [[-2 / 6, -16 / 20]])


def test_boxes_above_one_another_share_a_footprint_and_no_volume():
    a = Cuboids.from_yaws([[0, 0, 0]], [[2, 2, 2]], [0.3], frame="ego")
    b = Cuboids.from_yaws([[0, 0, 2.5]], [[2, 2, 2]], [0.3], frame="ego")
    assert bev_iou(a, b)[0, 0] == pytest.approx(1.0)
    assert iou_3d(a, b)[0, 0] == 0.0


@overlaps
def test_no_boxes_overlap_nothing(overlap):
    boxes = random_cuboids(np.random.default_rng(0), 3)
    assert overlap(boxes[:0], boxes).shape == (0, 3)
    assert overlap(boxes, boxes[:0]).shape == (3, 0)


@overlaps
def test_boxes_of_two_frames_are_refused(overlap):
    rng = np.random.default_rng(0)
    with pytest.raises(ArgumentError, match="'ego' and 'world'"):
        overlap(random_cuboids(rng, 2), random_cuboids(rng, 2, frame="world"))


@given(seed=seeds)
def test_kept_boxes_do_not_overlap_and_dropped_ones_overlap_a_better_one(seed):
    rng = np.random.default_rng(seed)
    boxes, scores = random_cuboids(rng, 30), rng.random(30)
    kept = rotated_nms(boxes, scores, threshold=0.2)
    assert (np.diff(scores[kept]) <= 0).all()
    iou = bev_iou(boxes, boxes)
    assert (iou[np.ix_(kept, kept)][~np.eye(len(kept), dtype=bool)] <= 0.2 + 1e-12).all()
    for dropped in np.setdiff1d(np.arange(30), kept):
        assert (iou[dropped, kept][scores[kept] >= scores[dropped]] > 0.2 - 1e-12).any()


def test_the_earlier_box_wins_a_tie():
    boxes = Cuboids.from_yaws([[0, 0, 0]] * 3, [[2, 2, 2]] * 3, [0.0] * 3, frame="ego")
    assert rotated_nms(boxes, [0.5, 0.5, 0.5], threshold=0.5).tolist() == [0]


@pytest.mark.parametrize(("scores", "threshold"), [([0.5, np.nan], 0.5), ([0.5], 0.5), ([0.5, 0.4], 1.5)])
def test_scores_must_be_finite_and_thresholds_overlaps(scores, threshold):
    boxes = random_cuboids(np.random.default_rng(0), 2)
    with pytest.raises(ArgumentError):
        rotated_nms(boxes, scores, threshold=threshold)


@pytest.mark.parametrize("overlap", [paired_bev_iou, paired_iou_3d], ids=["bev", "3d"])
def test_pairs_need_as_many_boxes_of_each(overlap):
    boxes = random_cuboids(np.random.default_rng(0), 3)
    with pytest.raises(ArgumentError, match="got 3 and 2"):
        overlap(boxes, boxes[:2])
