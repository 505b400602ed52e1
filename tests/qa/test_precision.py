import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa import precision
from tests.builders import make_labels, make_track

CENTERS = np.array([[10.0, 10.0 * i, 0.75] for i in range(5)])
ASIDE = np.array([0.3, 0, 0])


def scored(scores, centers=CENTERS, **options):
    return make_labels(make_track(centers=centers, box_attributes={"score": tuple(scores)}, **options))


def test_the_truth_itself_is_perfect():
    ours = precision(make_labels(), make_labels(), "car")
    assert ours.mean == pytest.approx(1.0)
    assert (ours.ap40_3d, ours.ap40_bev) == (1.0, 1.0)
    assert (ours.translation, ours.scale, ours.orientation) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)


def test_errors_are_those_that_were_made():
    moved = scored(np.full(5, 0.5), CENTERS + ASIDE, size=np.array([4.2, 1.8, 1.5]) * 1.1, yaws=np.full(5, 0.3))
    ours = precision(make_labels(make_track(centers=CENTERS)), moved, "car")
    assert ours.translation == pytest.approx(0.3)
    assert ours.scale == pytest.approx(1 - 1 / 1.331)
    assert ours.orientation == pytest.approx(0.1)


def test_a_false_box_costs_what_is_ranked_below_it():
    # The surest is false: precision is 1/2, 2/3, ... 4/5 when the other four of five have been found.
    wrong = CENTERS + np.array([[0, 0, 0]] * 4 + [[100.0, 0, 0]])
    ours = precision(make_labels(make_track(centers=CENTERS)), scored([0.5, 0.4, 0.3, 0.2, 0.9], wrong), "car")
    assert ours.ap40_3d == pytest.approx(0.8 * 0.8)  # the best precision further on, up to the recall of 0.8
    last = scored([0.5, 0.4, 0.3, 0.2, 0.1], wrong)
    assert precision(make_labels(make_track(centers=CENTERS)), last, "car").ap40_3d == pytest.approx(0.8)


def test_scores_below_zero_rank_as_others_do():
    low = scored([-1.0, -2.0, -3.0, -4.0, -5.0], CENTERS + ASIDE)
    ours = precision(make_labels(make_track(centers=CENTERS)), low, "car")
    assert ours.mean == pytest.approx(1.0)
    assert ours.translation == pytest.approx(0.3)


def test_a_box_takes_the_score_of_its_track_where_it_has_none():
    tracks = (
        make_track(id="right", centers=CENTERS, attributes={"score": 0.9}),
        make_track(id="wrong", centers=CENTERS + 50.0, attributes={"score": 0.1}),
    )
    ours = precision(make_labels(make_track(centers=CENTERS)), make_labels(*tracks), "car")
    assert ours.ap40_3d == 1.0


def test_footprints_do_not_see_heights():
    high = make_labels(make_track(centers=CENTERS + np.array([0, 0, 5.0])))
    ours = precision(make_labels(make_track(centers=CENTERS)), high, "car")
    assert (ours.ap40_3d, ours.ap40_bev) == (0.0, 1.0)


def test_a_category_without_boxes_has_no_precision():
    ours = precision(make_labels(), make_labels(make_track(category="Cyclist")), "car")
    assert ours.mean == 0.0
    assert (ours.translation, ours.scale, ours.orientation) == (1.0, 1.0, 1.0)
    nothing_true = precision(make_labels(), make_labels(make_track(category="Cyclist")), "cyclist")
    assert (nothing_true.mean, nothing_true.ap40_3d) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ((0.5, None, 0.5, 0.5, 0.5), "1 of 5 boxes have no attribute 'score'"),
        ((0.5, float("nan"), 0.5, 0.5, 0.5), "must be a finite number, got nan"),
        ((0.5, "high", 0.5, 0.5, 0.5), "must be a finite number, got 'high'"),
    ],
    ids=["one missing", "NaN", "word"],
)
def test_scores_are_numbers(scores, message):
    with pytest.raises(ArgumentError, match=message):
        precision(make_labels(), scored(scores), "car")
