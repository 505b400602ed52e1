"""Clouds of a plain folder that stand far from their origin, as in UTM."""

import numpy as np
import pytest

from sensorann.errors import FormatError
from sensorann.formats import open_drive
from tests.formats.folder_files import documented_example, make_folder, write_points


def test_utm_coordinates_keep_millimetres(tmp_path, caplog):
    utm = np.array([[465_001.123, 5_429_000.456, 112.001], [465_031.001, 5_429_040.002, 113.5]])
    write_points(tmp_path / "lidar/1.pcd", utm)
    write_points(tmp_path / "lidar/2.pcd", utm + 100.25)
    drive = open_drive(tmp_path)
    assert "far from its origin" in caplog.text
    for i, expected in enumerate([utm, utm + 100.25]):
        ego = drive.rig["lidar"].ego_from_sensor.apply(drive.sweep("lidar", i).points)
        np.testing.assert_allclose(ego, expected, rtol=0, atol=1e-4)


def test_all_sweeps_of_a_sensor_share_one_frame(tmp_path):
    write_points(tmp_path / "lidar/1.pcd", [[20_000.5, 2, 3]])
    write_points(tmp_path / "lidar/2.pcd", [[30_000.25, 2, 3]])
    write_points(tmp_path / "lidar/3.pcd", np.float32([[20_001.5, 2, 3]]))
    drive = open_drive(tmp_path)
    ego = [drive.rig["lidar"].ego_from_sensor.apply(drive.sweep("lidar", i).points)[0, 0] for i in range(3)]
    assert ego == [20_000.5, 30_000.25, 20_001.5]


@pytest.mark.parametrize("first", [b"123", np.full((2, 3), np.nan), np.zeros((0, 3))], ids=["damaged", "NaN", "empty"])
def test_the_origin_is_that_of_the_first_sweep_with_points(tmp_path, first, caplog):
    utm = np.array([[465_001.123, 5_429_000.456, 112.001]])
    if isinstance(first, bytes):
        (tmp_path / "lidar").mkdir()
        (tmp_path / "lidar/1.npy").write_bytes(first)
    else:
        write_points(tmp_path / "lidar/1.npy", first)
    write_points(tmp_path / "lidar/2.npy", utm)
    drive = open_drive(tmp_path)
    ego = drive.rig["lidar"].ego_from_sensor.apply(drive.sweep("lidar", 1).points)
    np.testing.assert_allclose(ego, utm, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)], ids=["near then far", "far then near"])
@pytest.mark.parametrize("near_dtype", [np.float32, np.float64])
def test_a_sweep_that_would_lose_millimetres_is_refused(tmp_path, first, second, near_dtype, caplog):
    clouds = [np.ones((1, 3), near_dtype), np.array([[465_001.123, 5_429_000.456, 112.001]])]
    write_points(tmp_path / "lidar/1.pcd", clouds[first])
    write_points(tmp_path / "lidar/2.pcd", clouds[second])
    drive = open_drive(tmp_path)
    assert len(drive.sweep("lidar", 0)) == 1
    with pytest.raises(FormatError, match=r"2\.pcd: expected points near .* found points 54\d* m away"):
        drive.sweep("lidar", 1)


def test_the_pose_of_a_turned_sensor_carries_the_origin(tmp_path, caplog):
    half = np.sqrt(0.5)
    document = documented_example()
    pose = {"quaternion": [0, 0, half, half], "translation": [1.0, 2.0, 3.0]}
    document["openlabel"]["coordinate_systems"]["top"]["pose_wrt_parent"] = pose
    make_folder(tmp_path, document, stems=())
    for i in range(2):
        write_points(tmp_path / f"lidar/{i}.pcd", [[465_001.125, 5_429_000.5, 112.25]])
    drive = open_drive(tmp_path)
    ego = drive.rig["top"].ego_from_sensor.apply(drive.sweep("top", 0).points)
    np.testing.assert_allclose(ego, [[1 - 5_429_000.5, 2 + 465_001.125, 3 + 112.25]], rtol=0, atol=1e-6)
