import subprocess
import sys

import cv2
import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.images import Video, write_picture


def stripes(i, height=48, width=65):
    return np.full((height, width, 3), 10 * i, np.uint8)


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from sensorann.errors import SensorannError
from sensorann.images.files import Video
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
noise = np.random.default_rng(0)
try:
    with Video(Path(sys.argv[1]), frames_per_second=10) as video:
        for _ in range(20):
            video.add(noise.integers(0, 255, (240, 320, 3), dtype=np.uint8))
except SensorannError as error:
    print(error)
"""


def test_a_video_that_the_disk_does_not_take_is_no_video(tmp_path):
    path = tmp_path / "v.mp4"
    result = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True)
    assert result.stdout == f"{path}: the video could not be written whole, is the disk full?\n"
    assert list(tmp_path.iterdir()) == []


def test_a_video_opens_again_with_all_its_frames(tmp_path):
    path = tmp_path / "clip.mp4"
    with Video(path, frames_per_second=10.0) as video:
        for i in range(7):
            video.add(stripes(i))
    capture = cv2.VideoCapture(str(path))
    shown = []
    while True:
        there, image = capture.read()
        if not there:
            break
        shown.append(image.mean())
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(10)
    capture.release()
    assert shown == pytest.approx([10 * i for i in range(7)], abs=4)


def test_a_video_that_fails_leaves_the_old_one_and_nothing_else(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"the old one")

    def write_two_sizes():
        with Video(path, frames_per_second=10.0) as video:
            video.add(stripes(1))
            video.add(stripes(2, height=30))

    with pytest.raises(ArgumentError, match="one size"):
        write_two_sizes()
    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip.mp4"]


def test_an_empty_video_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="at least one picture"), Video(tmp_path / "a.mp4", frames_per_second=5):
        pass
    assert list(tmp_path.iterdir()) == []


def test_pictures_read_back_the_same(tmp_path):
    image = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    write_picture(image, tmp_path / "deep" / "a.png")
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "deep" / "a.png")), image)


def test_other_picture_names_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"\.png or \.jpg"):
        write_picture(stripes(1), tmp_path / "a.gif")
