"""A project's ontology as a file: its categories, and what its guideline asks of their boxes.

    {"categories": [
        {"name": "car", "rules": {"min_points": 5, "max_range_m": 80}},
        {"name": "tractor", "motion": "vehicle", "size": [4.5, 2.2, 2.8], "rules": {"max_speed_m_s": 17}}]}

A category that the labels know needs no more than its name.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.elements import read_category
from sensorann.formats.openlabel.node import Node
from sensorann.formats.strict_json import read_json
from sensorann.scene import Category, Ontology, guideline_from

_KNOWN_ALREADY = {"name", "rules"}


def read_ontology(path: Path | str, base: Ontology) -> Ontology:
    """Read a file of categories over those of an ontology: same names are replaced, others added.

    Parameters
    ----------
    path : JSON
    base : what the labels speak of, by its names or aliases

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When it is no such file, names a rule that there is not, or sets limits that contradict each other.
    """
    root = Node(read_json(path), Path(path))
    found: dict[str, Category] = {}
    for node in root.require("categories").elements():
        category = _read(node, base)
        if category.name in found:
            raise node.refused("each category once", found=f"{category.name} twice")
        found[category.name] = category
    kept = tuple(found.pop(category.name, category) for category in base.categories)
    with root.explaining("categories whose names and aliases differ"):
        return Ontology((*kept, *found.values()))


def _read(node: Node, base: Ontology) -> Category:
    name = node.require("name").text()
    if set(node.mapping()) - _KNOWN_ALREADY:
        return read_category(node)
    try:
        known = base[name]
    except ArgumentError as error:
        raise node.refused("a known category, or one with motion and size", found=str(error)) from error
    rules = node.get("rules")
    if rules is None:
        return known
    with rules.explaining(f"rules of {name}"):
        return replace(known, guideline=guideline_from(rules.mapping()))
