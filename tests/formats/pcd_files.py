"""PCD files and columns for their tests."""

from pathlib import Path

import numpy as np
from numpy.testing import assert_array_equal

FORMS = ["ascii", "binary", "binary_compressed"]
HEADER = """# a comment with an é
VERSION 0.7
FIELDS x y z
SIZE 4 4 4
TYPE F F F
COUNT 1 1 1
WIDTH 2
HEIGHT 1
VIEWPOINT 0 0 0 1 0 0 0
POINTS 2
DATA ascii
"""
BODY = "1 2 3\n4 5 nan\n"


def write(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "cloud.pcd"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
    return path


def assert_same_columns(mine, theirs):
    assert list(mine) == list(theirs)
    for name, column in theirs.items():
        assert mine[name].dtype == column.dtype
        assert_array_equal(mine[name], column)


def mixed_columns(n=7):
    numbers = np.arange(n)
    return {
        "ring": numbers.astype(np.uint16),
        "x": (numbers / 3).astype(np.float32),
        "y": np.where(numbers == 3, np.nan, -numbers / 7).astype(np.float32),
        "z": 5.4e6 + numbers / 1000.0,
        "time": (1_790_000_000_000_000_000 + numbers).astype(np.int64),
        "flag": (numbers - 3).astype(np.int8),
        "a#b": numbers.astype(np.uint64) << np.uint64(57),
    }
