from dataclasses import replace

import pytest

from sensorann.scene import Category, Guideline, Motion, default_ontology, unusual_variety, variety

CAR = default_ontology()["car"]
KERB = Category(name="kerb", motion=Motion.STATIC, size=(4.0, 0.2, 0.15))


@pytest.mark.parametrize("category", [CAR, KERB], ids=["common", "own"])
def test_what_is_usual_is_not_said(category):
    assert unusual_variety(category) == {}
    assert replace(category, **variety(category.name, {})) == category


@pytest.mark.parametrize(
    "change",
    [
        {"share": 7.0},
        {"spread": (0.3, 0.2, 0.1)},
        {"share": 2.0, "spread": (1, 1, 1)},
        {"guideline": Guideline(min_points=5)},
    ],
)
def test_what_is_unusual_comes_back(change):
    category = replace(CAR, **change)
    assert replace(CAR, **variety("car", unusual_variety(category))) == category
