import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import nearest_indices, sync
from tests.builders import FRAME_NS, START_NS, MemoryDrive

TIMES = START_NS + FRAME_NS * np.arange(3)


@pytest.fixture
def drive():
    return MemoryDrive(times={"CAM_FRONT": TIMES, "LIDAR_TOP": TIMES[:0]})


@pytest.mark.parametrize(("offset_ns", "index"), [(-FRAME_NS, 0), (49_999_999, 0), (50_000_001, 1), (FRAME_NS * 9, 2)])
def test_the_nearest_measurement_belongs_to_an_instant(drive, offset_ns, index):
    assert sync(drive, "CAM_FRONT", START_NS + offset_ns) == index


def test_the_earlier_of_two_that_are_as_near_is_taken():
    np.testing.assert_array_equal(nearest_indices(TIMES, TIMES[:2] + FRAME_NS // 2), [0, 1])


def test_a_measurement_too_far_away_is_refused(drive):
    assert sync(drive, "CAM_FRONT", START_NS + 20_000_000, max_offset_s=0.025) == 0
    with pytest.raises(ArgumentError, match=r"nothing within 0\.025 s .*the nearest is 0\.030 s away"):
        sync(drive, "CAM_FRONT", START_NS + 30_000_000, max_offset_s=0.025)


def test_instants_that_are_no_whole_numbers_are_refused():
    with pytest.raises(ArgumentError, match="timestamps_ns must be whole numbers"):
        nearest_indices(TIMES, TIMES.astype(np.float64))


def test_a_sensor_without_measurements_has_none_to_choose_from(drive):
    with pytest.raises(ArgumentError, match="no measurement to choose from"):
        sync(drive, "LIDAR_TOP", START_NS)
