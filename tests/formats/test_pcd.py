"""PCD files: every form comes back as it was written."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from sensorann.formats.points.pcd import read_pcd, write_pcd
from tests.formats.pcd_files import BODY, FORMS, HEADER, assert_same_columns, mixed_columns, write

RECORDED = {
    "formats/pcd_ascii/pose11_target.pcd": (828, "x y z intensity ring"),
    "formats/pcd_binary/qt.pcd": (12414, "x y z intensity t"),
    "formats/pcd_binary_compressed/left.pcd": (8572, "x y z intensity ring timestamp"),
    "formats/sustech/lidar/000965.pcd": (66781, "x y z intensity timestamp ring"),
    "formats/supervisely_pointcloud/frame1.pcd": (100, "x y z"),
    "acfr_camlidar/pcd/pose1_full.pcd": (23969, "x y z intensity ring"),
    "nuscenes_radar/data/radar/1.pcd": (
        125,
        "x y z dyn_prop id rcs vx vy vx_comp vy_comp is_quality_valid ambig_state x_rms y_rms invalid_state pdh0 "
        "vx_rms vy_rms",
    ),
}


@pytest.mark.parametrize("data", FORMS)
def test_any_order_and_types_come_back(tmp_path, data):
    write_pcd(tmp_path / "c.pcd", mixed_columns(), data=data, viewpoint=(1.5, 0, -2, 0.6, 0, 0, 0.8))
    table = read_pcd(tmp_path / "c.pcd")
    assert_same_columns(table.columns, mixed_columns())
    assert table.viewpoint == (1.5, 0, -2, 0.6, 0, 0, 0.8)


@pytest.mark.parametrize("data", FORMS)
def test_no_points_is_a_cloud(tmp_path, data):
    write_pcd(tmp_path / "c.pcd", mixed_columns(0), data=data)
    assert_same_columns(read_pcd(tmp_path / "c.pcd").columns, mixed_columns(0))


@given(
    data=st.sampled_from(FORMS),
    columns=st.integers(0, 20).flatmap(
        lambda n: st.dictionaries(
            st.text("abcxyz_#0", min_size=1, max_size=4).filter(lambda name: name != "_"),
            st.one_of(
                hnp.arrays(np.float32, n, elements=st.floats(width=32)),
                hnp.arrays(np.float64, n, elements=st.floats()),
                hnp.arrays(st.sampled_from([np.int8, np.uint16, np.int32, np.uint64]), n),
            ),
            min_size=1,
            max_size=5,
        )
    ),
)
def test_reading_returns_what_was_written(tmp_path_factory, data, columns):
    path = tmp_path_factory.getbasetemp() / "written.pcd"
    write_pcd(path, columns, data=data)
    assert_same_columns(read_pcd(path).columns, columns)


def test_the_bytes_of_a_binary_file_are_these(tmp_path):
    columns = {"x": np.array([1.0, -2.0], np.float32), "ring": np.array([7, 258], np.uint16)}
    write_pcd(tmp_path / "c.pcd", columns)
    assert (tmp_path / "c.pcd").read_bytes() == (
        b"# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x ring\nSIZE 4 2\nTYPE F U\nCOUNT 1 1\n"
        b"WIDTH 2\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA binary\n"
        b"\x00\x00\x80\x3f\x07\x00\x00\x00\x00\xc0\x02\x01"
    )


def test_compressed_points_are_read_as_pcl_lays_them_out(tmp_path):
    # Field after field; two literal runs, as a compressor that finds nothing writes them.
    planar = np.array([1.0, -2.0], "<f4").tobytes() + np.array([7, 258], "<u2").tobytes()
    packed = bytes([7]) + planar[:8] + bytes([3]) + planar[8:]
    header = HEADER.replace("x y z", "x ring").replace("4 4 4", "4 2").replace("F F F", "F U").replace("1 1 1", "1 1")
    sizes = np.array([len(packed), len(planar)], "<u4").tobytes()
    path = write(tmp_path, header.replace("ascii", "binary_compressed").encode("latin-1") + sizes + packed)
    assert_same_columns(
        read_pcd(path).columns,
        {"x": np.array([1.0, -2.0], np.float32), "ring": np.array([7, 258], np.uint16)},
    )


def test_a_field_of_several_numbers_becomes_columns_and_padding_goes(tmp_path):
    header = (
        HEADER.replace("FIELDS x y z", "FIELDS x _ normal _").replace("SIZE 4 4 4", "SIZE 4 1 4 1")
    ).replace("TYPE F F F", "TYPE F U F U").replace("COUNT 1 1 1", "COUNT 1 3 2 0")  # fmt: skip
    points = np.zeros(2, [("x", "<f4"), ("_", "V3"), ("normal", "<f4", 2)])
    points["x"], points["normal"] = [1, 2], [[3, 4], [5, 6]]
    path = write(tmp_path, header.replace("ascii", "binary").encode("latin-1") + points.tobytes())
    expected = {"x": [1, 2], "normal_0": [3, 5], "normal_1": [4, 6]}
    assert {name: column.tolist() for name, column in read_pcd(path).columns.items()} == expected


def test_old_headers_without_version_count_and_viewpoint_are_read(tmp_path):
    old = re.sub(r"(VERSION|COUNT|VIEWPOINT).*\n", "", HEADER).replace("FIELDS", "COLUMNS")
    assert_array_equal(read_pcd(write(tmp_path, old + BODY)).points(), [[1, 2, 3], [4, 5, np.nan]])


def test_lines_may_end_as_on_windows(tmp_path):
    path = write(tmp_path, (HEADER + BODY).replace("\n", "\r\n"))
    assert_array_equal(read_pcd(path).points()[0], [1, 2, 3])


@pytest.mark.real_data
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_clouds_are_read_and_written_back(real_data, tmp_path, name):
    table = read_pcd(real_data / name)
    n_points, names = RECORDED[name]
    assert (len(table), " ".join(table.columns)) == (n_points, names)
    points = table.points()
    assert np.abs(points[np.isfinite(points).all(axis=1)]).max() < 300  # metres from a car
    for data in FORMS:
        write_pcd(tmp_path / "c.pcd", table.columns, data=data)
        assert_same_columns(read_pcd(tmp_path / "c.pcd").columns, table.columns)


@pytest.mark.real_data
def test_every_recorded_cloud_opens(real_data):
    clouds = sorted(real_data.glob("**/*.pcd"))
    assert len(clouds) > 20
    for path in clouds:
        assert np.isfinite(read_pcd(path).points()).all(axis=1).any(), path
