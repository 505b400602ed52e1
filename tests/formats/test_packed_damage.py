"""Packed drives that are damaged, of another time, or do not get written to their end."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats import open_drive
from sensorann.formats.packed.drive import pack
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_rig
from tests.formats.packed_drives import N, assert_same_drive, assert_same_sweep, make_drive, make_sweep


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "garage.drive.h5"
    pack(make_drive(), path)
    return path


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
from tests.formats.packed_drives import make_drive, make_sweep
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
