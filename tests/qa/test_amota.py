"""Figures small enough to count by hand."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa import Pairing
from sensorann.qa.amota import ScoredSequence, evaluate
from tests import naive
from tests.qa.sequences import random_sequence

N = 40  # as many boxes as recalls


def followed(names, *, scores, similarity=0.8, **options):
    """One object; per frame the name of the box that finds it, None for a miss."""
    other = [[] if name is None else [name] for name in names]
    matrices = [np.full((1, len(own)), similarity) for own in other]
    pairing = Pairing.of_frames([[0]] * len(names), other, matrices)
    return ScoredSequence(pairing=pairing, scores=np.asarray(scores, float), **options)


@pytest.mark.parametrize("seed", range(20))
def test_the_sweep_matches_naive(seed):
    rng = np.random.default_rng(seed)
    truths, found, ious = random_sequence(seed)
    score_of = rng.uniform(-2.0, 9.0, 40)
    neutral, harmless = ([rng.random(len(own)) < 0.2 for own in side] for side in (truths, found))
    one = ScoredSequence(
        pairing=Pairing.of_frames(truths, found, ious),
        scores=np.concatenate([score_of[own] for own in found]),
        neutral=np.concatenate(neutral),
        harmless=np.concatenate(harmless),
    )
    swept = evaluate([one], threshold=0.4)
    expected = naive.swept_accuracy(
        list(zip(truths, found, ious, [dict(enumerate(score_of))] * len(truths), neutral, harmless, strict=True)), 0.4
    )
    np.testing.assert_allclose((swept.samota, swept.amota, swept.amotp), expected, rtol=0, atol=1e-9)


def test_a_perfect_tracker_is_perfect_at_every_recall():
    found = evaluate([followed([0] * 10 * N, scores=np.ones(10 * N))])
    assert found.best.mota == 1.0
    assert (found.samota, found.amota) == pytest.approx((1.0, 1.0))
    assert found.amotp == pytest.approx(0.8)


def test_recalls_that_are_never_reached_count_nothing():
    found = evaluate([followed([0] * 5 * N + [None] * 5 * N, scores=np.ones(5 * N))])
    assert found.best.mota == 0.5
    assert found.amota == pytest.approx(0.5 * 0.5)
    assert found.samota == pytest.approx(0.5)


def test_accuracy_is_scaled_by_the_recall_that_is_aimed_at():
    # Two tracks, one per half of the drive; up to half the recall the second one is let go.
    found = evaluate([followed([0] * (N // 2) + [1] * (N // 2), scores=[0.9] * (N // 2) + [0.1] * (N // 2))])
    assert found.best.mota == pytest.approx(1 - 1 / N)  # one change of name
    assert found.amota < found.samota <= 1.0


def test_false_tracks_of_low_score_are_left_out_of_the_best():
    pairing = Pairing.of_frames([[0]] * N, [[0, 1]] * N, [np.array([[0.8, 0.0]])] * N)
    found = evaluate([ScoredSequence(pairing=pairing, scores=np.tile([0.9, 0.1], N))])
    assert (found.best.false, found.best.misses) == (0, 0)


def test_a_track_is_judged_by_its_mean_score():
    pairing = Pairing.of_frames([[0]] * 2, [[0, 1]] * 2, [np.array([[0.8, 0.0]])] * 2)
    scores = ScoredSequence(pairing=pairing, scores=np.array([1.0, 0.5, 0.0, 0.5])).track_scores()
    np.testing.assert_allclose(scores, 0.5)


def test_one_pair_more_beats_a_larger_overlap():
    pairing = Pairing.of_frames([[0, 1]] * N, [[0, 1]] * N, [np.array([[0.9, 0.3], [0.3, 0.0]])] * N)
    assert evaluate([ScoredSequence(pairing=pairing, scores=np.ones(2 * N))]).best.misses == 0


def test_neutral_and_harmless_boxes_do_not_count():
    half = np.arange(N) < N // 2
    missed = followed([0] * (N // 2) + [None] * (N // 2), scores=np.ones(N // 2), neutral=~half)
    assert (evaluate([missed]).best.misses, evaluate([missed]).best.n_truth) == (0, N // 2)
    pairing = Pairing.of_frames([[0]] * N, [[0, 1]] * N, [np.array([[0.8, 0.0]])] * N)
    harmless = np.tile([False, True], N)
    quiet = ScoredSequence(pairing=pairing, scores=np.ones(2 * N), harmless=harmless)
    assert evaluate([quiet]).best.false == 0
    assert evaluate([ScoredSequence(pairing=pairing, scores=np.ones(2 * N))]).best.false == N


def test_a_change_of_name_after_a_gap_is_no_switch():
    assert evaluate([followed([0, None, 1] + [1] * N, scores=np.ones(N + 2))]).best.id_switches == 0
    assert evaluate([followed([0, 1, 1] + [1] * N, scores=np.ones(N + 3))]).best.id_switches == 1


def test_sequences_are_counted_together():
    one, two = followed([0] * N, scores=np.ones(N)), followed([None] * N, scores=[])
    found = evaluate([one, two])
    assert (found.best.n_truth, found.best.misses) == (2 * N, N)


def test_nothing_found_is_a_result():
    found = evaluate([followed([None] * 3, scores=[])])
    assert (found.samota, found.amota, found.best.mota) == (0.0, 0.0, 0.0)


def test_a_truth_without_boxes_is_refused():
    nothing = ScoredSequence(pairing=Pairing.of_frames([[]], [[0]], [np.zeros((0, 1))]), scores=np.ones(1))
    with pytest.raises(ArgumentError, match="no box of the truth counts"):
        evaluate([nothing])


def test_scores_are_finite():
    with pytest.raises(ArgumentError, match="scores of tracks"):
        followed([0], scores=[np.nan])
