"""Text as it lies in files: UTF-8, whatever the system prefers."""

from __future__ import annotations

from pathlib import Path

from sensorann.errors import FormatError
from sensorann.files import require_file


def read_text(path: Path | str) -> str:
    """Read a whole file of text.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When it is not UTF-8; the byte is named.
    """
    path = require_file(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(path, f"byte {error.start}", expected="UTF-8 text", found="other bytes") from error
