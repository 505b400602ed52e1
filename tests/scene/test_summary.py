"""A drive in figures."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError
from sensorann.scene import Sweep
from sensorann.scene.summary import summarise
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_rig, make_trajectory

TIMES = START_NS + np.arange(20, dtype=np.int64) * FRAME_NS


def make_sweeps(n=20, n_points=10):
    points = np.tile(np.array([3.0, 4.0, 0.0], np.float32), (n_points, 1))
    return {"LIDAR_TOP": [Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS, points=points)] * n}


def summary_of(**parts):
    return summarise(MemoryDrive(**{"rig": make_rig(cameras=()), "sweeps": make_sweeps(), **parts}))


def test_a_plain_drive_has_its_rate_span_and_path():
    summary = summary_of(trajectory=make_trajectory(n=20, speed=5.0))
    lidar = summary.sensors[0]
    assert (summary.n_frames, summary.n_poses, lidar.n) == (20, 20, 20)
    assert lidar.rate_hz == pytest.approx(10)
    assert lidar.span_s == pytest.approx(1.9)
    assert summary.path_length == pytest.approx(19 * 0.5)
    assert lidar.gaps == ()
    assert lidar.offset_s is None


def test_gaps_say_where_and_how_long():
    times = np.delete(TIMES, [5, 6, 12])
    gaps = summary_of(times={"LIDAR_TOP": times}).sensors[0].gaps
    assert [(gap.index, round(gap.duration_s, 6)) for gap in gaps] == [(4, 0.3), (9, 0.2)]
    assert gaps[0].timestamp_ns == TIMES[4]


def test_instants_that_do_not_increase_are_counted():
    times = TIMES.copy()
    times[7] = times[6]
    times[12] -= 3 * FRAME_NS
    assert summary_of(times={"LIDAR_TOP": times}).sensors[0].n_not_increasing == 2


@pytest.mark.parametrize("step", [1, 2], ids=["same rate", "every second"])
def test_the_offset_to_the_reference_sensor_is_signed(step):
    camera = TIMES[::step] - 30_000_000
    sensor = summary_of(rig=make_rig(), times={"LIDAR_TOP": TIMES, "CAM_FRONT": camera}).sensors[1]
    assert sensor.offset_s == pytest.approx(-0.03)
    assert sensor.offset_spread_s == pytest.approx(0)


def test_points_are_sampled_over_the_whole_drive():
    read = []

    class Counting(MemoryDrive):
        def sweep(self, sensor, index):
            read.append(index)
            return super().sweep(sensor, index)

    samples = summarise(Counting(rig=make_rig(cameras=()), sweeps=make_sweeps()), n_samples=3).sensors[0].samples
    assert read == [0, 10, 19]
    assert (samples.n_read, samples.n_points, samples.furthest) == (3, (10, 10, 10), 5.0)


def test_points_without_position_are_counted_and_have_no_range():
    points = np.array([[np.nan, 0, 0], [0, 1, 0], [0, np.inf, 0]], np.float32)
    sweeps = {"LIDAR_TOP": [Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS, points=points)] * 20}
    samples = summarise(MemoryDrive(rig=make_rig(cameras=()), sweeps=sweeps), n_samples=1).sensors[0].samples
    assert (samples.n_points, samples.n_without_position, samples.furthest) == ((3,), 2, 1.0)


def test_missing_and_damaged_measurements_are_told_apart():
    class Broken(MemoryDrive):
        def image(self, sensor, index):
            raise FormatError("000001.png", "", expected="a picture", found="noise")

    lidar, camera = summarise(Broken(rig=make_rig())).sensors
    assert (lidar.samples.n_missing, lidar.samples.damaged) == (5, ())
    assert camera.samples.damaged == ("000001.png: expected a picture, found noise",) * 5


def test_a_drive_without_sensors_has_no_frames():
    summary = summary_of(rig=make_rig(cameras=(), lidars=()), trajectory=None)
    assert (summary.reference, summary.n_frames, summary.path_length) == (None, 0, None)


def test_a_sensor_without_measurements_has_no_rate():
    sensor = summary_of(times={"LIDAR_TOP": np.zeros(0, np.int64)}).sensors[0]
    assert (sensor.n, sensor.rate_hz, sensor.span_s, sensor.samples.n_read) == (0, None, 0.0, 0)


def test_a_negative_number_of_samples_is_refused():
    with pytest.raises(ArgumentError, match="n_samples must not be negative, got -1"):
        summarise(MemoryDrive(), n_samples=-1)
