"""How much a category varies and how often it is met, as files say it: only where it is not as in the common ontology.

So files of before the two were known read as ever, and files without anything unusual look as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sensorann.scene.ontology import Category, Motion, default_ontology


def unusual_variety(category: Category) -> dict[str, Any]:
    """Spread and share of a category, each only where it differs from what `variety` assumes of the name."""
    usual = _usual(category.name)
    found: dict[str, Any] = {}
    if category.spread != usual.spread:
        found["spread"] = list(category.spread)
    if category.share != usual.share:
        found["share"] = category.share
    return found


def variety(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments `spread` and `share` of a category of that name, of which a file said some or none."""
    usual = _usual(name)
    return {"spread": tuple(said.get("spread", usual.spread)), "share": said.get("share", usual.share)}


def _usual(name: str) -> Category:
    common = default_ontology()
    return common[name] if name in common else Category(name=name, motion=Motion.STATIC, size=(1.0, 1.0, 1.0))
