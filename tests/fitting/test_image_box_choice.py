"""Which groups behind a 2D box are tried once a fit matches, and which fit is kept."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.fitting.heading import believe, nothing_known
from sensorann.fitting.image_box import _best_of
from sensorann.fitting.proposing import Proposal
from sensorann.geometry import Cuboid, Transform

SIZE = (4.0, 2.0, 1.5)


def proposal_at(x):
    return Proposal(
        cuboid=Cuboid(frame_from_cuboid=Transform.from_yaw(0.0, [x, 0.0, 0.0]), size=SIZE, frame="ego"),
        category="car",
        confidence=0.9,
        category_probability=1.0,
        heading=believe(nothing_known()),
        rows=np.arange(5),
        score=1.0,
    )


def chosen(*groups):
    """Places that were tried, and what was kept, of groups (x, number of points, match of its fit)."""
    matches, tried = {x: match for x, _, match in groups}, []

    def fit(seed):
        tried.append(float(seed[0]))
        if matches[tried[-1]] is None:
            raise ArgumentError("nothing there")
        return proposal_at(tried[-1])

    seeds = [(np.array([x, 0.0, 0.0]), n_points) for x, n_points, _ in groups]
    return tried, _best_of(seeds, fit=fit, match=lambda cuboid: matches[float(cuboid.center[0])])


@pytest.mark.parametrize(
    ("first_match", "second", "is_tried"),
    [
        (0.8, (20.0, 90), False),
        (0.8, (12.9, 90), True),
        (0.8, (13.1, 90), False),
        (0.8, (12.9, 2), True),
        (0.7, (20.0, 90), True),
        (0.7, (20.0, 9), False),
        (0.5, (20.0, 9), True),
    ],
    ids=[
        "good match, elsewhere",
        "good match, right beside it",
        "good match, a little farther",
        "good match, few points beside it",
        "fair match, many points",
        "fair match, few points",
        "poor match, few points",
    ],
)
def test_another_group_is_tried_unless_the_fit_is_the_object(first_match, second, is_tried):
    tried, _ = chosen((10.0, 100, first_match), (*second, 0.9))
    assert tried == [10.0, second[0]][: 1 + is_tried]


def test_few_points_are_few_beside_those_of_the_fit_that_is_kept():
    tried, kept = chosen((10.0, 100, 0.3), (30.0, 20, 0.7), (50.0, 5, 0.65))
    assert tried == [10.0, 30.0, 50.0]
    assert kept.cuboid.center[0] == 30.0


def test_what_matches_best_is_kept_as_sure_as_it_matches():
    _, kept = chosen((10.0, 100, None), (20.0, 90, 0.4), (30.0, 80, 0.2))
    assert kept.cuboid.center[0] == 20.0
    assert kept.confidence == pytest.approx(0.9 * 0.4)


@pytest.mark.parametrize("match", [None, 0.0], ids=["cannot be fitted", "out of sight"])
def test_nothing_is_kept_that_does_not_match(match):
    assert chosen((10.0, 100, match))[1] is None
