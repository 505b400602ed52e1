"""What a track refuses to hold."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from tests.builders import make_track


@pytest.mark.parametrize("value", [0.0, 0.5, np.nan])
def test_a_sigma_is_a_length_or_unknown(value):
    assert np.array_equal(replace(make_track(n=2), sigmas=np.full((2, 7), value)).sigmas[0, 0], value, equal_nan=True)


def test_a_negative_sigma_is_refused():
    sigmas = np.full((2, 7), np.nan)
    sigmas[1, 3] = -0.1
    with pytest.raises(ArgumentError, match=r"track 1: sigmas must be 0 or more.* got -0\.1"):
        replace(make_track(n=2), sigmas=sigmas)


@pytest.mark.parametrize("sources", [[0, 5], [0, -1], [0, 256], [0, 0.5]])
def test_a_source_that_is_none_is_refused(sources):
    with pytest.raises(ArgumentError, match="source"):
        replace(make_track(n=2), sources=np.array(sources))


def test_instants_of_floats_are_refused_where_they_are_not_exact():
    times = make_track(n=2).timestamps_ns.astype(np.float64)
    with pytest.raises(ArgumentError, match="timestamps_ns must be whole numbers"):
        replace(make_track(n=2), timestamps_ns=times)
