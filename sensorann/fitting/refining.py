"""A box that a person drew roughly, snapped to its points: only what was seen moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.cuboid_fit import EDGE_WIDTH
from sensorann.fitting.local_ground import estimate_ground
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.rotations import wrap_angle
from sensorann.kernels import around, edges
from sensorann.scene import Sweep, check_sweep

# A hand places a face within so many metres and turns a box within so many radians: further away nothing is looked for.
_REACH, _MOST_TURN, _TURN_STEP = 0.5, 0.2, 0.005
# How far hands turn boxes wrongly, typically, and how many points speak for a heading as if each were a witness.
_HAND_TURN, _MOST_WITNESSES, _LONG_BOX = 0.07, 60, 4.0
_FEWEST_FOR_FACE, _FEWEST_FOR_TURN = 4, 25
# People draw faces so far outside of the outermost points, metres: upright faces, and the roof.
_AROUND, _ABOVE = 0.04, 0.07
_OUTLIERS = 0.01
# How far hands place faces and the bottom wrongly, how well a face is known (of one point, falling with their root, and
# at best), and how well the ground: metres, and per metre of distance.
_HAND_FACE, _HAND_BOTTOM = 0.2, 0.1
_FACE_OF_ONE_POINT, _FACE_AT_BEST = 0.8, 0.05
_GROUND_AT_BEST, _GROUND_PER_METRE = 0.05, 0.0025
_GROUND_REACH, _GROUND_CLEARANCE, _SAME_GROUND = 8.0, 0.2, 0.4
_SMALLEST_EDGE = 0.1


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Refinement:
    """A box moved onto its points.

    Attributes
    ----------
    cuboid : in the frame of the drawn one
    n_points : points that it was moved to
    held_by_points : (3, 2) bool, faces that points hold: rows are length, width and height, columns their low (back,
        right, bottom) and high (front, left, top) faces; the others follow, or stay where they were drawn
    turned : whether the points say something about its heading
    """

    cuboid: Cuboid
    n_points: int
    held_by_points: NDArray[np.bool_]
    turned: bool


def refine_cuboid(
    sweep: Sweep, cuboid: Cuboid, lock_size: bool = True, *, frame_from_sensor: Transform | None = None
) -> Refinement:
    """Snap a rough box to the points near it.

    Everything is relative to what was drawn: a heading is sought around the drawn one and has to be better by more
    than hands are wrong; a face moves when the sensor looks at it and finds points there, at most half a metre. With a
    locked size the box is shifted until such faces meet their points; otherwise each of them moves by itself, and all
    others stay. The bottom moves to the ground.

    Parameters
    ----------
    sweep : Sweep
    cuboid : drawn by hand, upright
    lock_size : keep its size
    frame_from_sensor : into the frame of the box; not needed where that is the sensor's own

    Returns
    -------
    Refinement
        The drawn box itself where too few points lie near it.

    Raises
    ------
    ArgumentError
        When the box is in another frame than the sensor's and no transform is given.
    """
    check_sweep(sweep)
    if frame_from_sensor is None and cuboid.frame != sweep.sensor:
        raise ArgumentError(
            f"the box is in the frame {cuboid.frame!r} and the points in {sweep.sensor!r}: frame_from_sensor is needed"
        )
    pose = Transform.identity() if frame_from_sensor is None else frame_from_sensor
    sensor = pose.translation
    scene = _around(sweep, cuboid, pose)
    bottom = _ground_below(scene, cuboid)
    drawn_bottom = float(cuboid.center[2]) - cuboid.size[2] / 2
    near = _near(scene, cuboid, above=(drawn_bottom if bottom is None else bottom) + _GROUND_CLEARANCE)
    yaw, turned = _turn(near, cuboid)
    frame_from_turned = Transform.from_yaw(yaw, cuboid.center)
    into = frame_from_turned.inverse()
    low, high = -np.asarray(cuboid.size) / 2, np.asarray(cuboid.size) / 2
    measured, held = _faces(into.apply(near), into.apply(sensor), low, high)
    if bottom is not None:
        distance = float(np.hypot(*(cuboid.center - sensor)[:2]))
        trust = _trust(_HAND_BOTTOM, _GROUND_AT_BEST + _GROUND_PER_METRE * distance)
        measured[2, 0], held[2, 0] = low[2] + trust * (bottom - drawn_bottom), True
    low, high = _move(low, high, measured, held, lock_size=lock_size)
    moved = frame_from_turned @ Transform(np.eye(3), (low + high) / 2)
    size = high - low
    return Refinement(
        cuboid=Cuboid(
            frame_from_cuboid=moved, size=(float(size[0]), float(size[1]), float(size[2])), frame=cuboid.frame
        ),
        n_points=len(near),
        held_by_points=held,
        turned=turned,
    )


def _around(sweep: Sweep, cuboid: Cuboid, frame_from_sensor: Transform) -> NDArray[np.float64]:
    """Points (N, 3) around the box, with the ground beside it, in its frame."""
    reach = _GROUND_REACH + float(np.linalg.norm(cuboid.size)) / 2
    _, points = around.gather_around(
        sweep.points, frame_from_sensor.rotation, frame_from_sensor.translation, cuboid.center[:2], reach
    )
    return np.asarray(points)


def _ground_below(scene: NDArray[np.float64], cuboid: Cuboid) -> float | None:
    """Z of the ground under the box; None where it is not seen, or far from where the box was made to stand."""
    if not len(scene):
        return None
    ground = estimate_ground(scene, cuboid.center)
    drawn = float(cuboid.center[2]) - cuboid.size[2] / 2
    height = ground.height_at(cuboid.center)
    return height if ground.n_cells >= 3 and abs(height - drawn) <= _SAME_GROUND else None


def _near(scene: NDArray[np.float64], cuboid: Cuboid, *, above: float) -> NDArray[np.float64]:
    local = cuboid.frame_from_cuboid.inverse().apply(scene)
    reach = np.asarray(cuboid.size) / 2 + np.minimum(_REACH, np.asarray(cuboid.size) / 2)
    return scene[(np.abs(local) <= reach).all(axis=1) & (scene[:, 2] > above)]


def _turn(near: NDArray[np.float64], cuboid: Cuboid) -> tuple[float, bool]:
    """Heading with the best edges near the drawn one, weighed against how far hands turn boxes wrongly."""
    if len(near) < _FEWEST_FOR_TURN:
        return cuboid.yaw, False
    plan = np.ascontiguousarray(near[:, :2] - cuboid.center[:2])
    turns = np.arange(-_MOST_TURN, _MOST_TURN + _TURN_STEP / 2, _TURN_STEP)
    scores = edges.edge_scores(plan, cuboid.yaw + turns, int(_OUTLIERS * len(plan)), EDGE_WIDTH) / len(plan)
    # A short box has short edges: a person none at all.
    witnesses = min(len(plan), _MOST_WITNESSES) * min(cuboid.size[0] / _LONG_BOX, 1.0)
    worth = witnesses * scores - 0.5 * (turns / _HAND_TURN) ** 2
    return float(wrap_angle(cuboid.yaw + turns[np.argmax(worth)])), True


def _faces(
    local: NDArray[np.float64], sensor: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Where points put each face (3, 2), and which faces they hold (3, 2): upright ones in sight, and the top."""
    measured = np.stack([low, high], axis=1)
    held = np.zeros((3, 2), np.bool_)
    for axis in range(3):
        for side, sign in ((0, -1.0), (1, 1.0)):
            drawn = measured[axis, side]
            in_sight = sign * (sensor[axis] - drawn) > 0 if axis < 2 else side == 1
            outward = np.sort(sign * (local[:, axis] - drawn))[::-1]
            # Points of other things stand off by more than the reach; a hole in the face shows what is inside.
            reaching = outward[np.abs(outward) <= _REACH]
            if in_sight and len(reaching) >= _FEWEST_FOR_FACE:
                outermost = reaching[int(_OUTLIERS * len(reaching))]
                trust = _trust(_HAND_FACE, max(_FACE_OF_ONE_POINT / math.sqrt(len(reaching)), _FACE_AT_BEST))
                measured[axis, side] = drawn + sign * trust * (outermost + (_AROUND if axis < 2 else _ABOVE))
                held[axis, side] = True
    return measured, held


def _trust(hand: float, measurement: float) -> float:
    """Weight of a measurement against what was drawn, from the standard deviations of both."""
    return hand**2 / (hand**2 + measurement**2)


def _move(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    measured: NDArray[np.float64],
    held: NDArray[np.bool_],
    *,
    lock_size: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move faces to where they were measured, or the whole box by the mean of what they say."""
    if not lock_size:
        low, high = np.where(held[:, 0], measured[:, 0], low), np.where(held[:, 1], measured[:, 1], high)
        grown = np.maximum(high - low, _SMALLEST_EDGE)
        return (low + high - grown) / 2, (low + high + grown) / 2
    shifts = (measured - np.stack([low, high], axis=1)) * held
    # A box of locked height stands: the ground is seen better than the roof.
    if held[2, 0]:
        shifts[2, 1], held = 0.0, held & ~np.array([[0, 0], [0, 0], [0, 1]], np.bool_)
    shift = shifts.sum(axis=1) / np.maximum(held.sum(axis=1), 1)
    return low + shift, high + shift
