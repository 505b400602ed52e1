"""Point files other than PCD, and what becomes of their coordinates in float32."""

import io
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats.points.files import NUSCENES_COLUMNS, read_bin, read_npy, read_points
from sensorann.formats.points.pcd import write_pcd
from sensorann.formats.points.ply import read_ply
from sensorann.formats.points.table import to_float32

ROWS = (np.arange(12, dtype=np.float32) / 3).reshape(3, 4)
PLY_HEADER = """ply
format {form} 1.0
comment made by hand
element camera 1
property list uchar int knots
property float focal
element vertex 2
property float x
property double y
property list uchar short neighbours
property float z
property uchar red
element face 1
property list uchar int vertex_indices
end_header
"""
PLY_TEXT = "2 7 8 0.5\n1 2.25 3 9 9 9 -3.5 200\n4 5 0 6 7\n3 0 1 0\n"


def binary_ply(order):
    parts = [np.array([2], "u1"), np.array([7, 8], f"{order}i4"), np.array([0.5], f"{order}f4")]
    for x, y, neighbours, z, red in ((1, 2.25, [9, 9, 9], -3.5, 200), (4, 5, [], 6, 7)):
        parts += [np.array([x], f"{order}f4"), np.array([y], f"{order}f8"), np.array([len(neighbours)], "u1")]
        parts += [np.array(neighbours, f"{order}i2"), np.array([z], f"{order}f4"), np.array([red], "u1")]
    return b"".join(part.tobytes() for part in parts)


def ply_content(form):
    header = PLY_HEADER.format(form=form).encode()
    if form == "ascii":
        return header + PLY_TEXT.encode()
    return header + binary_ply("<" if form == "binary_little_endian" else ">")


PLY_FORMS = ["ascii", "binary_little_endian", "binary_big_endian"]


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


@pytest.mark.parametrize("form", PLY_FORMS)
def test_ply_vertices_are_read_and_lists_skipped(tmp_path, form):
    (tmp_path / "a.ply").write_bytes(ply_content(form))
    table = read_ply(tmp_path / "a.ply")
    assert {name: column.tolist() for name, column in table.columns.items()} == {
        "x": [1, 4], "y": [2.25, 5], "z": [-3.5, 6], "red": [200, 7],
    }  # fmt: skip
    assert [column.dtype.str for column in table.columns.values()] == ["<f4", "<f8", "<f4", "|u1"]


@pytest.mark.parametrize("form", PLY_FORMS)
def test_ply_vertices_without_lists_are_read_at_once(tmp_path, form):
    header = f"ply\nformat {form} 1.0\nelement vertex 2\nproperty float x\nproperty ushort ring\nend_header\n"
    order = ">" if "big" in form else "<"
    rows = np.array([(1.5, 7), (-2, 258)], [("x", f"{order}f4"), ("ring", f"{order}u2")])
    body = b"1.5 7\n-2 258\n" if form == "ascii" else rows.tobytes()
    (tmp_path / "a.ply").write_bytes(header.encode() + body)
    columns = read_ply(tmp_path / "a.ply").columns
    assert (columns["x"].tolist(), columns["ring"].tolist()) == ([1.5, -2], [7, 258])


@pytest.mark.parametrize("form", PLY_FORMS[1:])
@pytest.mark.parametrize("n_cut", [1, 5, 12, 40])
def test_a_cut_ply_file_is_named(tmp_path, form, n_cut):
    whole = ply_content(form)
    (tmp_path / "a.ply").write_bytes(whole[:-n_cut])
    with pytest.raises(FormatError, match=r"a\.ply"):
        read_ply(tmp_path / "a.ply")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ply\n", "plx\n", "header: expected a PLY header"),
        ("end_header\n", "", "header: expected a PLY header"),
        ("format ascii", "format morse", "line 2: expected format ascii|binary"),
        ("element vertex 2", "element vertex two", "line 7: expected a number of rows, found 'two'"),
        ("element vertex 2", f"element vertex {1 << 40}", "vertex rows: expected 1099511627776 lines, found 3"),
        ("element vertex 2", "element point 2", "header: expected one element vertex"),
        ("property float x", "property quad x", "line 8: expected property TYPE NAME"),
        ("property float x", "property float y", "line 9: expected up to 1024 properties of different names"),
        ("list uchar short", "list float short", "line 10: expected a whole number as the type"),
        ("4 5 0 6 7", "4 5 0 6", "line 18, red: expected a value"),
        ("4 5 0 6 7", "4 5 0 6 7 8", "line 18: expected 5 values, found 6"),
        ("4 5 0 6 7", "4 5 0 6 700", "line 18, red: expected a number of type uint8, found '700'"),
        ("4 5 0 6 7", "4 five 0 6 7", "line 18, y: expected a number of type float64, found 'five'"),
        ("4 5 0 6 7", "4 5 -1 6 7", "line 18, neighbours: expected a value"),
    ],
)
def test_a_damaged_ply_text_is_named(tmp_path, old, new, message):
    text = ply_content("ascii").decode()
    assert old in text
    (tmp_path / "a.ply").write_text(text.replace(old, new, 1))
    with pytest.raises(FormatError, match=re.escape(message)):
        read_ply(tmp_path / "a.ply")


@settings(max_examples=200)
@given(
    form=st.sampled_from(PLY_FORMS),
    damage=st.lists(st.tuples(st.integers(0, 450), st.integers(0, 30), st.binary(max_size=8)), min_size=1, max_size=3),
)
def test_only_format_errors_leave_the_ply_reader(tmp_path_factory, form, damage):
    content = bytearray(ply_content(form))
    for place, n_cut, inserted in damage:
        content[place : place + n_cut] = inserted
    path = tmp_path_factory.getbasetemp() / "fuzzed.ply"
    path.write_bytes(content)
    try:
        read_ply(path)
    except FormatError:
        return


UTM = np.array([691_007.123, 5_334_764.456, 519.789])


def test_coordinates_near_the_origin_stay():
    points, origin = to_float32(np.array([[1.5, -2.25, 16_000.0]]))
    assert points.dtype == np.float32
    assert (points.tolist(), origin.tolist()) == ([[1.5, -2.25, 16_000.0]], [0, 0, 0])


def test_millimetres_survive_at_utm_coordinates():
    rng = np.random.default_rng(0)
    wide = UTM + np.round(rng.uniform(-150, 150, (1000, 3)), 3)
    points, origin = to_float32(wide)
    assert_array_equal(origin, np.round(origin))  # whole metres, so that they can be written down
    assert np.abs(points + origin - wide).max() < 1e-5
    assert np.abs(wide.astype(np.float32) - wide).max() > 0.1  # what would be lost without the shift


def test_one_wild_return_does_not_move_the_origin():
    wide = np.vstack([np.tile(UTM, (9, 1)), [[-1e30, 1e300, 0]], [[np.nan] * 3]])
    points, origin = to_float32(wide)
    assert np.abs(points[:9] + origin - UTM).max() < 1e-3
    assert np.isnan(points[10]).all()


def test_a_given_origin_is_taken():
    points, origin = to_float32(UTM[None] + 2.5, origin=UTM)
    assert_array_equal(points, [[2.5, 2.5, 2.5]])
    assert_array_equal(origin, UTM)


def test_float32_points_have_lost_what_they_lost():
    near = UTM[None].astype(np.float32)
    points, origin = to_float32(near)
    assert_array_equal(points, near)
    assert origin.tolist() == [0, 0, 0]


def test_no_points_have_no_origin():
    assert to_float32(np.zeros((0, 3)))[1].tolist() == [0, 0, 0]


def test_points_of_another_shape_are_refused():
    with pytest.raises(ArgumentError, match=r"points must have shape \(N, 3\), got \(4, 2\)"):
        to_float32(np.zeros((4, 2)))


def test_utm_coordinates_of_a_pcd_file_keep_their_millimetres(tmp_path):
    wide = UTM + np.array([[0, 0, 0], [0.001, -0.002, 0.003]])
    write_pcd(tmp_path / "c.pcd", dict(zip("xyz", wide.T.copy(), strict=True)))
    table = read_points(tmp_path / "c.pcd")
    assert_array_equal(table.points(), wide)
    points, origin = to_float32(table.points())
    assert np.abs(points + origin - wide).max() < 1e-6 * 40
