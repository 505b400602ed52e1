"""Checked LZF, the compression of PCD files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.kernels import lzf

# Three bytes make at most 264.
MAX_RATIO = 88


def lzf_compress(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pack bytes (N,) uint8; bytes without repetition grow by one in 32."""
    out = np.empty(len(data) + len(data) // 32 + 4, np.uint8)
    return out[: lzf.lzf_compress(data, out)]


def lzf_decompress(packed: NDArray[np.uint8], n_bytes: int, *, path: Path) -> NDArray[np.uint8]:
    """Unpack bytes (M,) uint8 into n_bytes bytes.

    Raises
    ------
    FormatError
        When they do not unpack to exactly that many; nothing is allocated for a number that cannot be reached.
    """
    if n_bytes > MAX_RATIO * len(packed):
        expected = f"at most {MAX_RATIO * len(packed)} bytes out of {len(packed)} compressed ones"
        raise FormatError(path, "compressed points", expected=expected, found=f"{n_bytes} announced")
    out = np.empty(n_bytes, np.uint8)
    end = int(lzf.lzf_decompress(packed, out))
    if end < 0:
        where = f"byte {-1 - end} of the compressed points"
        raise FormatError(path, where, expected=f"LZF data of {n_bytes} bytes", found="damaged data")
    return out
