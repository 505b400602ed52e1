"""Where the labels look: told by the labels themselves, and by the cameras where they are few."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import Transform
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


def test_every_camera_counts():
    cameras = make_rig(cameras=("CAM_FRONT", "CAM_BACK"))
    behind = Transform.from_yaw(np.pi, [0.0, 0.0, 0.0]) @ cameras["CAM_BACK"].ego_from_sensor
    turned = Rig(
        tuple(replace(one, ego_from_sensor=behind) if one.name == "CAM_BACK" else one for one in cameras.sensors)
    )
    view = plain_view(gather(make_labels(make_track(n=1)), replace(drive(), rig=turned), with_points=False))
    start = drive().trajectory.at(START_NS).translation
    sides = start + 10.0 * np.array([[0.9, 0.4, 0.0], [0.9, -0.4, 0.0], [-0.9, 0.4, 0.0]])
    assert view.looks_at(sides, np.full(3, START_NS), reach=40.0).all()


def test_an_object_that_reaches_out_of_the_labelled_wedge_is_not_seen_whole():
    azimuths = np.radians(CROWD)
    tracks = [
        make_track(id=str(k), n=1, centers=[[20 * np.cos(a), 20 * np.sin(a), 0.75]], yaws=[0.0])
        for k, a in enumerate(azimuths)
    ]
    view = plain_view(gather(make_labels(*tracks), replace(drive(), rig=BLIND), with_points=False))
    start = drive().trajectory.at(START_NS).translation
    inside, at_rim = (start + 8.0 * np.array([np.cos(a), np.sin(a), 0.0]) for a in np.radians([2.0, 43.0]))
    assert view.sees(inside, START_NS, owner=0)
    assert not view.sees(at_rim, START_NS, owner=0)
