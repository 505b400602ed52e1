"""What may be labelled: the categories of a project, looked up by the names that data sets give them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType

from sensorann.errors import ArgumentError
from sensorann.scene.guideline import Guideline
from sensorann.scene.motion import Motion


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One kind of object.

    Attributes
    ----------
    name : the name in sensorann
    motion : how it moves
    size : typical (length, width, height), metres
    spread : standard deviation of each edge among objects of the category, as a share of the edge
    share : how often it is met beside the others; only ratios count
    aliases : format (``kitti``, ``nuscenes``) to the names that stand for it there; the first one is written
    guideline : what the project asks of its boxes
    """

    name: str
    motion: Motion
    size: tuple[float, float, float]
    spread: tuple[float, float, float] = (0.15, 0.12, 0.12)
    share: float = 1.0
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    guideline: Guideline = field(default_factory=Guideline)

    def __post_init__(self) -> None:
        for name, edges in (("size", self.size), ("spread", self.spread)):
            if len(edges) != 3 or not all(0 < edge < math.inf for edge in edges):
                raise ArgumentError(f"category {self.name}: {name} must be three positive numbers, got {edges}")
        if not 0 < self.share < math.inf:
            raise ArgumentError(f"category {self.name}: share must be a number above 0, got {self.share}")
        object.__setattr__(self, "aliases", MappingProxyType(dict(self.aliases)))


@dataclass(frozen=True, eq=False, slots=True)
class Ontology:
    """The categories of a project; looked up by name or by any alias.

    Attributes
    ----------
    categories : names differ, and no alias stands for two of them
    """

    categories: tuple[Category, ...]
    _by_name: dict[str, Category] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_name: dict[str, Category] = {}
        for category in self.categories:
            own = {category.name, *(alias for names in category.aliases.values() for alias in names)}
            for name in sorted(own):
                if name in by_name:
                    raise ArgumentError(f"{name!r} stands for both {by_name[name].name} and {category.name}")
                by_name[name] = category
        object.__setattr__(self, "_by_name", by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Category:
        try:
            return self._by_name[name]
        except KeyError:
            known = ", ".join(category.name for category in self.categories)
            raise ArgumentError(f"unknown category {name!r}, the ontology has: {known}") from None

    def spelled(self, name: str, format_name: str) -> str | None:
        """Spell a category as a format does; None where the format has no word for it.

        A name that already is one of the format's own words for its category stays as it is.
        """
        names = self[name].aliases.get(format_name, ())
        if name in names:
            return name
        return names[0] if names else None

    def extended(self, name: str, *, motion: Motion = Motion.VEHICLE) -> Ontology:
        """Return the ontology with one more category, of a generic size."""
        return replace(self, categories=(*self.categories, Category(name=name, motion=motion, size=(2.0, 1.0, 1.5))))


def check_ontology(ontology: object) -> None:
    """Refuse a name or a path where an ontology is meant, with an `ArgumentError`."""
    if not isinstance(ontology, Ontology):
        shown = repr(ontology) if isinstance(ontology, str | PurePath) else type(ontology).__name__
        raise ArgumentError(f"ontology must be an Ontology, such as default_ontology() returns, got {shown}")
