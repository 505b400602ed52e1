"""What every drive does alike, however it lies on the disk."""

import re

import numpy as np
import pytest

from sensorann import formats
from sensorann.errors import ArgumentError
from sensorann.formats import open_drive
from sensorann.formats.folder.drive import write_description
from sensorann.simulate import simulate_drive
from tests.builders import MemoryDrive, make_trajectory
from tests.formats.kitti_files import open_tracking, write_picture, write_points, write_raw
from tests.formats.nuscenes_files import make_root


def simulated(path):
    return simulate_drive(seed=3, n_frames=2, n_actors=2, n_beams=4, n_columns=16)[0]


def packed(path):
    formats.pack(MemoryDrive(trajectory=make_trajectory(n=2)), path / "d.drive.h5")
    return open_drive(path / "d.drive.h5")


def in_a_folder(path):
    write_description(MemoryDrive(trajectory=make_trajectory(n=2)), path)
    for i in range(2):
        write_points(path / f"lidar/LIDAR_TOP/{i}.bin", n_points=3)
        write_picture(path / f"camera/CAM_FRONT/{i}.png", size=(640, 480))
    return open_drive(path)


def in_nuscenes(path):
    return open_drive(make_root().write(path))


def in_kitti_raw(path):
    return open_drive(write_raw(path))


LAYOUTS = (simulated, packed, in_a_folder, in_nuscenes, open_tracking, in_kitti_raw)


@pytest.fixture(params=LAYOUTS, ids=lambda layout: layout.__name__)
def drive(request, tmp_path):
    return request.param(tmp_path)


def test_a_drive_is_shown_in_one_line(drive):
    n_frames = len(drive.timestamps_ns(drive.rig.of_kind("lidar")[0].name))
    assert repr(drive) == f"<{type(drive).__name__} {drive.name}: {n_frames} frames, {', '.join(drive.rig)}>"


def test_a_camera_has_no_sweeps_and_a_lidar_no_images(drive):
    lidar, camera = (drive.rig.of_kind(kind)[0].name for kind in ("lidar", "camera"))
    with pytest.raises(ArgumentError, match=f"^{camera} is a camera, the LiDARs and radars are: {lidar}"):
        drive.sweep(camera, 0)
    for ask in (drive.image, drive.image_bytes):
        with pytest.raises(ArgumentError, match=f"^{lidar} is a lidar, the cameras are: {camera}"):
            ask(lidar, 0)


@pytest.mark.parametrize("beyond", ["the first", "the last"])
def test_an_index_beyond_the_measurements_is_refused(drive, beyond):
    for sensor in (drive.rig.of_kind("lidar")[0], drive.rig.of_kind("camera")[0]):
        n = len(drive.timestamps_ns(sensor.name))
        assert n >= 2
        index = -1 if beyond == "the first" else np.int64(n)
        message = f"{sensor.name} has {n} measurements, there is no number {index}"
        for ask in (drive.image, drive.image_bytes) if sensor.kind == "camera" else (drive.sweep,):
            with pytest.raises(ArgumentError, match=re.escape(message)):
                ask(sensor.name, index)


def test_a_sensor_that_is_none_of_the_drive_is_refused_with_those_there_are(drive):
    for ask in (drive.timestamps_ns, lambda name: drive.sweep(name, 0), lambda name: drive.image(name, 0)):
        with pytest.raises(ArgumentError, match=f"no sensor 'NOBODY'.*{next(iter(drive.rig))}"):
            ask("NOBODY")
