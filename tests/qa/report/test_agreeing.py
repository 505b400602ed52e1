"""Matrices of labellings that agree in part."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa.report import agreement_matrices
from tests.qa.checking.cases import N, driving, edited, labels_of, standing


def test_boxes_and_names_are_counted():
    ours = labels_of(driving(), standing(id="2", aside=-8.0))
    theirs = labels_of(driving(category="Van"), standing(id="9", aside=20.0))
    boxes, names = agreement_matrices({"ours": ours, "theirs": theirs})
    assert (boxes.rows, boxes.columns) == (("ours", "theirs"), ("ours", "theirs"))
    np.testing.assert_allclose(boxes.values, [[1, 0.5], [0.5, 1]])
    at = {word: i for i, word in enumerate(names.rows)}
    assert names.values[at["car"]][at["van"]] == 1
    assert names.values[at["car"]][at["none"]] == names.values[at["none"]][at["car"]] == 1
    assert np.sum(names.values) == 3


def test_labellings_without_any_overlap_agree_in_nothing():
    far = labels_of(edited(driving(), np.arange(N), shift=(0, 90, 0)))
    boxes, _ = agreement_matrices({"ours": labels_of(driving()), "theirs": far})
    np.testing.assert_allclose(boxes.values, [[1, 0], [0, 1]])


def test_one_labelling_alone_is_refused():
    with pytest.raises(ArgumentError):
        agreement_matrices({"ours": labels_of(driving())})
