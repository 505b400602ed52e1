"""Which categories the visible part of an object may belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sensorann.scene import Category, Motion


@dataclass(frozen=True, kw_only=True, slots=True)
class Visible:
    """How much of an object of usual size is seen at least, as shares of its edges.

    Attributes
    ----------
    longest : of the longer side, of the length
    top : of the highest point above the ground, of the height
    bottom : of the lowest point above the ground, of the height, at most
    upper : longest extent of the uppermost points, of the length, at most
    """

    longest: float
    top: float
    bottom: float
    upper: float = 1.2


# A bonnet over a wall or half a rear is seen of a car; what is lower than a rider, or as wide above, is no cyclist but
# the rear of a car.
_VISIBLE: Mapping[Motion, Visible] = MappingProxyType(
    {
        Motion.VEHICLE: Visible(longest=0.26, top=0.45, bottom=0.85),
        Motion.TWO_WHEELER: Visible(longest=0.55, top=0.9, bottom=0.45, upper=0.6),
        Motion.PEDESTRIAN: Visible(longest=0.25, top=0.55, bottom=0.55),
        Motion.STATIC: Visible(longest=0.5, top=0.7, bottom=0.3),
    }
)
# Objects are this much longer and wider, and higher than usual at most, and points scatter beyond their faces.
_LARGER, _HIGHER, _SLACK = 1.2, 1.15, 0.3


@dataclass(frozen=True, eq=False, slots=True)
class Shape:
    """What is seen of one object.

    Attributes
    ----------
    sides : the longer and the shorter side of the rectangle around it, metres
    bottom, top : of its points above the ground, metres
    upper : longest extent of the points above 80 % of the top, metres
    """

    sides: tuple[float, float]
    bottom: float
    top: float
    upper: float


def smallest_first(categories: Sequence[Category]) -> tuple[Category, ...]:
    """Categories in order of their usual volume."""
    return tuple(sorted(categories, key=lambda category: float(np.prod(category.size))))


def first_like(shape: Shape, categories: Sequence[Category]) -> Category | None:
    """Return the first category that could look like that when partly hidden; None where none could."""
    return next((category for category in categories if _may_be(shape, category)), None)


def _may_be(shape: Shape, category: Category) -> bool:
    length, width, height = category.size
    least = _VISIBLE[category.motion]
    longest, shortest = shape.sides
    return (
        least.longest * length <= longest <= _LARGER * length + _SLACK
        and shortest <= _LARGER * width + _SLACK
        and least.top * height <= shape.top <= _HIGHER * height
        and shape.bottom <= least.bottom * height
        and shape.upper <= max(least.upper * length, _SLACK)
    )
