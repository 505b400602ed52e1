"""What a project's guideline asks of the boxes of one category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.scene.track import Attribute

Edges = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Guideline:
    """Rules for one category; what is not given is not asked for.

    Attributes
    ----------
    min_points : LiDAR points that a box must hold
    min_range_m, max_range_m : distance from the vehicle within which there are boxes, metres
    max_speed_m_s : m/s
    min_size_m, max_size_m : (length, width, height), metres
    attributes : name to the values that it may have
    required : names of attributes that every box must have, of its own or of its track
    """

    min_points: int | None = None
    min_range_m: float | None = None
    max_range_m: float | None = None
    max_speed_m_s: float | None = None
    min_size_m: Edges | None = None
    max_size_m: Edges | None = None
    attributes: Mapping[str, tuple[Attribute, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        allowed = {name: tuple(values) for name, values in self.attributes.items()}
        object.__setattr__(self, "attributes", MappingProxyType(allowed))
        object.__setattr__(self, "required", tuple(self.required))
        for name in ("min_points", "min_range_m", "max_range_m", "max_speed_m_s", "min_size_m", "max_size_m"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value).all() and (np.asarray(value) >= 0).all()):
                raise ArgumentError(f"{name} must be 0 or more, got {value}")
        _check_order("range_m", self.min_range_m, self.max_range_m)
        for edge, low, high in zip(
            ("length", "width", "height"), self.min_size_m or (0,) * 3, self.max_size_m or (np.inf,) * 3, strict=True
        ):
            _check_order(f"size_m ({edge})", low, high)
        for name, values in self.attributes.items():
            if not values:
                raise ArgumentError(f"attribute {name!r} may have none of 0 values: name those that it may have")
        unknown = [name for name in self.required if self.attributes and name not in self.attributes]
        if unknown:
            raise ArgumentError(f"attribute {unknown[0]!r} is required, and is not among those that there may be")

    def __bool__(self) -> bool:
        """Tell whether anything is asked for."""
        return self != Guideline()


def _check_order(name: str, low: float | None, high: float | None) -> None:
    if low is not None and high is not None and low > high:
        raise ArgumentError(f"contradictory limits: min_{name} is {low:g}, above max_{name}, which is {high:g}")


def guideline_document(guideline: Guideline) -> dict[str, Any]:
    """What a file holds of a guideline: that which is asked for."""
    found: dict[str, Any] = {}
    for one in fields(Guideline):
        value = getattr(guideline, one.name)
        if value is None or value == () or value == {}:
            continue
        if one.name == "attributes":
            value = {name: list(values) for name, values in value.items()}
        found[one.name] = list(value) if isinstance(value, tuple) else value
    return found


def guideline_from(said: Mapping[str, Any]) -> Guideline:
    """Take a guideline out of a file.

    Raises
    ------
    ArgumentError
        When there is no such rule, a value is of the wrong kind, or limits contradict each other.
    """
    names = [one.name for one in fields(Guideline)]
    if unknown := [name for name in said if name not in names]:
        raise ArgumentError(f"no rule {unknown[0]!r}, there are: {', '.join(names)}")
    for name, value in said.items():
        if not _EXPECTED[name][1](value):
            raise ArgumentError(f"{name} must be {_EXPECTED[name][0]}, got {value!r}")
    sizes = {name: tuple(said[name]) for name in ("min_size_m", "max_size_m") if name in said}
    return Guideline(**{**said, **sizes})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_edges(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 3 and all(_is_number(edge) for edge in value)


def _is_words(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(word, str) for word in value)


def _is_values(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(values, list | tuple) and all(isinstance(one, bool | int | float | str) for one in values)
        for values in value.values()
    )


_EXPECTED = {
    "min_points": ("a whole number", _is_whole),
    "min_range_m": ("a number", _is_number),
    "max_range_m": ("a number", _is_number),
    "max_speed_m_s": ("a number", _is_number),
    "min_size_m": ("three numbers: length, width, height", _is_edges),
    "max_size_m": ("three numbers: length, width, height", _is_edges),
    "attributes": ("names with lists of values", _is_values),
    "required": ("a list of names", _is_words),
}
