"""The packed drive: identical values back, whole or not at all, and no damage goes unnoticed."""

import pickle
import subprocess
import sys
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats import list_drives, open_drive
from sensorann.formats.packed.drive import PackedDrive, pack
from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import EGO_FROM_FORWARD_CAMERA, FRAME_NS, START_NS, MemoryDrive, make_camera, make_rig

GOLDEN = Path(__file__).parents[1] / "data" / "format_1.drive.h5"
N = 4


def make_sweep(sensor="LIDAR_TOP", *, n=200, index=0, **fields):
    points = ((np.arange(3 * n) * (37 + index) % 101 - 50) / 8).astype(np.float32).reshape(n, 3)
    points[:3] = np.nan  # returns without a position stay what they are
    return Sweep(
        sensor=sensor,
        timestamp_ns=START_NS + index * FRAME_NS,
        points=points,
        fields=fields or {"intensity": (np.arange(n) / 256).astype(np.float32), "ring": np.arange(n, dtype=np.uint16)},
    )


def radar_scan(index):
    n = 20
    return make_sweep(
        "RADAR_FRONT",
        n=n,
        index=index,
        rcs=np.linspace(-5, 5, n, dtype=np.float32),
        dyn_prop=np.arange(n, dtype=np.int8),
        time_offset_ns=np.arange(n, dtype=np.int64) * 10**12,
        doppler=np.linspace(0, 1, n),
        quality=np.arange(n) % 2 == 0,
    )


def jpeg(value):
    return cv2.imencode(".jpg", np.full((48, 64, 3), value, np.uint8))[1].tobytes()


def make_drive(**parts):
    return MemoryDrive(
        **{
            "name": "garage/7 ü",
            "rig": make_rig(radars=("RADAR_FRONT",)),
            "times": {
                name: START_NS + np.arange(N, dtype=np.int64) * FRAME_NS
                for name in ("LIDAR_TOP", "CAM_FRONT", "RADAR_FRONT")
            },
            "sweeps": {
                "LIDAR_TOP": [make_sweep(index=i) for i in range(N)],
                "RADAR_FRONT": [radar_scan(i) for i in range(N)],
            },
            "images": {"CAM_FRONT": [jpeg(60 * i) for i in range(N)]},
            **parts,
        }
    )


def golden_drive():
    """A drive whose every value is the same on every machine and under every codec."""
    at_rest = Transforms(np.tile(np.eye(3), (N, 1, 1)), np.arange(3.0 * N).reshape(N, 3) + 5e6)
    sensors = (
        Sensor(name="LIDAR_TOP", kind="lidar", ego_from_sensor=Transform(np.eye(3), np.array([0.9, 0.0, 1.8]))),
        Sensor(name="RADAR_FRONT", kind="radar", ego_from_sensor=Transform.identity()),
        Sensor(name="CAM_FRONT", kind="camera", ego_from_sensor=EGO_FROM_FORWARD_CAMERA, camera=make_camera()),
    )
    return make_drive(
        rig=Rig(sensors),
        trajectory=Trajectory(START_NS + np.arange(N, dtype=np.int64) * FRAME_NS, at_rest),
        images={"CAM_FRONT": [bytes(range(i, 200)) for i in range(N)]},
    )


def assert_same_sweep(mine, theirs):
    assert (mine.sensor, mine.timestamp_ns) == (theirs.sensor, theirs.timestamp_ns)
    assert mine.points.tobytes() == theirs.points.tobytes()
    assert list(mine.fields) == list(theirs.fields)
    for name, column in theirs.fields.items():
        assert mine.fields[name].dtype == column.dtype
        assert mine.fields[name].tobytes() == column.tobytes()


def assert_same_drive(mine, theirs):
    assert mine.name == theirs.name
    assert list(mine.rig) == list(theirs.rig)
    for sensor in theirs.rig.values():
        own = mine.rig[sensor.name]
        assert own.kind == sensor.kind
        assert_array_equal(own.ego_from_sensor.matrix, sensor.ego_from_sensor.matrix)
        assert_array_equal(mine.timestamps_ns(sensor.name), theirs.timestamps_ns(sensor.name))
        if sensor.camera is not None:
            assert (own.camera.size, own.camera.model) == (tuple(sensor.camera.size), sensor.camera.model)
            assert_array_equal(own.camera.matrix, sensor.camera.matrix)
            assert_array_equal(own.camera.distortion, sensor.camera.distortion)
    if theirs.trajectory is None:
        assert mine.trajectory is None
    else:
        assert_array_equal(mine.trajectory.timestamps_ns, theirs.trajectory.timestamps_ns)
        assert_array_equal(mine.trajectory.world_from_ego.rotations, theirs.trajectory.world_from_ego.rotations)
        assert_array_equal(mine.trajectory.world_from_ego.translations, theirs.trajectory.world_from_ego.translations)
    for sensor in theirs.rig.values():
        for index in range(len(theirs.timestamps_ns(sensor.name))):
            assert_same_measurement(mine, theirs, sensor, index)


def assert_same_measurement(mine, theirs, sensor, index):
    try:
        if sensor.kind == "camera":
            expected = theirs.image_bytes(sensor.name, index)
            assert mine.image_bytes(sensor.name, index) == expected
        else:
            assert_same_sweep(mine.sweep(sensor.name, index), theirs.sweep(sensor.name, index))
    except MissingDataError:
        with pytest.raises(MissingDataError, match=sensor.name):
            (mine.image_bytes if sensor.kind == "camera" else mine.sweep)(sensor.name, index)


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


def test_a_damaged_source_leaves_nothing_or_the_old_file_behind(tmp_path):
    class Damaged(MemoryDrive):
        def sweep(self, sensor, index):
            raise FormatError("000002.bin", "byte 7", expected="points", found="less")

    path = tmp_path / "d.drive.h5"
    with pytest.raises(FormatError, match=r"000002\.bin"):
        pack(Damaged(rig=make_rig(cameras=())), path)
    assert list(tmp_path.iterdir()) == []
    pack(make_drive(), path)
    with pytest.raises(FormatError, match=r"000002\.bin"):
        pack(Damaged(rig=make_rig(cameras=())), path)
    assert list(tmp_path.iterdir()) == [path]
    assert_same_drive(open_drive(path), make_drive())


FULL_DISK = """
import resource, sys
import numpy as np
from sensorann.formats import pack
from tests.formats.test_packed import make_drive, make_sweep
noise = np.random.default_rng(0).random(20_000)
sweeps = [make_sweep(index=i, n=20_000, noise=noise) for i in range(4)]
drive = make_drive(sweeps={"LIDAR_TOP": sweeps})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    pack(drive, sys.argv[1])
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize("most_bytes", [1, 1_000, 100_000, 400_000])
def test_a_disk_that_fills_up_ends_in_one_error_and_leaves_nothing(tmp_path, most_bytes):
    path = tmp_path / "new" / "full.drive.h5"
    command = [sys.executable, "-c", FULL_DISK, str(path), str(most_bytes)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (result.returncode, result.stderr.splitlines()[:1]) == (0, [])
    assert result.stdout == f"[Errno 27] File too large: '{path}'\n"
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("name", ["day.h5", "", ".drive.h5"])
def test_a_name_that_packs_do_not_have_is_refused(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match=r"recognised by its name: (call it day|name a file \*)?.*\.drive\.h5, not"):
        pack(make_drive(), name)


def test_a_file_cut_short_says_what_to_do(packed):
    packed.write_bytes(packed.read_bytes()[:-1000])
    with pytest.raises(FormatError, match="found one cut short or damaged, pack it again"):
        open_drive(packed)


def test_a_name_that_would_not_be_recognised_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"call it drive\.drive\.h5"):
        pack(make_drive(), tmp_path / "drive.bag")


def test_a_field_that_is_no_number_is_refused(tmp_path):
    named = make_sweep(label=np.array(["a"] * 200))
    drive = make_drive(rig=make_rig(cameras=()), sweeps={"LIDAR_TOP": [named] * N})
    with pytest.raises(ArgumentError, match="field label of LIDAR_TOP"):
        pack(drive, tmp_path / "d.drive.h5")


@pytest.mark.parametrize("index", [-1, N])
def test_a_measurement_beyond_the_last_is_refused(packed, index):
    with pytest.raises(ArgumentError, match="LIDAR_TOP has 4 measurements"):
        open_drive(packed).sweep("LIDAR_TOP", index)


def test_an_image_is_not_asked_of_a_lidar(packed):
    drive = open_drive(packed)
    with pytest.raises(ArgumentError, match="LIDAR_TOP is a lidar"):
        drive.image_bytes("LIDAR_TOP", 0)
    with pytest.raises(ArgumentError, match="CAM_FRONT is a camera"):
        drive.sweep("CAM_FRONT", 0)


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path):
    path = tmp_path / "d.drive.h5"
    source = make_drive(
        rig=make_rig(cameras=()),
        times={"LIDAR_TOP": START_NS + np.arange(2) * FRAME_NS},
        sweeps={"LIDAR_TOP": [make_sweep(n=40, index=i) for i in range(2)]},
    )
    pack(source, path)
    whole = path.read_bytes()
    noticed = 0
    for place in range(0, len(whole), 31):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        try:
            assert_same_drive(open_drive(path), source)
        except FormatError:
            noticed += 1
    assert noticed > 50


def test_a_flipped_byte_names_file_and_sweep(packed):
    content = bytearray(packed.read_bytes())
    with h5py.File(packed) as file:
        info = file["sensors/000/measurements/000002/<f4"].id.get_chunk_info(0)
    content[info.byte_offset + info.size // 2] ^= 1
    packed.write_bytes(content)
    drive = open_drive(packed)
    assert_same_sweep(drive.sweep("LIDAR_TOP", 1), make_sweep(index=1))
    with pytest.raises(FormatError, match=r"garage\.drive\.h5, sweep 2 of LIDAR_TOP: expected an undamaged"):
        drive.sweep("LIDAR_TOP", 2)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_a_format_error(packed, share):
    content = packed.read_bytes()
    packed.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(FormatError, match=r"garage\.drive\.h5"):
        open_drive(packed)


def test_a_newer_format_is_refused_by_name(packed):
    with h5py.File(packed, "r+") as file:
        file.attrs["format_version"] = 99
    with pytest.raises(FormatError, match=r"garage\.drive\.h5, format_version: expected 1 to 1 \(upgrade.*found 99"):
        open_drive(packed)


def test_a_link_to_another_file_is_not_followed(packed, tmp_path):
    packed.rename(tmp_path / "victim.h5")
    with h5py.File(packed, "w") as file, h5py.File(tmp_path / "victim.h5") as victim:
        for key, value in victim.attrs.items():
            file.attrs[key] = value
        file["sensors"] = h5py.ExternalLink(str(tmp_path / "victim.h5"), "/sensors")
    with pytest.raises(FormatError, match="sensors is a link to elsewhere"):
        open_drive(packed)


def replace_block(packed, **creation):
    with h5py.File(packed, "r+") as file:
        group = file["sensors/000/measurements/000000"]
        del group["<f4"]
        group.create_dataset("<f4", **creation)


@pytest.mark.parametrize(
    ("creation", "message"),
    [
        ({"shape": (4, 1 << 40), "dtype": "<f4", "chunks": (4, 1024), "fletcher32": True}, "claims"),
        ({"data": np.zeros((4, 9), "<f4"), "chunks": (4, 9)}, "no checksums"),
        ({"data": np.zeros((4, 9), "<f4"), "chunks": (4, 9), "compression": "gzip"}, "in a way that packed drives"),
        ({"data": np.zeros((4, 9), "<f4")}, "in a way that packed drives"),
        ({"data": np.zeros((5, 9), "<f4"), "chunks": (5, 9), "fletcher32": True}, r"\(5, 9\) of float32"),
        ({"data": np.zeros((4, 9), "<f8"), "chunks": (4, 9), "fletcher32": True}, r"\(4, 9\) of float64"),
    ],
    ids=["huge claim", "no checksum", "other filter", "contiguous", "other columns", "other type"],
)
def test_a_block_stored_otherwise_is_refused(packed, creation, message):
    replace_block(packed, **creation)
    with pytest.raises(FormatError, match=rf"sweep 0 of LIDAR_TOP.*{message}"):
        open_drive(packed).sweep("LIDAR_TOP", 0)


def test_a_sensor_that_is_mirrored_is_refused(packed):
    with h5py.File(packed, "r+") as file:
        file["sensors/000"].attrs["rotation"] = np.diag([1.0, 1.0, -1.0])
    with pytest.raises(FormatError, match=r"sensor 0.*det -1"):
        open_drive(packed)


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
