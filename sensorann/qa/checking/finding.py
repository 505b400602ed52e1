"""What a check says: what a rule suspects, and the finding that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any


class Severity(IntEnum):
    """How bad it is when a finding is right; the higher the worse."""

    NOTE = 0
    WARNING = 1
    ERROR = 2

    @property
    def label(self) -> str:
        """The name as the command line writes it."""
        return self.name.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One step of a repair: a function of `sensorann.tracks.surgery` and its arguments after the labels.

    Attributes
    ----------
    action : name of the function, such as ``merge``
    arguments : by keyword
    """

    action: str
    arguments: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", MappingProxyType(dict(self.arguments)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspicion:
    """What a rule says of one object; the driver makes a `Finding` of it.

    Attributes
    ----------
    object : id of the track; empty where the object has none yet
    timestamp_ns : where it is worst
    value : what was measured, in the unit of the rule
    limit : from where on it is suspicious; the rule speaks only of what is beyond it
    message : in words
    repair : edits that would mend it, one after the other; empty where only a person can
    excess : how far beyond the limit, 1 at the limit and rising; value over limit when not given
    """

    object: str
    timestamp_ns: int
    value: float
    limit: float
    message: str
    repair: tuple[Edit, ...] = ()
    excess: float = field(default=0.0)

    def __post_init__(self) -> None:
        if not self.excess:
            object.__setattr__(self, "excess", abs(self.value) / self.limit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One place that is probably wrong.

    Attributes
    ----------
    rule : id of the rule, one of `sensorann.qa.RULES`
    severity : how bad it is, if it is so
    score : probability, 0 to 1, that it is an error; docs/quality.md says where it was learnt and how well it holds
    object : id of the track; empty where the object has none yet
    frame : number of the frame of the drive (without a drive: of the instants of the labels) nearest to the instant
    timestamp_ns : where it is worst
    value, limit : what was measured, and from where on it is suspicious, in the unit of the rule
    message : in words
    excess : how far beyond the limit, 1 at the limit and rising; what the score is made of
    repair : edits that would mend it; `sensorann.qa.repaired` applies them
    """

    rule: str
    severity: Severity
    score: float
    object: str
    frame: int
    timestamp_ns: int
    value: float
    limit: float
    message: str
    excess: float = 1.0
    repair: tuple[Edit, ...] = ()
