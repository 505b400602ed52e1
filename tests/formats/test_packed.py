"""A packed drive gives back what was packed."""

import pickle

import h5py
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sensorann.errors import MissingDataError
from sensorann.formats import list_drives, open_drive
from sensorann.formats.packed.drive import PackedDrive, pack
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor
from tests.builders import EGO_FROM_FORWARD_CAMERA, FRAME_NS, START_NS, MemoryDrive, make_camera, make_rig
from tests.formats.packed_drives import (
    GOLDEN,
    N,
    assert_same_drive,
    assert_same_sweep,
    golden_drive,
    jpeg,
    make_drive,
    make_sweep,
)


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "garage.drive.h5"
    pack(make_drive(), path)
    return path


def test_reading_gives_identical_values_back(packed):
    drive = open_drive(packed)
    assert isinstance(drive, PackedDrive)
    assert_same_drive(drive, make_drive())


def test_images_decode_to_the_same_pixels(packed):
    assert_array_equal(open_drive(packed).image("CAM_FRONT", 1), make_drive().image("CAM_FRONT", 1))


def test_a_drive_without_ego_poses_stays_without(tmp_path):
    pack(make_drive(trajectory=None), tmp_path / "d.drive.h5")
    assert open_drive(tmp_path / "d.drive.h5").trajectory is None


def test_a_fisheye_camera_keeps_its_model(tmp_path):
    camera = make_camera(model="fisheye", distortion=(0.1, -0.02, 0.003, -0.0004), size=(64, 48), focal=41.7)
    rig = Rig((Sensor(name="FISH", kind="camera", ego_from_sensor=EGO_FROM_FORWARD_CAMERA, camera=camera),))
    drive = make_drive(rig=rig, times={"FISH": np.array([START_NS])}, images={"FISH": [jpeg(9)]})
    pack(drive, tmp_path / "d.drive.h5")
    assert_same_drive(open_drive(tmp_path / "d.drive.h5"), drive)


def test_an_empty_sweep_is_a_sweep(tmp_path):
    empty = make_sweep(n=0, intensity=np.zeros(0, np.float32))
    pack(
        make_drive(rig=make_rig(cameras=()), times={"LIDAR_TOP": np.array([START_NS])}, sweeps={"LIDAR_TOP": [empty]}),
        tmp_path / "d.drive.h5",
    )
    assert_same_sweep(open_drive(tmp_path / "d.drive.h5").sweep("LIDAR_TOP", 0), empty)


def test_a_sensor_without_measurements_is_kept(tmp_path):
    rig = Rig((Sensor(name="L", kind="lidar", ego_from_sensor=Transform.identity()),))
    pack(MemoryDrive(rig=rig, times={"L": np.zeros(0, np.int64)}), tmp_path / "d.drive.h5")
    assert len(open_drive(tmp_path / "d.drive.h5").timestamps_ns("L")) == 0


def test_missing_measurements_are_recorded_counted_and_said(tmp_path, caplog):
    drive = make_drive(images={})
    summary = pack(drive, tmp_path / "d.drive.h5")
    assert (summary.n_sweeps, summary.n_images, summary.n_missing) == (2 * N, 0, N)
    assert "4 of 4 measurements of CAM_FRONT are missing" in caplog.text
    with pytest.raises(MissingDataError, match="image 2 of CAM_FRONT was not there"):
        open_drive(tmp_path / "d.drive.h5").image("CAM_FRONT", 2)


def test_only_the_measurements_that_are_missing_are_recorded_so(tmp_path, caplog):
    class Partly(MemoryDrive):
        def sweep(self, sensor, index):
            if index == 1:
                raise MissingDataError("gone")
            return super().sweep(sensor, index)

    whole = make_drive()
    path = tmp_path / "d.drive.h5"
    pack(Partly(rig=whole.rig, times=whole.times, sweeps=whole.sweeps, images=whole.images), path)
    assert "1 of 4 measurements of LIDAR_TOP are missing" in caplog.text
    drive = open_drive(path)
    for index in (0, 2, 3):
        np.testing.assert_array_equal(drive.sweep("LIDAR_TOP", index).points, whole.sweep("LIDAR_TOP", index).points)
    with pytest.raises(MissingDataError, match="sweep 1 of LIDAR_TOP was not there"):
        drive.sweep("LIDAR_TOP", 1)


def test_a_packed_drive_packs_again(packed, tmp_path):
    pack(open_drive(packed), tmp_path / "again.drive.h5")
    assert_same_drive(open_drive(tmp_path / "again.drive.h5"), make_drive())


def test_progress_counts_up_to_the_end(tmp_path):
    seen = []
    pack(make_drive(), tmp_path / "d.drive.h5", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i + 1, 3 * N) for i in range(3 * N)]


def test_an_open_drive_travels_to_another_process(packed):
    assert_same_drive(pickle.loads(pickle.dumps(open_drive(packed))), make_drive())


def test_the_file_is_listed_by_its_drive(packed):
    assert list_drives(packed) == [f"{packed}#garage/7 ü"]
    assert open_drive(f"{packed}#garage/7 ü").name == "garage/7 ü"


def test_opening_ten_thousand_frames_reads_the_index_alone(tmp_path, monkeypatch):
    class MostlyMissing(MemoryDrive):
        def sweep(self, sensor, index):
            if index % 20:
                raise MissingDataError(f"{index}")
            return super().sweep(sensor, 0)

    n = 10_000
    times = {"LIDAR_TOP": START_NS + np.arange(n) * FRAME_NS}
    source = MostlyMissing(rig=make_rig(cameras=()), times=times, sweeps={"LIDAR_TOP": [make_sweep(n=8)]})
    pack(source, tmp_path / "long.drive.h5")
    read = []
    whole = h5py.Dataset.__getitem__
    monkeypatch.setattr(h5py.Dataset, "__getitem__", lambda self, key: read.append(self.nbytes) or whole(self, key))
    drive = open_drive(tmp_path / "long.drive.h5")
    assert len(drive.timestamps_ns("LIDAR_TOP")) == n
    assert len(read) == 5  # times, poses (3), presence; no sweep
    assert sum(read) < 1_000_000


def test_files_of_the_first_release_still_open():
    assert_same_drive(open_drive(GOLDEN), golden_drive())


@pytest.mark.real_data
@pytest.mark.parametrize(
    "address", ["pandaset_nuscenes", "kitti_tracking/training#0000", "kitti_tracking/training#0002"]
)
def test_recorded_drives_come_back_identical(real_data, tmp_path, address):
    source = open_drive(f"{real_data}/{address}")
    pack(source, tmp_path / "d.drive.h5")
    assert_same_drive(open_drive(tmp_path / "d.drive.h5"), source)
