"""Attributes as OpenLABEL holds them, typed lists of names and values, and the keys of its elements; both ways."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.node import Losses, Node
from sensorann.scene import Attribute

# Marks what is ours where the schema allows extra members: the value says what it is.
MARK = "sensorann"
NOT_FINITE = "float"
_KEY = re.compile(r"-?[0-9]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TYPES: dict[str, tuple[type, ...]] = {"boolean": (bool,), "num": (int, float), "text": (str,)}
VALUE_KINDS = frozenset({*_TYPES, "vec"})


def keys_of(ids: Iterable[str]) -> list[str]:
    """Choose a key for each id: the id where the schema allows it (whole numbers, UUIDs), else a UUID made from it.

    The keys differ even where ids repeat, and the same ids always get the same keys.
    """
    ids = list(ids)
    taken = {own for own in ids if _KEY.fullmatch(own)}
    keys: list[str] = []
    used: set[str] = set()
    for own in ids:
        key = own
        if own not in taken or own in used:
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, own))
            while key in taken or key in used:
                key = str(uuid.uuid5(uuid.NAMESPACE_OID, key))
        used.add(key)
        keys.append(key)
    return keys


def kind_of(value: Attribute) -> str:
    """Name the list that a value belongs into."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool | np.bool_):
        return "boolean"
    # NaN and infinity are no JSON: they travel as text.
    return "num" if math.isfinite(value) else "text"


def value_item(name: str, value: Attribute) -> dict[str, Any]:
    """Write one attribute.

    Raises
    ------
    ArgumentError
        When it is of no type that an attribute may have.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, bool | int | float | str):
        raise ArgumentError(f"attribute {name!r} must be a bool, a number or a string, got {type(value).__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        return {"name": name, "val": repr(value), MARK: NOT_FINITE}
    return {"name": name, "val": value}


def typed_lists(attributes: Mapping[str, Attribute | None]) -> dict[str, list[dict[str, Any]]]:
    """Write attributes as the lists ``boolean``, ``num`` and ``text``, by name; None is left out."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for name, value in sorted(attributes.items()):
        if value is not None:
            item = value_item(name, value)
            lists.setdefault(kind_of(value), []).append(item)
    return lists


def read_values(data: Node, losses: Losses) -> dict[str, Attribute]:
    """Read the lists ``boolean``, ``num`` and ``text`` of a node; vectors have no place in `Labels` and are counted.

    Raises
    ------
    FormatError
        When a value has another type than its list, or a name occurs twice.
    """
    values: dict[str, Attribute] = {}
    for kind, types in _TYPES.items():
        items = data.get(kind)
        for item in items.elements() if items is not None else ():
            if MARK in item.mapping() and item.value[MARK] != NOT_FINITE:
                continue
            name_node = item.get("name")
            name = name_node.text() if name_node is not None else kind
            if name in values:
                raise item.refused("a name that occurs once", found=repr(name))
            values[name] = _value(item, types)
            if len(item.value) > ("name" in item.value) + ("val" in item.value) + (MARK in item.value):
                losses.count("extra members of values (only name and val have a place)")
    vectors = data.get("vec")
    if vectors is not None:
        losses.count("vectors (vec)", sum(1 for _ in vectors.elements()))
    return values


def _value(item: Node, types: tuple[type, ...]) -> Attribute:
    node = item.require("val")
    if MARK in item.value:
        try:
            return float(node.text())
        except ValueError:
            raise node.refused("nan, inf or -inf") from None
    if types == _TYPES["num"]:
        return node.number()
    value: Attribute = node.value
    if not isinstance(value, types):
        raise node.refused("true or false" if bool in types else "a string")
    return value
