"""Hashes of files: what names the sources and the files of a release."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sensorann.errors import MissingDataError
from sensorann.files import require_file


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises
    ------
    MissingDataError
        When there is no such file.
    """
    with require_file(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_sha256(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of every file by its path, of folders all that is in them.

    Raises
    ------
    MissingDataError
        When one is not there.
    """
    return {str(path): file_sha256(path) for path in _all_files(paths)}


def root_sha256(hashes: Iterable[str]) -> str:
    """Hash of the hashes of all files, sorted: one number that stands for a release."""
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()


def _all_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise MissingDataError(f"{path} does not exist")
        yield from sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]
