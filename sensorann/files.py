"""How files are written (whole or not at all), and the check that one is there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sensorann.errors import MissingDataError


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it is fsynced and renamed to `path`, on failure removed.

    A killed writer leaves the old file or the new one, never half of one.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays: OpenCV chooses the container of a video by it.
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=f".part{path.suffix}", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        give_usual_mode(temporary)
        _fsync(temporary)
        temporary.replace(path)
        _fsync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


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
