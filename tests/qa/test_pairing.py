import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa import Pairing, clear, hota, pair_labels
from tests.builders import FRAME_NS, START_NS, make_labels, make_track
from tests.qa.sequences import random_sequence


def shifted(track_id="1", **options):
    return make_track(id=track_id, centers=np.array([[10.0 + 0.5 * i, 100.0, 0.75] for i in range(5)]), **options)


def test_labels_equal_to_the_truth_are_perfect_whatever_their_ids():
    truth = make_labels(make_track(id="a"), shifted("b"))
    pairing = pair_labels(truth, make_labels(make_track(id="7"), shifted("8")))
    assert clear(pairing).mota == 1.0
    assert hota(pairing).hota == pytest.approx(1.0)


def test_boxes_of_another_category_are_never_the_same():
    pairing = pair_labels(make_labels(make_track(category="Car")), make_labels(make_track(category="Cyclist")))
    assert len(pairing.rows) == 0
    assert (clear(pairing).fn, clear(pairing).fp) == (5, 5)


def test_an_alias_is_the_same_category():
    pairing = pair_labels(make_labels(make_track(category="Car")), make_labels(make_track(category="car")))
    assert clear(pairing).tp == 5


def test_instants_without_truth_are_left_out():
    truth = make_labels(make_track(timestamps_ns=[START_NS, START_NS + 2 * FRAME_NS]))
    pairing = pair_labels(truth, make_labels(make_track()))
    assert len(pairing.other) == 2
    assert pairing.n_frames == 2


def test_frames_of_reference_must_agree():
    with pytest.raises(ArgumentError, match="ego frame cannot be compared"):
        pair_labels(make_labels(), make_labels(frame="ego"))


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.array([[0.5, 1.2]]), "between 0 and 1"),
        (np.array([[np.nan, 0.5]]), "between 0 and 1"),
        (np.array([[0.5]]), "shape"),
    ],
    ids=["too large", "NaN", "shape"],
)
def test_similarities_are_checked(matrix, message):
    with pytest.raises(ArgumentError, match=message):
        Pairing.of_frames([[0]], [[0, 1]], [matrix])


def test_an_id_comes_once_in_a_frame():
    with pytest.raises(ArgumentError, match="must differ"):
        Pairing.of_frames([[0, 0]], [[0]], [np.ones((2, 1))])


def test_renaming_every_object_of_the_other_changes_nothing():
    truth, other, similarities = random_sequence(3)
    largest = max(int(ids.max(initial=0)) for ids in other)
    renamed = [largest - ids for ids in other]
    a, b = Pairing.of_frames(truth, other, similarities), Pairing.of_frames(truth, renamed, similarities)
    assert clear(a) == clear(b)
    assert hota(a).hota == pytest.approx(hota(b).hota, abs=1e-12)
