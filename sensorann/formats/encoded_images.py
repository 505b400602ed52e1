"""Encoded pictures: how large they say they are, and their pixels once that is believable."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError

MAX_PIXELS = 200_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# Start-of-frame markers of JPEG: C0 to CF without C4 (tables), C8 (reserved) and CC (conditioning).
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_size(encoded: bytes) -> tuple[int, int] | None:
    """(width, height) that the header of a JPEG or PNG states; None where it is neither, or cut off."""
    if encoded.startswith(_PNG) and len(encoded) >= 24:
        return int.from_bytes(encoded[16:20], "big"), int.from_bytes(encoded[20:24], "big")
    if not encoded.startswith(_JPEG):
        return None
    at = 2
    while at + 9 <= len(encoded) and encoded[at] == 0xFF:
        marker = encoded[at + 1]
        if marker in _FRAME_MARKERS:
            return int.from_bytes(encoded[at + 7 : at + 9], "big"), int.from_bytes(encoded[at + 5 : at + 7], "big")
        # 0xFF before a marker is fill; every other segment states its length.
        at += 1 if marker == 0xFF else 2 + int.from_bytes(encoded[at + 2 : at + 4], "big")
    return None


def decode_image(encoded: bytes, *, path: Path, where: str) -> NDArray[np.uint8]:
    """Decode to (height, width, 3) uint8, BGR, as the sensor saw it: an orientation tag is not obeyed.

    Raises
    ------
    FormatError
        When it is no JPEG or PNG, damaged, or larger than 200 megapixels.
    """
    size = image_size(encoded)
    if size is None:
        raise FormatError(path, where, expected="a JPEG or PNG picture", found=f"{len(encoded)} other bytes")
    if not 0 < size[0] * size[1] <= MAX_PIXELS:
        found = f"{size[0]} x {size[1]}"
        raise FormatError(path, where, expected=f"a picture of up to {MAX_PIXELS} pixels", found=found)
    try:
        image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise FormatError(path, where, expected="a picture", found=str(error)[:200]) from error
    if image is None:
        raise FormatError(path, where, expected="a picture", found="data that does not decode")
    return np.asarray(image, np.uint8)
