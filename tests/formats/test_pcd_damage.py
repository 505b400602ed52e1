"""No damaged PCD file passes, and what one cannot hold is refused."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats.points.pcd import read_pcd, write_pcd
from tests.formats.pcd_files import BODY, FORMS, HEADER, assert_same_columns, mixed_columns, write


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\0" * 3726])
def test_what_writers_leave_behind_the_last_point_is_no_damage(tmp_path, end):
    points = np.arange(6, dtype="<f4").tobytes()
    path = write(tmp_path, HEADER.replace("ascii", "binary").encode("latin-1") + points + end)
    assert read_pcd(path).points().tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("FIELDS x y z\n", "", "header: expected a FIELDS line"),
        ("POINTS 2\n", "", "header: expected a POINTS line"),
        ("DATA ascii\n1 2 3\n4 5 nan\n", "", "expected a PCD header that ends in a DATA line"),
        ("FIELDS x y z", "FIELDS x y \x80", "line 3, FIELDS: expected names in printable ASCII"),
        ("DATA ascii", "DATA zip", "line 11, DATA: expected one of ascii, binary, binary_compressed, found zip"),
        ("VERSION 0.7", "VERSION 7", "line 2, VERSION: expected 0.5 to 0.7, found 7"),
        ("SIZE 4 4 4", "SIZE 4 4", "line 4, SIZE: expected 3 values, one per field, found 2"),
        ("SIZE 4 4 4", "SIZE 4 0 4", "line 4, SIZE of y: expected 4, 8 for type F, found 0"),
        ("SIZE 4 4 4", "SIZE 4 -4 4", "line 4, SIZE of y: expected a whole number"),
        ("TYPE F F F", "TYPE F F C", "line 5, TYPE of z: expected F, I or U, found 'C'"),
        ("COUNT 1 1 1", "COUNT 1 1 99999999", "line 6, COUNT of z: expected a whole number from 1 to 4096"),
        ("COUNT 1 1 1", "COUNT 1 0 1", "line 6, COUNT of y: expected a whole number from 1"),
        ("WIDTH 2", "WIDTH 3", "line 10, POINTS: expected WIDTH * HEIGHT = 3 * 1, found 2"),
        ("POINTS 2", "POINTS -2", "line 10, POINTS: expected a whole number"),
        ("POINTS 2", "POINTS 2 2", "line 10, POINTS: expected a whole number"),
        ("POINTS 2", "POINTS 9" * 40, "line 10, POINTS: expected a whole number"),
        ("WIDTH 2", f"WIDTH {1 << 40}", "expected WIDTH * HEIGHT"),
        ("VIEWPOINT 0 0 0 1 0 0 0", "VIEWPOINT 0 0 0", "line 9, VIEWPOINT: expected tx ty tz qw qx qy qz"),
        ("VIEWPOINT 0 0 0 1 0 0 0", "VIEWPOINT 0 0 0 1 0 0 nan", "line 9, VIEWPOINT: expected a finite number"),
        ("FIELDS x y z", "FIELDS x y x", "line 3, FIELDS: expected names that differ, found x twice"),
        ("FIELDS x y z", "FIELDS _ _ _", "line 3, FIELDS: expected at least one field that is no padding"),
        ("FIELDS x y z", "FIELDS", "line 3, FIELDS: expected 1 to 1024 names, found 0"),
        ("FIELDS x y z", "FIELDS " + "x " * 200_000, "line 3: expected a PCD header that ends"),
        ("HEIGHT 1", "HEIGHT 1\nHEIGHT 1", "line 9: expected one HEIGHT line, found a second one"),
        ("HEIGHT 1", "HIGHT 1", "line 8: expected one of FIELDS"),
        ("1 2 3\n4 5 nan\n", "", "line 11, the last: expected 2 lines of points, found 0"),
        ("4 5 nan\n", "4 5", "line 13: expected 3 values (x y z), found 2"),
        ("1 2 3\n", "", "line 12, the last: expected 2 lines of points, found 1"),
        ("1 2 3\n", "1 2\n", "line 12: expected 3 values (x y z), found 2"),
        ("4 5 nan\n", "4 5 six\n", "line 13, z: expected a number of type float32, found 'six'"),
        ("4 5 nan\n", "4 5 6\n7 8 9\n", "line 14, the last: expected 2 lines of points, found 3"),
    ],
)
def test_a_damaged_header_or_line_is_named(tmp_path, old, new, message):
    assert old in HEADER + BODY
    path = write(tmp_path, (HEADER + BODY).replace(old, new))
    with pytest.raises(FormatError, match=re.escape(message)) as caught:
        read_pcd(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("data", FORMS)
@pytest.mark.parametrize("n_points", [1 << 31, 1 << 40])
def test_a_huge_claim_allocates_nothing(tmp_path, data, n_points):
    header = HEADER.replace("WIDTH 2", f"WIDTH {n_points}").replace("POINTS 2", f"POINTS {n_points}")
    path = write(tmp_path, header.replace("ascii", data) + BODY)
    with pytest.raises(FormatError, match=str(n_points)):
        read_pcd(path)


def compressed(n_packed, n_bytes, packed=b"\x17" + bytes(24)):
    sizes = np.array([n_packed, n_bytes], "<u4").tobytes()
    return HEADER.replace("ascii", "binary_compressed").encode("latin-1") + sizes + packed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (compressed(25, 1 << 31), "uncompressed size: expected 24 (2 points of 12 bytes), found 2147483648"),
        (compressed(1 << 31, 24), "expected 2147483648 compressed bytes, found 25 bytes"),
        (compressed(20, 24, b"\x17" + bytes(19)), "byte 0 of the compressed points: expected LZF data of 24 bytes"),
        (compressed(3, 24, b"\xe0\xff\x00"), "byte 0 of the compressed points"),
        (compressed(2, 24, b"\x00\x01"), "byte 2 of the compressed points"),
        (compressed(0, 24, b""), "expected at most 0 bytes out of 0 compressed ones"),
        (compressed(0, 24, b"")[:-3], "compressed points: expected two sizes of 4 bytes, found 5 bytes"),
        (compressed(25, 24) + b"more", "expected the end after 25 compressed bytes, found 4 more bytes"),
    ],
    ids=["bomb", "huge packed", "short run", "before start", "too little", "nothing", "no sizes", "more behind"],
)
def test_damaged_compression_is_named(tmp_path, content, message):
    with pytest.raises(FormatError, match=re.escape(message)):
        read_pcd(write(tmp_path, content))


@pytest.mark.parametrize("n_bytes", [0, 23, 36, 4200])
def test_bytes_that_do_not_match_the_header_are_named(tmp_path, n_bytes):
    header = HEADER.replace("ascii", "binary").encode("latin-1")
    with pytest.raises(FormatError, match="24 bytes"):
        read_pcd(write(tmp_path, header + b"\x01" * n_bytes))


def test_an_absent_file_is_missing_not_damaged(tmp_path):
    with pytest.raises(MissingDataError, match=r"nowhere\.pcd"):
        read_pcd(tmp_path / "nowhere.pcd")


def test_a_cloud_without_coordinates_says_so_when_asked(tmp_path):
    write_pcd(tmp_path / "c.pcd", {"x": np.zeros(2, np.float32), "rcs": np.zeros(2)})
    with pytest.raises(FormatError, match="expected the columns x, y, z, found only x, rcs"):
        read_pcd(tmp_path / "c.pcd").points()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "1 to 1024 columns"),
        ({"x": np.zeros(2), "y": np.zeros(3)}, "of one length"),
        ({"_": np.zeros(2)}, "needs a name"),
        ({"a b": np.zeros(2)}, "needs a name"),
        ({"x": np.zeros((2, 2))}, r"must be \(N,\)"),
        ({"x": np.zeros(2, bool)}, r"must be \(N,\)"),
        ({"x": np.zeros(2, np.float16)}, "no float16"),
    ],
)
def test_what_pcd_cannot_hold_is_refused_before_anything_is_written(tmp_path, columns, message):
    with pytest.raises(ArgumentError, match=message):
        write_pcd(tmp_path / "c.pcd", columns)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=400)
@given(data=st.data())
def test_only_format_errors_leave_the_reader(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    seed = folder / f"seed-{data.draw(st.sampled_from(FORMS))}.pcd"
    if not seed.exists():
        write_pcd(seed, mixed_columns(30), data=seed.stem.removeprefix("seed-"))
    content = bytearray(seed.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        kind = data.draw(st.sampled_from(["flip", "cut", "splice", "repeat"]))
        if kind == "flip" and place < len(content):
            content[place] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del content[place : place + data.draw(st.integers(1, 40))]
        elif kind == "splice":
            content[place:place] = data.draw(st.binary(max_size=20))
        else:
            content += content[place:]
    path = folder / "fuzzed.pcd"
    path.write_bytes(content)
    try:
        table = read_pcd(path)
    except FormatError:
        return
    write_pcd(folder / "again.pcd", table.columns)
    assert_same_columns(read_pcd(folder / "again.pcd").columns, table.columns)
