"""LZF: the compiled loops against the slow reading of the format."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import FormatError
from sensorann.formats.points.lzf import lzf_compress, lzf_decompress
from tests import naive

pytestmark = pytest.mark.kernels

# Repetitive and random stretches of every length around the format's limits: 32 literals, 8 and 264 copied bytes.
stretches = st.one_of(
    st.binary(max_size=80),
    st.builds(lambda unit, times: unit * times, st.binary(min_size=1, max_size=5), st.integers(1, 300)),
)
contents = st.lists(stretches, max_size=5).map(b"".join)


def as_bytes(content):
    return np.frombuffer(content, np.uint8)


@given(content=contents)
def test_unpacking_undoes_packing(content):
    packed = lzf_compress(as_bytes(content))
    assert naive.lzf_decompress(packed.tolist()) == content
    assert lzf_decompress(packed, len(content), path=Path("c.pcd")).tobytes() == content


@given(packed=st.binary(max_size=60))
def test_any_bytes_unpack_as_the_slow_version_does(packed):
    expected = naive.lzf_decompress(packed)
    if expected is None:
        for n_bytes in (0, 10, 100):
            with pytest.raises(FormatError, match=r"c\.pcd, "):
                lzf_decompress(as_bytes(packed), max(n_bytes, 1), path=Path("c.pcd"))
    else:
        assert lzf_decompress(as_bytes(packed), len(expected), path=Path("c.pcd")).tobytes() == expected


@given(content=contents.filter(lambda content: len(content) > 0))
def test_another_length_than_announced_is_refused(content):
    packed = lzf_compress(as_bytes(content))
    for n_bytes in (len(content) - 1, len(content) + 1):
        with pytest.raises(FormatError, match=r"LZF data|at most"):
            lzf_decompress(packed, n_bytes, path=Path("c.pcd"))


def test_a_copy_reaches_back_8192_bytes_and_no_further():
    rng = np.random.default_rng(0)
    unit = rng.integers(0, 256, 8192, dtype=np.uint8)
    assert len(lzf_compress(np.concatenate([unit, unit[:200]]))) < 8192 + 8192 // 32 + 8
    further = np.concatenate([unit, [np.uint8(7)], unit[:200]]).astype(np.uint8)
    assert len(lzf_compress(further)) > 8192 + 200


def test_zeros_shrink_to_their_limit():
    assert len(lzf_compress(np.zeros(26_400, np.uint8))) <= 26_400 // 88 + 6
