"""How files are written (whole or not at all), and the check that one is there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sensorann.errors import ArgumentError, MissingDataError


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it is fsynced and renamed to `path`, on failure removed.

    A killed writer leaves the old file or the new one, never half of one. A link stays: the file it leads to is
    replaced.

    Raises
    ------
    ArgumentError
        When `path` is there and is no file, but a folder or a device, or what should be its folder is none.
    OSError
        When it cannot be written; names `path`, never the temporary file.
    """
    path = Path(path)
    with _failures_named(path):
        target = _replaceable(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        # The ending stays: OpenCV chooses the container of a video by it.
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=f".part{target.suffix}", dir=target.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        with _failures_named(path, temporary):
            yield temporary
            give_usual_mode(temporary)
            _fsync(temporary)
            temporary.replace(target)
            _fsync(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _failures_named(path: Path, temporary: Path | None = None) -> Iterator[None]:
    """Name the path that the user knows in errors of writing; those about other files keep their name."""
    try:
        yield
    except OSError as error:
        about_us = temporary is None or error.filename is None or str(error.filename) == str(temporary)
        if error.errno is None or not about_us:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replaceable(path: Path) -> Path:
    """Follow links to the file that is to be written, which need not be there."""
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise ArgumentError(f"{path} is {what}: name a file to write")
    if path.parent.exists() and not path.parent.is_dir():
        raise ArgumentError(f"{path.parent} is no folder, so {path.name} cannot be written into it")
    return path.resolve()


def give_usual_mode(path: Path) -> None:
    """Give a file or folder that `tempfile` made, and made private, the mode that open() or mkdir() would."""
    umask = os.umask(0)
    os.umask(umask)
    path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_file(path: Path | str) -> Path:
    """Return the path of a file that exists.

    Raises
    ------
    MissingDataError
        When there is nothing at the path, or a directory.
    """
    path = Path(path)
    if path.is_dir():
        raise MissingDataError(f"{path} is a directory, a file was expected")
    if not path.exists():
        raise MissingDataError(f"{path} does not exist")
    return path
