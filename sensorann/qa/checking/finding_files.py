"""Findings as JSON: what `sensorann check --json` prints, and what is read again when their repairs are applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sensorann.formats.openlabel.node import Node
from sensorann.formats.strict_json import read_json
from sensorann.qa.checking.finding import Edit, Finding, Severity
from sensorann.qa.checking.repairing import ACTIONS, check_edit
from sensorann.qa.checking.states import repaired_objects, states
from sensorann.scene import Labels

_COLUMNS = ("rule", "score", "object", "frame", "timestamp_ns", "value", "limit", "message", "place")
_LAST_NS = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A finding that was written down, and the objects that its repair is about as they were then.

    Attributes
    ----------
    finding : Finding
    seen : state of each object (`states`); of something that was changed since, nobody knows what is wrong
    """

    finding: Finding
    seen: Mapping[str, str]


def finding_document(finding: Finding, labels: Labels) -> dict[str, Any]:
    """Write a finding of labels as JSON values."""
    return {
        "severity": finding.severity.label,
        **{name: getattr(finding, name) for name in _COLUMNS},
        "repair": [{"action": edit.action, **edit.arguments} for edit in finding.repair],
        "seen": states(labels, repaired_objects(finding)),
    }


def read_suggestions(path: Path) -> tuple[Suggestion, ...]:
    """Read a list of findings.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When it holds no findings, or a repair that there is not.
    """
    return tuple(_suggestion(node) for node in Node(read_json(path), path).elements())


def _suggestion(node: Node) -> Suggestion:
    place = node.get("place")
    finding = Finding(
        rule=node.require("rule").text(),
        severity=_severity(node.require("severity")),
        score=float(node.require("score").number()),
        object=node.require("object").text(),
        frame=node.require("frame").integer(),
        timestamp_ns=_instant(node.require("timestamp_ns")),
        value=float(node.require("value").number()),
        limit=float(node.require("limit").number()),
        message=node.require("message").text(),
        repair=tuple(_edit(step) for step in node.require("repair").elements()),
        place=None if place is None or place.value is None else _place(place),
    )
    seen = {name: print_.text() for name, print_ in node.section("seen")}
    if repaired_objects(finding) and not seen:
        raise node.refused("a member 'seen': which state of the object was checked", found="a repair without")
    return Suggestion(finding=finding, seen=seen)


def _severity(node: Node) -> Severity:
    known = {severity.label: severity for severity in Severity}
    if node.text() not in known:
        raise node.refused(f"one of {', '.join(known)}")
    return known[node.text()]


def _place(node: Node) -> tuple[float, float, float]:
    x, y, z = node.numbers(3)
    return x, y, z


def _edit(node: Node) -> Edit:
    action = node.require("action")
    if action.text() not in ACTIONS:
        raise action.refused(f"one of {', '.join(ACTIONS)}")
    arguments = {name: _READERS.get(name, Node.text)(value) for name, value in node.members() if name != "action"}
    try:
        check_edit(action.text(), arguments)
    except TypeError as error:
        raise node.refused(f"what {action.text()} needs", found=str(error)) from None
    return Edit(action=action.text(), arguments=arguments)


def _instant(node: Node) -> int:
    instant = node.integer()
    if not 0 <= instant <= _LAST_NS:
        raise node.refused("nanoseconds since the Unix epoch")
    return instant


def _instants(node: Node) -> tuple[int, ...]:
    return tuple(_instant(instant) for instant in node.elements())


def _span(node: Node) -> tuple[int, int]:
    ends = _instants(node)
    if len(ends) != 2:
        raise node.refused("two instants, ns")
    return ends[0], ends[1]


def _anything(node: Node) -> bool | int | float | str:
    if not isinstance(node.value, bool | int | float | str):
        raise node.refused("a number, a text, true or false")
    return node.value


# How arguments of edits are read; those that are not named are texts.
_READERS: Mapping[str, Callable[[Node], Any]] = MappingProxyType(
    {
        "at": _instants,
        "at_ns": _instant,
        "by": _place,
        "outward": lambda node: tuple(node.numbers(4)),
        "place": _place,
        "size": _place,
        "span": _span,
        "toward": _place,
        "timestamp_ns": _instant,
        "value": _anything,
        "ways": lambda node: tuple(_place(way) for way in node.elements()),
        "yaw": lambda node: float(node.number()),
        "yaws": lambda node: tuple(float(yaw.number()) for yaw in node.elements()),
    }
)
