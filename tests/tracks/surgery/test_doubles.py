"""The boxes of one track go where another has them, too."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.tracks.surgery import delete_doubled
from tests.builders import make_labels
from tests.qa.checking.cases import driving, without


def test_boxes_that_only_one_has_stay():
    kept, double = without(driving(), np.arange(10, 30)), driving(id="2")[5:36]
    edited = delete_doubled(make_labels(kept, double), "2", "1")
    np.testing.assert_array_equal(edited.track("2").timestamps_ns, driving().timestamps_ns[10:30])
    assert edited.track("1") is kept


def test_a_track_that_is_labelled_twice_throughout_is_gone():
    assert [track.id for track in delete_doubled(make_labels(driving(), driving(id="2")), "2", "1").tracks] == ["1"]


@pytest.mark.parametrize(
    "other", [driving(id="2", aside=8.0), replace(driving(id="2"), timestamps_ns=driving().timestamps_ns + 1)]
)
def test_what_stands_beside_or_comes_at_other_instants_is_not_labelled_twice(other):
    with pytest.raises(ArgumentError, match="tracks 2 and 1 overlap at no instant"):
        delete_doubled(make_labels(driving(), other), "2", "1")
