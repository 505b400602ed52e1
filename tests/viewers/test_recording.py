"""The cache of a drive: the same measurements, read once, within its bounds."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from sensorann.errors import ArgumentError, MissingDataError
from sensorann.scene import Sweep
from tests.builders import START_NS, MemoryDrive
from viewers.recording import CachedDrive

N_POINTS = 1000
SWEEP_BYTES = N_POINTS * 3 * 4


@dataclass
class CountedDrive(MemoryDrive):
    """A drive that counts how often it is read."""

    read: list[int] = field(default_factory=list)

    def sweep(self, sensor: str, index: int) -> Sweep:
        self.read.append(index)
        return super().sweep(sensor, index)


@pytest.fixture
def counted() -> CountedDrive:
    sweeps = [
        Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS + i, points=np.full((N_POINTS, 3), i, np.float32))
        for i in range(6)
    ]
    return CountedDrive(sweeps={"LIDAR_TOP": sweeps})


def read(drive: CachedDrive, *indices: int) -> list[float]:
    return [float(drive.sweep("LIDAR_TOP", i).points[0, 0]) for i in indices]


def test_what_was_read_is_kept(counted):
    drive = CachedDrive(counted, most_bytes=10 * SWEEP_BYTES)
    assert read(drive, 0, 1, 0, 1, 2) == [0, 1, 0, 1, 2]
    assert counted.read == [0, 1, 2]
    assert drive.n_bytes == 3 * SWEEP_BYTES


def test_what_was_not_asked_for_longest_goes_first(counted):
    drive = CachedDrive(counted, most_bytes=2 * SWEEP_BYTES)
    read(drive, 0, 1, 0, 2, 0, 1)
    assert counted.read == [0, 1, 2, 1]
    assert drive.n_bytes == 2 * SWEEP_BYTES
    assert [drive.holds("LIDAR_TOP", i) for i in range(3)] == [True, True, False]


def test_one_that_is_larger_than_the_cache_is_kept_alone(counted):
    drive = CachedDrive(counted, most_bytes=0)
    assert read(drive, 3, 3, 4) == [3, 3, 4]
    assert counted.read == [3, 4]
    assert drive.n_bytes == SWEEP_BYTES


def test_errors_of_the_drive_are_its_own(counted):
    drive = CachedDrive(counted, most_bytes=0)
    with pytest.raises(MissingDataError):
        drive.image("CAM_FRONT", 0)
    with pytest.raises(ArgumentError, match="0 bytes or more"):
        CachedDrive(counted, most_bytes=-1)
