"""29 recorded boards of a camera, a LiDAR and a radar (tudelft_targets), clean and with faults."""

import numpy as np
import pytest

from benchmarks.recorded_boards import PUBLISHED_CM, estimate_recorded, recorded_rmse

pytestmark = pytest.mark.real_data
FAULTY = {"camera-lidar": {"0", "28"}, "lidar-radar": {"0", "5", "6", "28"}, "camera-radar": {"5", "6"}}


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "tudelft_targets" / "optimization" / "data" / "example_data"


@pytest.mark.parametrize("pair", FAULTY)
def test_the_boards_fit_no_worse_than_published(folder, pair):
    found = estimate_recorded(pair, folder)
    assert found.rejected == ()
    # The publication states three decimals.
    assert round(100 * recorded_rmse(pair, found, folder), 3) <= PUBLISHED_CM[pair]


@pytest.mark.parametrize("pair", FAULTY)
def test_exactly_the_faulty_boards_are_left_out(folder, pair):
    found = estimate_recorded(pair, folder, "_with_error")
    assert {item.name for item in found.rejected} == FAULTY[pair]


def test_both_heights_of_the_radar_are_listed(folder):
    found = estimate_recorded("lidar-radar", folder)
    heights = sorted(mode.solution.target_from_source.inverse().translation[2] for mode in found.modes)
    np.testing.assert_allclose(heights, [-1.18, -0.60], atol=0.02)
    assert "2 poses fit about equally well" in found.warnings[0]
