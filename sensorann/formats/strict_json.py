"""Strict JSON: no NaN, and the place of every fault."""

import json
from pathlib import Path
from typing import Any

from sensorann.errors import FormatError
from sensorann.files import require_file, written_whole
from sensorann.formats.text_files import read_text

MAX_JSON_BYTES = 4 << 30
_MOST_SHOWN = 20


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

    text = read_text(path)
    try:
        return json.loads(text, parse_constant=_refuse)
    except _ConstantError as error:
        where = _place_of_constant(json.loads(text, parse_constant=_Constant)) or ""
        raise FormatError(path, where, expected="finite numbers", found=str(error)) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise FormatError(path, where, expected="JSON", found=found_instead(error)) from error
    except RecursionError as error:
        raise FormatError(path, "", expected="JSON of sensible depth", found="very deep nesting") from error


def found_instead(error: json.JSONDecodeError) -> str:
    """Say what stands where JSON ends to be JSON: a file that was cut off ends in the middle of something."""
    rest = error.doc[error.pos :].strip()
    if not rest or error.msg.startswith("Unterminated string"):
        return "the end of the file"
    return f"{rest[:_MOST_SHOWN]!r} ({error.msg[0].lower()}{error.msg[1:]})"


class _ConstantError(Exception):
    """JSON holds NaN or Infinity, which the standard does not know."""


class _Constant(str):
    """NaN or Infinity, kept as a mark to be found."""

    __slots__ = ()


def _refuse(constant: str) -> None:
    raise _ConstantError(constant)


def _place_of_constant(node: Any) -> str | None:
    """Path of the first NaN or Infinity of a document, such as ``openlabel.frames.12.val[0]``; None without any."""
    if isinstance(node, _Constant):
        return ""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        below = _place_of_constant(value)
        if below is not None:
            step = f"[{key}]" if isinstance(node, list) else str(key)
            return step + (f".{below}" if below and not below.startswith("[") else below)
    return None
