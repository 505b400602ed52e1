"""Boxes against the truth."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Source
from sensorann.tracks.scoring import every_nth_box, score_boxes, summarise
from tests.builders import make_labels, make_track

CENTERS = np.stack([np.arange(5.0), np.zeros(5), np.zeros(5)], axis=1)


def shifted(by, *, yaw=0.0, **options):
    return make_labels(make_track(centers=CENTERS + by, yaws=np.full(5, yaw), size=(4.0, 2.0, 1.5), **options))


def test_equal_boxes_are_perfect():
    scores = score_boxes(shifted(0), shifted(0))
    np.testing.assert_allclose(scores.ious, 1.0)
    np.testing.assert_allclose(scores.center_errors, 0.0)
    assert (scores.n_missing, scores.n_extra) == (0, 0)


@pytest.mark.parametrize(
    ("by", "iou"),
    [([1.0, 0, 0], 3 / 5), ([0, 1.0, 0], 1 / 3), ([0, 0, 0.75], 1 / 3), ([9.0, 0, 0], 0.0), ([0, 0, 2.0], 0.0)],
    ids=["forward", "sideways", "up", "far", "above"],
)
def test_iou_is_shared_over_joint_volume(by, iou):
    scores = score_boxes(shifted(by), shifted(0))
    np.testing.assert_allclose(scores.ious, iou, atol=1e-12)
    np.testing.assert_allclose(scores.center_errors, np.linalg.norm(by))


def test_long_tracks_are_compared_row_by_row():
    truth = make_labels(make_track(n=100, centers=np.zeros((100, 3)), yaws=np.zeros(100), size=(4.0, 2.0, 1.5)))
    ahead = np.column_stack([np.linspace(0, 3, 100), np.zeros((100, 2))])
    ours = make_labels(make_track(n=100, centers=ahead, yaws=np.zeros(100), size=(4.0, 2.0, 1.5)))
    np.testing.assert_allclose(score_boxes(ours, truth).ious, (4 - ahead[:, 0]) / (4 + ahead[:, 0]))


def test_yaw_errors_do_not_jump_at_half_a_turn():
    scores = score_boxes(shifted(0, yaw=np.pi - 0.1), shifted(0, yaw=-np.pi + 0.1))
    np.testing.assert_allclose(scores.yaw_errors, 0.2)


def test_boxes_without_a_partner_are_counted():
    truth = make_labels(make_track(id="1"), make_track(id="2"))
    ours = make_labels(make_track(id="1", n=3), make_track(id="9", n=2))
    scores = score_boxes(ours, truth)
    assert (len(scores), scores.n_missing, scores.n_extra) == (3, 7, 2)


def test_only_boxes_of_the_given_sources_are_judged():
    assert len(score_boxes(shifted(0), shifted(0), sources={Source.INTERPOLATED})) == 0
    assert len(score_boxes(shifted(0, source=Source.INTERPOLATED), shifted(0), sources={Source.INTERPOLATED})) == 5


def test_other_frames_are_refused():
    with pytest.raises(ArgumentError, match="ego"):
        score_boxes(make_labels(frame="ego"), make_labels())


def test_a_summary_by_category():
    truth = make_labels(make_track(id="1", category="Car"), make_track(id="2", category="Pedestrian"))
    scores = score_boxes(truth, truth).of_category("Pedestrian")
    summary = summarise(scores)
    assert (summary.n_boxes, summary.iou_mean, summary.share_good) == (5, pytest.approx(1.0), 1.0)
    assert set(scores.track_ids) == {"2"}


def test_nothing_to_compare_gives_nan_and_no_warning():
    summary = summarise(score_boxes(make_labels(make_track(id="1")), make_labels(make_track(id="2"))))
    assert summary.n_boxes == 0
    assert np.isnan(summary.iou_mean)


@pytest.mark.parametrize(("length", "kept"), [(1, [0]), (10, [0, 9]), (11, [0, 10]), (25, [0, 10, 20, 24])])
def test_every_tenth_box_is_kept_and_the_last(length, kept):
    labels = make_labels(make_track(n=length))
    thinned = every_nth_box(labels, 10).tracks[0]
    np.testing.assert_array_equal(thinned.timestamps_ns, labels.tracks[0].timestamps_ns[kept])


def test_one_box_in_nothing_is_refused():
    with pytest.raises(ArgumentError, match="n >= 1"):
        every_nth_box(make_labels(), 0)
