"""What a category may be: numbers that no object has would make boxes that none has."""

import math

import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Category, Motion


@pytest.mark.parametrize("edge", [0.0, -1.0, math.inf, math.nan])
@pytest.mark.parametrize("name", ["size", "spread"])
def test_edges_of_a_category_are_positive_numbers(name, edge):
    with pytest.raises(ArgumentError, match=f"category kiosk: {name} must be three positive numbers"):
        Category(name="kiosk", motion=Motion.STATIC, **({"size": (3.0, 2.0, 2.5)} | {name: (3.0, edge, 2.5)}))


@pytest.mark.parametrize("share", [0.0, -1.0, math.inf, math.nan])
def test_how_often_a_category_is_met_is_a_positive_number(share):
    with pytest.raises(ArgumentError, match="category kiosk: share must be a number above 0"):
        Category(name="kiosk", motion=Motion.STATIC, size=(3.0, 2.0, 2.5), share=share)
