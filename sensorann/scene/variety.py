"""What files say of a category beside its name, motion and size: only where it is not as in the common ontology.

So files of before these were known read as ever, and files without anything unusual look as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sensorann.scene.guideline import guideline_document, guideline_from
from sensorann.scene.motion import Motion
from sensorann.scene.ontology import Category
from sensorann.scene.usual_categories import default_ontology


def unusual_variety(category: Category) -> dict[str, Any]:
    """Spread, share and rules of a category, each only where it differs from what `variety` assumes of the name."""
    usual = _usual(category.name)
    found: dict[str, Any] = {}
    if category.spread != usual.spread:
        found["spread"] = list(category.spread)
    if category.share != usual.share:
        found["share"] = category.share
    if category.guideline:
        found["rules"] = guideline_document(category.guideline)
    return found


def variety(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments `spread`, `share` and `guideline` of a category of that name, of which a file said some or none.

    Raises
    ------
    ArgumentError
        When there is no such rule, or limits contradict each other.
    """
    usual = _usual(name)
    return {
        "spread": tuple(said.get("spread", usual.spread)),
        "share": said.get("share", usual.share),
        "guideline": guideline_from(said.get("rules", {})),
    }


def _usual(name: str) -> Category:
    common = default_ontology()
    return common[name] if name in common else Category(name=name, motion=Motion.STATIC, size=(1.0, 1.0, 1.0))
