"""How far labels are from good ones, as the benchmark of repairs counts it."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.seeded_repairs import farness
from tests.qa.checking.cases import N, driving, edited, labels_of, without

GOOD, OTHER = driving(), driving(id="2", aside=-4.0)
OFF = {
    "nothing": (lambda: (GOOD,), 0.0),
    "five boxes lost": (lambda: (without(GOOD, np.arange(5)),), 5.0),
    "another object": (lambda: (GOOD, OTHER), float(N)),
    "half a turn of one box": (lambda: (edited(GOOD, [3], turn=np.pi),), 0.5),
    "half a box ahead": (lambda: (edited(GOOD, [3], shift=(2.1, 0, 0)),), 2 / 3),
    "a second name from the middle on": (
        lambda: (without(GOOD, np.arange(20, N)), replace(without(GOOD, np.arange(20)), id="2")),
        1.0,
    ),
    "another category": (lambda: (replace(GOOD, category="Truck"),), float(N)),
    "a word of two": (lambda: (replace(GOOD, box_attributes={"state": ("moving",) * N}),), N / 2),
}


@pytest.mark.parametrize("name", OFF)
def test_how_far_labels_are_off(name):
    make, far = OFF[name]
    assert farness(labels_of(GOOD), labels_of(*make()), {"1", "2"}) == pytest.approx(far)


def test_exchanged_objects_are_off_by_one_each():
    apart = edited(GOOD, np.arange(20, N), shift=(0, -8.0, 0)), edited(OTHER, np.arange(20, N), shift=(0, 8.0, 0))
    assert farness(labels_of(GOOD, OTHER), labels_of(*apart), {"1", "2"}) == pytest.approx(2.0)


def test_only_the_objects_concerned_count():
    assert farness(labels_of(GOOD), labels_of(GOOD, OTHER), {"1"}) == 0.0
