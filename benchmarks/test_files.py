"""Point files and the packed drive: reading and writing a full sweep."""

import numpy as np
import pytest

from sensorann.formats.packed.drive import open_drive, pack
from sensorann.formats.points.pcd import read_pcd, write_pcd
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor, Sweep

N_SWEEPS = 20


def sweep_columns(sweep_points):
    # A recording is rounded to millimetres, and intensities to steps of 1/100: that is what compresses.
    columns = {name: np.round(sweep_points[:, i], 3).copy() for i, name in enumerate("xyz")}
    columns["intensity"] = np.round(np.abs(np.sin(np.arange(len(sweep_points)))), 2).astype(np.float32)
    return columns


@pytest.fixture(scope="module")
def cloud_paths(sweep_points, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clouds")
    paths = {}
    for data in ("binary", "binary_compressed", "ascii"):
        paths[data] = folder / f"{data}.pcd"
        write_pcd(paths[data], sweep_columns(sweep_points), data=data)
    return paths


def pcd_reader(implementation):
    if implementation == "sensorann":
        return lambda path: read_pcd(path).points()
    o3d = pytest.importorskip("open3d", exc_type=ImportError)
    if implementation == "open3d":
        return lambda path: np.asarray(o3d.io.read_point_cloud(str(path)).points)
    return lambda path: o3d.t.io.read_point_cloud(str(path)).point.positions.numpy()


@pytest.mark.parametrize("data", ["binary", "binary_compressed", "ascii"])
@pytest.mark.parametrize("implementation", ["sensorann", "open3d", "open3d tensor"])
def test_pcd_read(benchmark, cloud_paths, implementation, data):
    benchmark.group = f"PCD {data} read"
    if data == "binary":
        benchmark.extra_info["goal"] = {"open3d": 10}
    read = pcd_reader(implementation)
    assert read(cloud_paths[data]).shape == (124_668, 3)
    benchmark.pedantic(read, (cloud_paths[data],), rounds=15)


@pytest.mark.parametrize("data", ["binary", "binary_compressed", "ascii"])
@pytest.mark.parametrize("implementation", ["sensorann", "open3d tensor"])
def test_pcd_write(benchmark, sweep_points, tmp_path, implementation, data):
    benchmark.group = f"PCD {data} write"
    columns = sweep_columns(sweep_points)
    path = tmp_path / "cloud.pcd"
    if implementation == "sensorann":
        write_pcd(path, columns, data=data)
        benchmark.pedantic(write_pcd, (path, columns), {"data": data}, rounds=5)
        return
    o3d = pytest.importorskip("open3d", exc_type=ImportError)
    cloud = o3d.t.geometry.PointCloud(np.stack([columns[name] for name in "xyz"], axis=1))
    cloud.point["intensity"] = columns["intensity"][:, None].copy()
    options = {"write_ascii": data == "ascii", "compressed": data == "binary_compressed"}
    benchmark.pedantic(o3d.t.io.write_point_cloud, (str(path), cloud), options, rounds=5)


class _Recording:
    """A drive in memory of one LiDAR, for the packed file to be measured alone."""

    name = "benchmark"
    trajectory = None

    def __init__(self, columns):
        self.rig = Rig((Sensor(name="LIDAR", kind="lidar", ego_from_sensor=Transform.identity()),))
        points = np.stack([columns[name] for name in "xyz"], axis=1)
        fields = {"intensity": columns["intensity"]}
        self._sweep = Sweep(sensor="LIDAR", timestamp_ns=0, points=points, fields=fields)

    def timestamps_ns(self, _sensor):
        return np.arange(N_SWEEPS, dtype=np.int64) * 100_000_000

    def sweep(self, _sensor, _index):
        return self._sweep


def test_pack(benchmark, sweep_points, tmp_path):
    benchmark.group = "pack 20 sweeps"
    drive = _Recording(sweep_columns(sweep_points))
    summary = pack(drive, tmp_path / "warm.drive.h5")
    benchmark.pedantic(pack, (drive, tmp_path / "d.drive.h5"), rounds=5)
    benchmark.extra_info["megabytes_per_second"] = summary.n_bytes_source / benchmark.stats["median"] / 1e6


def test_packed_sweep_read(benchmark, sweep_points, tmp_path):
    benchmark.group = "packed sweep read"
    pack(_Recording(sweep_columns(sweep_points)), tmp_path / "d.drive.h5")
    drive = open_drive(tmp_path / "d.drive.h5")
    assert len(drive.sweep("LIDAR", 0)) == 124_668
    benchmark.pedantic(drive.sweep, ("LIDAR", 1), rounds=15)
