"""Pictures and videos on disk, each one whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, SensorannError
from sensorann.files import written_whole

_NUMBER = re.compile(r"[0-9]{6,}")
_ENCODING = {".jpg": [cv2.IMWRITE_JPEG_QUALITY, 92], ".png": [cv2.IMWRITE_PNG_COMPRESSION, 4]}


def write_picture(image: NDArray[np.uint8], path: Path) -> None:
    """Write a picture (.png or .jpg), BGR.

    Raises
    ------
    ArgumentError
        When the name ends otherwise, or the picture is empty.
    """
    if path.suffix not in _ENCODING or image.size == 0:
        raise ArgumentError(f"{path.name}: a picture ends in .png or .jpg and has pixels, got {image.shape}")
    encoded, data = cv2.imencode(path.suffix, image, _ENCODING[path.suffix])
    if not encoded:
        raise SensorannError(f"{path}: OpenCV could not encode a picture of shape {image.shape}")
    with written_whole(path) as temporary:
        temporary.write_bytes(data.tobytes())


def remove_pictures(out_dir: Path, *, folders: Iterable[str]) -> None:
    """Remove the numbered pictures (000000.jpg, 000000.png ...) from folders in `out_dir`, and nothing else."""
    for folder in folders:
        for path in (out_dir / folder).glob("*"):
            if path.suffix in _ENCODING and _NUMBER.fullmatch(path.stem) and path.is_file():
                path.unlink()


class Video:
    """An mp4 that appears at its path when the block ends without an error, as a context manager.

    Parameters
    ----------
    path : must end in .mp4
    frames_per_second : > 0

    Raises
    ------
    ArgumentError
        When the name ends otherwise, or a picture has another size than the first one.
    SensorannError
        When this OpenCV cannot write mp4, or the file did not become whole, such as on a full disk.
    """

    def __init__(self, path: Path, *, frames_per_second: float) -> None:
        if path.suffix != ".mp4" or not frames_per_second > 0:
            raise ArgumentError(f"a video ends in .mp4 and runs forwards, got {path.name} at {frames_per_second} Hz")
        self.path = path
        self.n_pictures = 0
        self._rate = frames_per_second
        self._writer: cv2.VideoWriter | None = None
        self._shape: tuple[int, ...] = ()
        self._replacing = written_whole(path)

    def __enter__(self) -> Video:
        self._temporary = self._replacing.__enter__()
        return self

    def add(self, image: NDArray[np.uint8]) -> None:
        """Append a picture, BGR; all have the size of the first one."""
        if self._writer is None:
            self._shape = image.shape
            # The codec halves the color resolution: odd sizes lose their last row or column.
            size = (image.shape[1] // 2 * 2, image.shape[0] // 2 * 2)
            code = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(self._temporary), code, self._rate, size)
            if not self._writer.isOpened():
                raise SensorannError(f"{self.path}: this OpenCV cannot write mp4 video")
        if image.shape != self._shape:
            raise ArgumentError(f"pictures of a video must share one size, got {image.shape} after {self._shape}")
        self._writer.write(np.ascontiguousarray(image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]))
        self.n_pictures += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.release()
        failure = self._failure() if error is None else None
        if failure is not None:
            self._replacing.__exit__(type(failure), failure, None)
            raise failure
        self._replacing.__exit__(kind, error, traceback)

    def _failure(self) -> SensorannError | None:
        """Say what is wrong with the finished video; OpenCV itself reports no failure to write."""
        if self.n_pictures == 0:
            return ArgumentError(f"{self.path.name}: a video needs at least one picture")
        written = cv2.VideoCapture(str(self._temporary))
        n_written = written.get(cv2.CAP_PROP_FRAME_COUNT)
        written.release()
        if n_written != self.n_pictures:
            return SensorannError(f"{self.path}: the video could not be written whole, is the disk full?")
        return None
