"""A simulated person who labels: what an action is, and what it takes to put a box right.

An action is a click, a drag or a key of `sensorann view`:

- to go to a frame: 1, a click on the timeline
- a box by hand: 5, a key, three clicks on the ground, a key for the category; it is as rough as a hand's: its centre is
  off by 0.2 m (height 0.1 m), its heading by 4 degrees (standard deviations), its edges by up to a tenth
- a box copied from another frame: 1, a key
- a box from one click: 2, a key and the click
- to name the category where the guess is wrong: 1, a key
- to turn a box to its heading: 1, a drag; half or a quarter of a turn: 1, a key
- to move a box in plan, or up and down, or one of its faces: 1, a drag
- to fill an object between its keyframes and follow it beyond them: 1, a key
- to delete objects: 1 each, a click that adds it to what is selected, in whichever frame; and 1, a key for all of them

Of the drags a person takes the one that helps most, which puts its part of the box exactly right, and stops when the
box overlaps the true one by 0.85.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sensorann.geometry import Cuboid, Cuboids, Transform
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.geometry.rotations import wrap_angle

GO, HAND, COPY, CLICK, NAME, FILL, DELETE = 1, 5, 1, 2, 1, 1, 1
GOOD = 0.85
HAND_SIGMAS, HAND_TURN, HAND_EDGES = (0.2, 0.2, 0.1), np.radians(4.0), 0.1
_LEAST_GAIN = 1e-3


def drawn(truth: Cuboid, rng: np.random.Generator) -> Cuboid:
    """Draw a box with a hand, roughly."""
    pose = Transform.from_yaw(truth.yaw + rng.normal(0, HAND_TURN), truth.center + rng.normal(0, HAND_SIGMAS))
    return _box(pose, np.array(truth.size) * rng.uniform(1 - HAND_EDGES, 1 + HAND_EDGES, 3), truth.frame)


def overlap(one: Cuboid, other: Cuboid) -> float:
    return float(paired_iou_3d(columns([one]), columns([other]))[0])


def columns(boxes: list[Cuboid]) -> Cuboids:
    return Cuboids(
        centers=np.array([box.center for box in boxes]),
        sizes=np.array([box.size for box in boxes]),
        rotations=np.array([box.frame_from_cuboid.rotation for box in boxes]),
        frame=boxes[0].frame,
    )


def corrected(box: Cuboid, truth: Cuboid, *, good: float = GOOD) -> tuple[Cuboid, int]:
    """Put a box right: as a person leaves it, who stops where it is good enough, and the actions that it took."""
    quarters = int(np.rint(wrap_angle(truth.yaw - box.yaw) / (np.pi / 2))) % 4
    turned = box.frame_from_cuboid @ Transform.from_yaw(quarters * np.pi / 2, np.zeros(3))
    box, actions = _box(turned, np.array(box.size), box.frame), int(quarters > 0)
    reached = overlap(box, truth)
    while reached < good:
        drags = list(_drags(box, truth))
        values = [overlap(changed, truth) for changed in drags]
        helpful = int(np.argmax(values))
        if values[helpful] < reached + _LEAST_GAIN:
            # Two things are off together, and neither alone helps: they are put right in their order.
            helpful = next(i for i, changed in enumerate(drags) if overlap(changed, box) < 1 - _LEAST_GAIN)
        box, reached, actions = drags[helpful], values[helpful], actions + 1
    return box, actions


def _drags(box: Cuboid, truth: Cuboid) -> Iterator[Cuboid]:
    """Boxes that one drag makes: each has one part of the true one."""
    pose, size, wanted = box.frame_from_cuboid, np.array(box.size), np.array(truth.size)
    yield _box(Transform(truth.frame_from_cuboid.rotation, box.center), size, box.frame)
    yield _box(Transform(pose.rotation, np.append(truth.center[:2], box.center[2])), size, box.frame)
    yield _box(Transform(pose.rotation, np.append(box.center[:2], truth.center[2])), size, box.frame)
    middle = pose.inverse().apply(truth.center)
    for axis in range(3):
        for sign in (-1.0, 1.0):
            grown = sign * middle[axis] + (wanted[axis] - size[axis]) / 2
            if size[axis] + grown > 0:
                along = np.eye(3)[axis]
                yield _box(pose @ Transform(np.eye(3), sign * grown / 2 * along), size + grown * along, box.frame)


def _box(pose: Transform, size: np.ndarray, frame: str) -> Cuboid:
    return Cuboid(frame_from_cuboid=pose, size=(float(size[0]), float(size[1]), float(size[2])), frame=frame)
