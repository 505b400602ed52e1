"""Point files other than PCD and PLY: the suffix decides how they are read."""

import io

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats.points.files import NUSCENES_COLUMNS, read_bin, read_npy, read_points
from sensorann.formats.points.pcd import write_pcd
from sensorann.formats.points.ply import read_ply

ROWS = (np.arange(12, dtype=np.float32) / 3).reshape(3, 4)


@pytest.mark.parametrize("suffix", [".bin", ".npy", ".pcd", ".PCD"])
def test_the_suffix_decides(tmp_path, suffix):
    path = tmp_path / f"000000{suffix}"
    if suffix == ".bin":
        path.write_bytes(ROWS.tobytes())
    elif suffix == ".npy":
        np.save(path, ROWS)
    else:
        write_pcd(path, {name: ROWS[:, i] for i, name in enumerate(("x", "y", "z", "intensity"))})
    table = read_points(path)
    assert_array_equal(table.points(), ROWS[:, :3])
    assert list(table.fields()) == ["intensity"]
    assert_array_equal(table.fields()["intensity"], ROWS[:, 3])


def test_an_unknown_suffix_is_refused(tmp_path):
    with pytest.raises(FormatError, match=r"expected a name that ends in \.pcd"):
        read_points(tmp_path / "cloud.xyz")


def test_columns_are_read_only(tmp_path):
    (tmp_path / "a.bin").write_bytes(ROWS.tobytes())
    with pytest.raises(ValueError, match="read-only"):
        read_bin(tmp_path / "a.bin").columns["x"][0] = 1


def test_a_bin_file_of_nuscenes_has_a_ring(tmp_path):
    (tmp_path / "a.bin").write_bytes(np.arange(10, dtype="<f4").tobytes())
    table = read_bin(tmp_path / "a.bin", NUSCENES_COLUMNS)
    assert table.columns["ring"].tolist() == [4, 9]


def test_an_empty_bin_file_is_an_empty_sweep(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"")
    assert read_bin(tmp_path / "a.bin").points().shape == (0, 3)


def test_a_cut_bin_file_names_the_byte(tmp_path):
    (tmp_path / "a.bin").write_bytes(ROWS.tobytes()[:-3])
    with pytest.raises(FormatError, match=r"byte 32: expected points of 16 bytes \(x, y, z, intensity.*45 bytes, 13"):
        read_bin(tmp_path / "a.bin")


def test_a_bin_file_of_whole_numbers_but_not_of_whole_points_is_refused(tmp_path):
    (tmp_path / "a.bin").write_bytes(ROWS.tobytes()[:-4])
    with pytest.raises(FormatError, match=r"byte 32: expected points of 16 bytes .*44 bytes, 12 too many"):
        read_bin(tmp_path / "a.bin")


@pytest.mark.parametrize("read", [read_bin, read_npy, read_ply, read_points])
def test_an_absent_file_is_missing(tmp_path, read):
    with pytest.raises(MissingDataError, match="does not exist"):
        read(tmp_path / "absent.npy")


def test_npy_rows_keep_their_type_and_extra_columns(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(10.0).reshape(2, 5))
    table = read_npy(tmp_path / "a.npy")
    assert list(table.columns) == ["x", "y", "z", "intensity", "column_4"]
    assert table.points().dtype == np.float64


def test_structured_npy_names_its_own_columns(tmp_path):
    rows = np.zeros(3, [("y", "f4"), ("x", "f4"), ("z", "f4"), ("ring", "u2")])
    rows["ring"] = [1, 2, 3]
    np.save(tmp_path / "a.npy", rows)
    assert read_npy(tmp_path / "a.npy").columns["ring"].tolist() == [1, 2, 3]


def npy_bytes(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def zipped_bytes():
    stream = io.BytesIO()
    np.savez(stream, a=ROWS)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npy_bytes(np.array([[object()] * 3]), allow_pickle=True), "a numpy array of numbers"),
        (npy_bytes(ROWS)[:-5], "a numpy array of numbers"),
        (npy_bytes(ROWS).replace(b"(3, 4)", b"(9999999999, 4)"), "a numpy array of numbers"),
        (npy_bytes(ROWS).replace(b"(3, 4), }", b"(3, 4),  "), "a numpy array of numbers"),
        (b"", "a numpy array of numbers"),
        (b"not numpy at all", "a numpy array of numbers"),
        (zipped_bytes(), "one numpy array"),
        (npy_bytes(ROWS[:, :2]), r"shape: expected \(N, K\)"),
        (npy_bytes(np.array([["a", "b", "c"]])), "x: expected one real number"),
    ],
    ids=["pickle", "cut", "huge", "open brace", "empty", "text", "npz", "two columns", "words"],
)
def test_a_damaged_npy_file_is_named(tmp_path, content, message):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_npy(tmp_path / "a.npy")
