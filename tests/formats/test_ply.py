"""PLY files: vertices are read, everything else is skipped, and no damaged file passes."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.errors import FormatError
from sensorann.formats.points.ply import read_ply

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
PLY_FORMS = ["ascii", "binary_little_endian", "binary_big_endian"]


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
