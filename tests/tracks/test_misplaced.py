"""Keyframes whose box lies beside its object are named, and no others."""

import logging
from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import Transform
from sensorann.tracks import interpolate
from tests.builders import FRAME_NS, START_NS, make_labels
from tests.tracks.followed import EGO_FROM_LIDAR, N, braking_path, found_in, keyframes, make_drive

FRAMES = (0, 10, 20, N - 1)


def beside(path, *, row, along=0.0, across=0.0, **changes):
    """Keyframes of which one lies so many metres ahead of its object and to the left of it."""
    track = keyframes(path, FRAMES, id="7", **changes)
    boxes = track.cuboids
    centers = boxes.centers.copy()
    centers[row] += boxes.rotations[row] @ [along, across, 0.0]
    return replace(track, cuboids=replace(boxes, centers=centers))


def told(caplog, track, drive):
    with caplog.at_level(logging.WARNING):
        interpolate(make_labels(track), drive)
    return found_in(caplog)


@pytest.mark.parametrize("row", range(4), ids=["first", "second", "third", "last"])
@pytest.mark.parametrize(
    "offset",
    [{"along": 1.5}, {"along": -1.5}, {"along": 3.0}, {"across": 2.0}],
    ids=["ahead", "behind", "far ahead", "aside"],
)
def test_a_keyframe_beside_its_object_is_named(caplog, row, offset):
    path = braking_path()
    (message,) = told(caplog, beside(path, row=row, **offset), make_drive([path]))
    assert "is seen a metre or more beside the box: 1" in message
    assert f"track 7 at {START_NS + FRAMES[row] * FRAME_NS} ns" in message


def test_an_object_is_looked_for_three_metres_away(caplog):
    """Only its rear is seen at that keyframe, and nothing of it in between."""
    path = braking_path()

    def rear_at_one_keyframe(points, k):
        return points[(points[:, 0] < -2.05) | (k != FRAMES[1])]

    drive = make_drive([path], seen=rear_at_one_keyframe, hidden=set(range(N)) - set(FRAMES))
    (message,) = told(caplog, beside(path, row=1, along=2.8), drive)
    assert "beside the box: 1" in message


@pytest.mark.parametrize("along", [-0.5, 0.0, 0.5])
def test_what_people_scatter_is_not_named(caplog, along):
    path = braking_path()
    assert not told(caplog, beside(path, row=1, along=along), make_drive([path]))


def test_a_neighbour_is_not_taken_for_an_object_that_is_half_hidden(caplog):
    """The side of the car in front would explain many more points than the strip that is left of this one."""
    path = braking_path()
    ahead = 4.3 * np.column_stack([np.cos(path[1]), np.sin(path[1]), np.zeros(N)])
    in_front = (path[0] + ahead, path[1])

    def strip_at_one_keyframe(points, k):
        sides = points[:, 1] < -0.85
        return points[sides & (np.arange(len(points)) % 8 == 0)] if k == FRAMES[1] else points[sides]

    own = make_drive([path], seen=strip_at_one_keyframe)
    other = make_drive([in_front], seen=lambda points, k: points[points[:, 1] < -0.85])
    own.sweeps["LIDAR_TOP"] = [
        replace(sweep, points=np.concatenate([sweep.points, more.points]))
        for sweep, more in zip(own.sweeps["LIDAR_TOP"], other.sweeps["LIDAR_TOP"], strict=True)
    ]
    assert not told(caplog, keyframes(path, FRAMES, id="7"), own)


def test_an_object_that_is_where_its_box_is_is_not_found_beside_it(caplog):
    """Only the front half of its side is seen, and a little wall goes on from there: further ahead it fits as well."""
    path = braking_path()

    def half_at_one_keyframe(points, k):
        sides = points[:, 1] < -0.85
        return points[sides & ((points[:, 0] > 0.3) | (k != FRAMES[1]))]

    drive = make_drive([path], seen=half_at_one_keyframe)
    sweep = drive.sweeps["LIDAR_TOP"][FRAMES[1]]
    box = Transform.from_yaw(path[1][FRAMES[1]], path[0][FRAMES[1]])
    wall = np.random.default_rng(3).uniform([2.1, -0.9, -0.4], [4.0, -0.9, 0.7], (30, 3))
    lidar_from_world = (drive.trajectory.at(sweep.timestamp_ns) @ EGO_FROM_LIDAR).inverse()
    seen = np.concatenate([sweep.points, lidar_from_world.apply(box.apply(wall))]).astype(np.float32)
    drive.sweeps["LIDAR_TOP"][FRAMES[1]] = replace(sweep, points=seen)
    assert not told(caplog, keyframes(path, FRAMES, id="7"), drive)


def test_people_look_alike(caplog):
    path = braking_path()
    track = beside(path, row=1, along=1.5, category="pedestrian")
    assert not [message for message in told(caplog, track, make_drive([path])) if "beside the box" in message]


def test_the_first_places_are_named_and_the_rest_is_counted(caplog):
    path = braking_path()
    drive = make_drive([path])
    tracks = [replace(beside(path, row=1, along=2.0), id=str(number)) for number in range(7)]
    with caplog.at_level(logging.WARNING):
        interpolate(make_labels(*tracks), drive)
    (message,) = [message for message in found_in(caplog) if "beside the box" in message]
    assert "box: 7 (track 0 at" in message
    assert "and 2 more)" in message
