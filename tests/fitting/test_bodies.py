"""A person's box stands about the body that was seen, not behind it."""

import numpy as np
import pytest

from sensorann.fitting.bodies import centred_on_body
from sensorann.geometry import Cuboid, Transform

SENSOR = np.array([1.0, -2.0, 1.7])


def body(direction, *, distance=12.0, n=120):
    """Points on the near half of a trunk 0.4 m wide and 0.24 m deep, seen from the sensor, and where its middle is."""
    rng = np.random.default_rng(0)
    ray, beside = np.array([np.cos(direction), np.sin(direction)]), np.array([-np.sin(direction), np.cos(direction)])
    middle = SENSOR[:2] + distance * ray
    angles = rng.uniform(-np.pi / 2, np.pi / 2, n)
    plan = middle - 0.12 * np.cos(angles)[:, None] * ray + 0.2 * np.sin(angles)[:, None] * beside
    return np.column_stack([plan, rng.uniform(0.3, 1.7, n)]), middle


def box_at(center, yaw=0.4):
    return Cuboid(frame_from_cuboid=Transform.from_yaw(yaw, np.array(center)), size=(0.8, 0.7, 1.8), frame="ego")


@pytest.mark.parametrize("direction", [0.0, 1.1, -2.5])
def test_the_body_stands_in_the_middle_of_its_box(direction):
    points, middle = body(direction)
    hung = box_at(np.append(middle + 0.25 * np.array([np.cos(direction), np.sin(direction)]), 0.9))
    moved = centred_on_body(hung, points, SENSOR)
    assert np.hypot(*(moved.center[:2] - middle)) < 0.05


def test_heading_size_and_height_stay():
    points, middle = body(0.7)
    box = box_at([*middle, 0.9])
    moved = centred_on_body(box, points, SENSOR)
    assert (moved.yaw, moved.size, moved.center[2]) == (box.yaw, box.size, 0.9)


def test_a_hand_that_reaches_out_moves_nothing():
    points, middle = body(0.0)
    hand = np.tile([middle[0], middle[1] + 0.9, 1.2], (3, 1))
    box = box_at([*middle, 0.9])
    one, other = (centred_on_body(box, cloud, SENSOR) for cloud in (points, np.concatenate([points, hand])))
    assert np.hypot(*(one.center - other.center)[:2]) < 0.03
