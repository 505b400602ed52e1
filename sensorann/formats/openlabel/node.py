"""A place in an OpenLABEL document: its value, where it is, and what was left out so far.

The official schema lets NaN, dangling references and damaged intrinsics pass, so every value is taken through here.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.strict_json import read_json

SCHEMA_VERSION = "1.0.0"
_logger = logging.getLogger(__name__)


class Node:
    """A value of the document with its path, such as ``openlabel.frames.12.objects.17``."""

    __slots__ = ("_key", "_parent", "value")

    def __init__(self, value: Any, key: str | int | Path, parent: Node | None = None) -> None:
        self.value = value
        self._key = key
        self._parent = parent

    @property
    def file(self) -> Path:
        """The file that the document came from."""
        node = self
        while node._parent is not None:
            node = node._parent
        return Path(node._key)  # type: ignore[arg-type]

    @property
    def where(self) -> str:
        """The path from the root of the document."""
        if self._parent is None:
            return ""
        above = self._parent.where
        if isinstance(self._key, int):
            return f"{above}[{self._key}]"
        return f"{above}.{self._key}" if above else str(self._key)

    def refused(self, expected: str, *, found: str | None = None) -> FormatError:
        """Build the error that says what should have been here."""
        return FormatError(self.file, self.where, expected=expected, found=found or _shown(self.value))

    @contextmanager
    def explaining(self, expected: str) -> Iterator[None]:
        """Turn an `ArgumentError` of the nouns built inside into a `FormatError` of this place."""
        try:
            yield
        except ArgumentError as error:
            raise self.refused(expected, found=str(error)) from error

    def get(self, key: str) -> Node | None:
        """Return a member of this mapping, None where there is none."""
        members = self.mapping()
        return Node(members[key], key, self) if key in members else None

    def require(self, key: str) -> Node:
        """Return a member of this mapping that must be there."""
        found = self.get(key)
        if found is None:
            raise self.refused(f"a member {key!r}", found=f"only {', '.join(self.value) or 'no members'}")
        return found

    def mapping(self) -> dict[str, Any]:
        """Return the value, which must be a JSON object."""
        if not isinstance(self.value, dict):
            raise self.refused("a JSON object")
        return self.value

    def members(self) -> Iterator[tuple[str, Node]]:
        """Walk through the members of a JSON object."""
        for key, value in self.mapping().items():
            yield key, Node(value, key, self)

    def section(self, key: str) -> Iterator[tuple[str, Node]]:
        """Walk through the members of a JSON object that need not be there."""
        inner = self.get(key)
        return inner.members() if inner is not None else iter(())

    def elements(self) -> Iterator[Node]:
        """Walk through the elements of a JSON array."""
        if not isinstance(self.value, list):
            raise self.refused("a JSON array")
        return (Node(value, i, self) for i, value in enumerate(self.value))

    def text(self) -> str:
        """Return the value, which must be a string."""
        if not isinstance(self.value, str):
            raise self.refused("a string")
        return self.value

    def integer(self) -> int:
        """Return the value, which must be a whole number."""
        if type(self.value) is not int:
            raise self.refused("a whole number")
        return self.value

    def number(self) -> int | float:
        """Return the value, which must be a finite number."""
        if not _is_number(self.value):
            raise self.refused("a finite number")
        return self.value  # type: ignore[no-any-return]

    def numbers(self, *lengths: int) -> list[float]:
        """Return an array of finite numbers, of one of the given lengths (any length when none is given)."""
        value = self.value
        if not isinstance(value, list):
            raise self.refused("an array of numbers")
        if lengths and len(value) not in lengths:
            raise self.refused(f"{' or '.join(map(str, lengths))} numbers", found=f"{len(value)}: {_shown(value)}")
        for i, number in enumerate(value):
            # Most numbers are finite floats: those pass without a call.
            if (type(number) is not float or not -math.inf < number < math.inf) and not _is_number(number):
                raise Node(number, i, self).refused("a finite number")
        return [float(number) for number in value]


class Losses:
    """Counts what a document holds and `Labels` cannot: said once per kind, never passed over in silence."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._assumed: Counter[str] = Counter()

    def count(self, kind: str, number: int = 1) -> None:
        """Note things that are left out, named in the plural."""
        self._counts[kind] += number

    def assume(self, what: str) -> None:
        """Note something that the document leaves open, and how it was taken."""
        self._assumed[what] += 1

    def report(self, path: Path) -> None:
        """Warn once per kind."""
        for kind, number in self._counts.items():
            _logger.warning("%s: left out %d %s", path, number, kind)
        for what, number in self._assumed.items():
            _logger.warning("%s: %d %s", path, number, what)


def load(path: Path) -> Node:
    """Read a document and check that it is OpenLABEL 1.0.

    Returns
    -------
    the node of the member ``openlabel``

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is no JSON, or of another schema version.
    """
    root = Node(read_json(path), path).require("openlabel")
    version = root.require("metadata").require("schema_version")
    if version.text() != SCHEMA_VERSION:
        raise version.refused(f"OpenLABEL {SCHEMA_VERSION!r}")
    return root


def _is_number(value: Any) -> bool:
    if type(value) not in (int, float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond float64
        return False


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object with {', '.join(list(value)[:6]) or 'no members'}"
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
