"""How files are written and read everywhere: whole or not at all, and with the place of every fault."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sensorann.errors import FormatError, MissingDataError

MAX_JSON_BYTES = 4 << 30


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it is fsynced and renamed to `path`, on failure removed.

    A killed writer leaves the old file or the new one, never half of one.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; give the result the mode that an ordinary open() would.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        _fsync(temporary)
        temporary.replace(path)
        _fsync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path | str, document: Any) -> None:
    """Write strict JSON (no NaN), whole or not at all."""
    with written_whole(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        # Not json.dump: that one encodes in Python, piece by piece, and takes three times as long.
        stream.write(json.dumps(document, allow_nan=False, separators=(",", ":"), ensure_ascii=False))
        stream.write("\n")


def read_json(path: Path | str) -> Any:
    """Read strict JSON.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When it is no JSON, holds NaN or Infinity, or nests deeper than Python can follow.
    """
    path = require_file(path)
    if path.stat().st_size > MAX_JSON_BYTES:
        raise FormatError(path, "", expected=f"at most {MAX_JSON_BYTES} bytes", found=f"{path.stat().st_size} bytes")

    def refuse_constant(constant: str) -> None:
        raise FormatError(path, "", expected="JSON numbers", found=constant)

    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise FormatError(path, where, expected="JSON", found=error.msg) from error
    except UnicodeDecodeError as error:
        raise FormatError(path, f"byte {error.start}", expected="UTF-8 text", found="other bytes") from error
    except RecursionError as error:
        raise FormatError(path, "", expected="JSON of sensible depth", found="very deep nesting") from error


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
