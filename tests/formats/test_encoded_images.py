"""Encoded pictures: their size is read before anything is decoded."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sensorann.errors import FormatError
from sensorann.formats.encoded_images import decode_image, image_size
from tests.formats.pictures import png_header

PIXELS = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)


def encoded(suffix, *options):
    return cv2.imencode(suffix, PIXELS, options)[1].tobytes()


def decode(content):
    return decode_image(content, path=Path("d.drive.h5"), where="image 3 of CAM")


@pytest.mark.parametrize(
    "content",
    [
        encoded(".png"),
        encoded(".jpg"),
        encoded(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        # A comment segment, and fill bytes before the marker that follows it.
        encoded(".jpg")[:2] + b"\xff\xfe\x00\x06note\xff\xff" + encoded(".jpg")[2:],
    ],
    ids=["png", "jpg", "progressive jpg", "jpg with a comment"],
)
def test_size_and_pixels_are_read(content):
    assert image_size(content) == (64, 48)
    assert_array_equal(decode(content), cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR))


def test_an_orientation_tag_is_not_obeyed():
    # Exif, big-endian TIFF with one entry: orientation 6, a quarter turn. Calibrations know nothing of it.
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
    segment = b"Exif\x00\x00" + tiff
    tagged = b"\xff\xd8\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + encoded(".jpg")[2:]
    assert cv2.imdecode(np.frombuffer(tagged, np.uint8), cv2.IMREAD_COLOR).shape == (64, 48, 3)
    assert decode(tagged).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a JPEG or PNG picture, found 0 other bytes"),
        (b"GIF89a" + bytes(40), "expected a JPEG or PNG picture"),
        (b"\xff\xd8\xff", "expected a JPEG or PNG picture"),
        (png_header(60_000, 60_000), "expected a picture of up to 200000000 pixels, found 60000 x 60000"),
        (png_header(0, 5), "found 0 x 5"),
        (encoded(".png")[:-20], "data that does not decode"),
        (encoded(".jpg")[:-20], "data that does not decode"),
    ],
    ids=["empty", "gif", "cut start", "bomb", "no width", "cut png", "cut jpg"],
)
def test_what_is_no_whole_picture_is_named(content, message):
    with pytest.raises(FormatError, match=rf"d\.drive\.h5, image 3 of CAM: .*{message}"):
        decode(content)
