"""The plain part of YAML that calibration files use: nested mappings, lists, numbers and words.

No anchors, no block texts, no several documents: what is not understood is refused with its line, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensorann.errors import FormatError
from sensorann.formats.openlabel.node import Node
from sensorann.formats.text_files import read_text

_INTEGER = re.compile(r"[-+]?\d+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[\[\],])|"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<word>[^\[\],"'\s][^\[\],]*))"""
)
_KEY = re.compile(r"""(?:"([^"]+)"|'([^']+)'|([^\s:#&*!\[\]{},"'][^:\[\]{},"']*))\s*:(?:\s+(.*))?""")
_COMMENT = re.compile(r"""((?:[^"'#]|"[^"]*"|'[^']*'|(?<=\S)#)*)(?:#.*)?""")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_VERSION = re.compile(r"%YAML[ :]1\.\d")
# OpenCV says so of a mapping that holds the sizes and numbers of a matrix.
_OPENCV_MATRICES = ("!!opencv-matrix", "!!opencv-nd-matrix")
_REFUSED = ("{", "&", "*", "|", ">", "!", "%")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    indent: int
    text: str


def read_plain_yaml(path: Path) -> Node:
    """Read a file of nested mappings and lists.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When a line is not understood; it is named.
    """
    reader = _Reader(path, _joined(path, read_text(path)))
    value = reader.block(0) if reader.lines else {}
    if reader.lines:
        raise reader.refused("a line that belongs to the ones above")
    return Node(value, path)


def _joined(path: Path, text: str) -> list[_Line]:
    """Lines without comments; a list in brackets may go on over several."""
    lines: list[_Line] = []
    depth = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        uncommented = _COMMENT.fullmatch(raw)
        content = (raw if uncommented is None else uncommented[1]).rstrip()
        if not content.strip() or content.strip() in ("---", "...") or _VERSION.fullmatch(content):
            continue
        indent = len(content) - len(content.lstrip())
        if "\t" in content[:indent]:
            raise FormatError(path, f"line {number}", expected="spaces", found="a tab")
        if depth:
            lines[-1] = _Line(lines[-1].number, lines[-1].indent, f"{lines[-1].text} {content.strip()}")
        else:
            lines.append(_Line(number, indent, content.strip()))
        depth += content.count("[") - content.count("]")
    return lines


@dataclass(eq=False, slots=True)
class _Reader:
    path: Path
    lines: list[_Line] = field(default_factory=list)

    def refused(self, expected: str) -> FormatError:
        line = self.lines[0]
        return FormatError(self.path, f"line {line.number}", expected=expected, found=repr(line.text[:60]))

    def block(self, indent: int) -> Any:
        """Read the lines that stand at least that deep."""
        deep = self.lines[0].indent
        if deep < indent:
            return None
        return self._list(deep) if self.lines[0].text.startswith("-") else self._mapping(deep)

    def _mapping(self, indent: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while self.lines and self.lines[0].indent == indent and not _is_item(self.lines[0].text):
            match = _KEY.fullmatch(self.lines[0].text)
            if match is None:
                raise self.refused("a line such as 'key: value'")
            key = next(part for part in match.groups()[:3] if part).strip()
            if key in members:
                raise self.refused(f"{key!r} once")
            text = match[4] or ""
            members[key] = self._value("" if text in _OPENCV_MATRICES else text, indent)
        return members

    def _value(self, text: str, indent: int) -> Any:
        if text:
            value = self._flow(text)
            self.lines.pop(0)
            return value
        self.lines.pop(0)
        if not self.lines:
            return None
        # A list may stand as deep as its key.
        if self.lines[0].indent == indent and _is_item(self.lines[0].text):
            return self._list(indent)
        return self.block(indent + 1)

    def _list(self, indent: int) -> list[Any]:
        items = []
        while self.lines and self.lines[0].indent == indent and _is_item(self.lines[0].text):
            line = self.lines[0]
            text = line.text[1:].strip()
            if _KEY.fullmatch(text) or _is_item(text) or not text:
                # The rest of the line is the first line of the item.
                deeper = indent + len(line.text) - len(text)
                self.lines[:1] = [_Line(line.number, deeper, text)] if text else []
                items.append(self.block(indent + 1) if self.lines else None)
            else:
                items.append(self._value(text, indent))
        return items

    def _flow(self, text: str) -> Any:
        """Read a number, a word, or a list in brackets."""
        if text.startswith(_REFUSED):
            raise self.refused("plain YAML: a number, a word or a list in brackets")
        if not text.startswith("["):
            return _scalar(text)
        stack: list[list[Any]] = [[]]
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise self.refused("a list such as [1.0, 2.0]")
            position = match.end()
            if match["mark"] == "[":
                stack.append([])
            elif match["mark"] == "]":
                if len(stack) == 1:
                    raise self.refused("as many ] as [")
                stack[-2].append(stack.pop())
            elif match["mark"] != ",":
                quoted = match["double"] if match["double"] is not None else match["single"]
                stack[-1].append(_scalar(match["word"].strip()) if quoted is None else quoted)
        if len(stack) != 1 or len(stack[0]) != 1:
            raise self.refused("as many ] as [")
        return stack[0][0]


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith("- ")


def _scalar(text: str) -> Any:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return _WORDS.get(text.lower(), text)
