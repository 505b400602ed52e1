"""Figures small enough to count by hand."""

import numpy as np
import pytest

from sensorann.qa import Pairing, clear, hota, identity


def followed(names, *, similarity=1.0):
    """One object in as many frames as names; None is a miss, each name that of the box found."""
    other = [[] if name is None else [name] for name in names]
    return Pairing.of_frames([[0]] * len(names), other, [np.full((1, len(own)), similarity) for own in other])


def test_a_switch_costs_as_much_as_a_miss():
    found = clear(followed([0, 0, 1, 1]))
    assert (found.tp, found.id_switches, found.fragments) == (4, 1, 0)
    assert found.mota == 0.75


def test_a_gap_of_frames_that_both_sides_have_is_a_fragment():
    pairing = Pairing.of_frames([[0]] * 3, [[0], [0], [0]], [np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1))])
    assert clear(pairing).fragments == 1
    assert clear(pairing).id_switches == 0


def test_a_partner_is_kept_even_where_another_box_fits_better():
    stays = Pairing.of_frames([[0]] * 2, [[0], [0, 1]], [np.array([[0.9]]), np.array([[0.6, 0.9]])])
    assert clear(stays).id_switches == 0


def test_a_box_below_the_threshold_is_missed_and_invented():
    found = clear(followed([0, 0], similarity=0.4))
    assert (found.tp, found.fn, found.fp) == (0, 2, 2)
    assert clear(followed([0, 0], similarity=0.4), threshold=0.3).tp == 2


def test_hota_of_an_object_cut_in_half():
    # Each half of two frames is associated by 2 of 4; detection is perfect.
    assert hota(followed([0, 0, 1, 1])).hota == pytest.approx(np.sqrt(0.5))


def test_hota_counts_a_box_that_is_just_similar_enough():
    np.testing.assert_array_equal(hota(followed([0, 0], similarity=0.5)).tp, [2] * 10 + [0] * 9)


def test_identity_gives_an_object_one_name():
    named = identity(followed([0, 0, 0, 1]))
    assert (named.tp, named.fn, named.fp) == (3, 1, 1)
    assert named.f1 == 0.75


@pytest.mark.parametrize("metric", [clear, hota, identity])
def test_sides_without_boxes_have_figures(metric):
    nothing = Pairing.of_frames([[]], [[]], [np.zeros((0, 0))])
    only_other = Pairing.of_frames([[]], [[0]], [np.zeros((0, 1))])
    assert np.sum(metric(nothing).tp) == 0
    assert np.max(metric(only_other).fp) == 1
