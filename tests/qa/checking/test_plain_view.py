"""Where the labels look: told by the labels themselves, and by the cameras where they are few."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.qa.checking.evidence import gather
from sensorann.qa.checking.plain_view import plain_view
from sensorann.scene import Rig
from tests.builders import START_NS, make_labels, make_rig, make_track
from tests.qa.checking.cases import drive


def looked_at(azimuths_deg, *, rig: Rig) -> list[bool]:
    """Whether the labels look ahead, to the left, behind and to the right, by objects 20 m away in these directions."""
    azimuths = np.radians(azimuths_deg)
    tracks = [
        make_track(id=str(k), n=1, centers=[[20 * np.cos(azimuth), 20 * np.sin(azimuth), 0.75]], yaws=[0.0])
        for k, azimuth in enumerate(azimuths)
    ]
    standing = replace(drive(), rig=rig)
    view = plain_view(gather(make_labels(*tracks), standing, with_points=False))
    start = standing.trajectory.at(START_NS).translation
    places = start + np.array([[10.0, 0, 0], [0, 10.0, 0], [-10.0, 0, 0], [0, -10.0, 0]])
    return view.looks_at(places, np.full(4, START_NS), reach=40.0).tolist()


BLIND, FRONT = make_rig(cameras=()), make_rig()
AHEAD = [-30, 0, 30]
CROWD, ROUND = np.linspace(-50, 50, 12), np.arange(0, 360, 50)


@pytest.mark.parametrize(
    ("azimuths", "rig", "expected"),
    [
        (AHEAD, BLIND, [True, True, True, True]),
        (AHEAD, FRONT, [True, False, False, False]),
        (CROWD, BLIND, [True, False, False, False]),
        (ROUND, FRONT, [True, True, True, True]),
        ([100], FRONT, [True, True, False, False]),
    ],
    ids=["few, no camera", "few, a camera ahead", "many on one side", "all round", "one beside the camera's view"],
)
def test_where_labels_look(azimuths, rig, expected):
    assert looked_at(azimuths, rig=rig) == expected


def test_a_place_out_of_reach_is_not_looked_at():
    view = plain_view(gather(make_labels(make_track()), drive(), with_points=False))
    places = np.array([[10.0, 0.0, 0.0], [10.0, 45.0, 0.0]])
    assert view.looks_at(places, np.full(2, START_NS), reach=40.0).tolist() == [True, False]
