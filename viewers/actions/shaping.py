"""Move, turn, resize and snap the selected box: by keys and numbers in one step each, by the mouse in a gesture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting import estimate_ground, fit_together, refine_cuboid
from sensorann.fitting.clicking import chosen_lidar, sweep_near
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.arrays import as_array
from sensorann.scene import Sweep, Track
from sensorann.tracks import surgery
from viewers.actions.placing import selected_box
from viewers.keeping import changed_ids
from viewers.session import Session
from viewers.state import Gesture

_SMALLEST_EDGE = 0.05
# Axis of the box and its sign that point right, then ahead, for who drives it.
_FROM_BEHIND = ((1, -1), (0, 1))
# Ground is looked for so far around the middle of a box, metres.
_GROUND_REACH = 10.0


def move(session: Session, *, forward: float = 0.0, left: float = 0.0, up: float = 0.0) -> None:
    """Move the selected box along its own axes, metres; raises as all actions on a box do, see `selected_box`."""
    _edit(session, "move", lambda cuboid: moved(cuboid, (forward, left, up)))


def push(session: Session, *, right: float = 0.0, up: float = 0.0) -> None:
    """Move the selected box as the view under the pointer shows it, metres; outside of close-ups up is forward."""
    step = np.zeros(3)
    for by, (axis, sign) in zip(
        (right, up), _FROM_BEHIND if session.hovered is None else session.hovered.value, strict=True
    ):
        step[axis] = sign * by
    _edit(session, "move", lambda cuboid: moved(cuboid, step))


def turn(session: Session, angle: float) -> None:
    """Turn the selected box about its own up axis, radians, to the left where positive."""
    _edit(session, "turn", lambda cuboid: turned(cuboid, angle))


def flip(session: Session) -> None:
    """Let front and rear of the selected box change places."""
    _edit(session, "flip", lambda cuboid: turned(cuboid, math.pi))


def resize(session: Session, size: tuple[float, float, float]) -> None:
    """Give the selected box a (length, width, height), metres; the middle of its bottom stays."""
    _edit(session, "resize", lambda cuboid: resized(cuboid, size))


def put(
    session: Session,
    *,
    center: tuple[float, float, float],
    size: tuple[float, float, float],
    yaw: float | None = None,
) -> None:
    """Give the selected box a place, a size and a heading in one edit.

    Parameters
    ----------
    session : Session
    center : (x, y, z) in the frame of the labels, metres
    size : (length, width, height), metres
    yaw : heading in that frame, radians; None leaves it as it is
    """

    def changed(cuboid: Cuboid) -> Cuboid:
        turn_by = 0.0 if yaw is None else yaw - cuboid.yaw
        rotation = turned(cuboid, turn_by).frame_from_cuboid.rotation if turn_by else cuboid.frame_from_cuboid.rotation
        return replace(cuboid, frame_from_cuboid=Transform(rotation, np.array(center)), size=size)

    _edit(session, "numbers", changed)


def move_face(session: Session, axis: int, sign: int, by: float) -> None:
    """Move one face of the selected box outward, metres; the one across stays.

    Parameters
    ----------
    session : Session
    axis, sign : 0 length, 1 width, 2 height; 1 the front, left or upper face, -1 the one across
    by : metres, inward where negative
    """
    _edit(session, "resize", lambda cuboid: with_face_moved(cuboid, axis, sign, by))


def snap(session: Session, *, lock_size: bool = True) -> None:
    """Fit the selected box to the points near it; only the faces that were seen move."""
    sweep, frame_from_sensor = sweep_here(session)
    _edit(
        session,
        "snap",
        lambda cuboid: refine_cuboid(sweep, cuboid, lock_size, frame_from_sensor=frame_from_sensor).cuboid,
    )


def snap_all_frames(session: Session) -> None:
    """Let the worker fit all boxes of the selected object to the points of all their frames, with one size.

    Keyframes stay keyframes: as with `snap`, it is the person who takes what the points say.
    """
    track, drive, before = session.track, session.drive, session.labels

    def fit() -> Track:
        fitted: Track = fit_together(drive, track, ontology=before.ontology)
        return replace(track, cuboids=fitted.cuboids)

    def place(fitted: Track) -> None:
        if track.id in changed_ids(before, session.labels):
            raise ArgumentError(f"object {track.id} was changed meanwhile: nothing of it was fitted")
        session.commit(surgery.with_tracks(session.labels, {track.id: (fitted,)}), "snap")

    session.worker.submit(f"fitting object {track.id} in all frames", fit, place)


def to_ground(session: Session) -> None:
    """Let the selected box stand on the ground; its size stays.

    Raises
    ------
    ArgumentError
        When no ground is seen around it.
    """
    sweep, frame_from_sensor = sweep_here(session)
    _edit(session, "to ground", lambda cuboid: _grounded(cuboid, frame_from_sensor.apply(sweep.points)))


def hold(session: Session, cuboid: Cuboid) -> None:
    """Show the selected box where the hand has it; nothing is written before `drop`."""
    track_id, _ = selected_box(session)
    session.gesture, session.playback = Gesture(track_id=track_id, cuboid=cuboid), None


def drop(session: Session) -> None:
    """Let the held box go: the gesture becomes one edit, none where nothing moved."""
    held, session.gesture = session.gesture, None
    if held is not None:
        _edit(session, "drag", lambda _: held.cuboid)


def moved(cuboid: Cuboid, along: ArrayLike) -> Cuboid:
    """Move a box along its own axes (3,), metres."""
    step = Transform(np.eye(3), as_array(along, (3,), np.float64, name="step", finite=True))
    return replace(cuboid, frame_from_cuboid=cuboid.frame_from_cuboid @ step)


def turned(cuboid: Cuboid, angle: float) -> Cuboid:
    """Turn a box about its own up axis, radians."""
    return replace(cuboid, frame_from_cuboid=cuboid.frame_from_cuboid @ Transform.from_yaw(angle, np.zeros(3)))


def resized(cuboid: Cuboid, size: tuple[float, float, float]) -> Cuboid:
    """Give a box another size; the middle of its bottom stays."""
    return replace(moved(cuboid, (0.0, 0.0, (size[2] - cuboid.size[2]) / 2)), size=size)


def with_face_moved(cuboid: Cuboid, axis: int, sign: int, by: float) -> Cuboid:
    """Move one face outward, metres; the one across stays, and a little of the box is always left."""
    size = list(cuboid.size)
    size[axis] = max(size[axis] + by, _SMALLEST_EDGE)
    step = np.zeros(3)
    step[axis] = sign * (size[axis] - cuboid.size[axis]) / 2
    return replace(moved(cuboid, step), size=(size[0], size[1], size[2]))


def sweep_here(session: Session) -> tuple[Sweep, Transform]:
    """Sweep of the first LiDAR nearest to this frame, and the pose of that LiDAR then in the frame of the labels.

    Raises
    ------
    SensorannError
        When there is no LiDAR, or its sweep cannot be read.
    """
    lidar = chosen_lidar(session.drive, None)
    sweep = sweep_near(session.drive, lidar, session.timestamp_ns)
    return sweep, session.frame_from_ego(sweep.timestamp_ns) @ session.drive.rig[lidar].ego_from_sensor


def _edit(session: Session, kind: str, change: Callable[[Cuboid], Cuboid]) -> None:
    """Write a changed box as one event, made by a person; one that is as before is no edit."""
    track_id, cuboid = selected_box(session)
    changed = change(cuboid)
    if changed.size == cuboid.size and np.array_equal(
        changed.frame_from_cuboid.matrix, cuboid.frame_from_cuboid.matrix
    ):
        return
    wanted = surgery.put_box(session.labels, track_id, timestamp_ns=session.timestamp_ns, cuboid=changed)
    session.commit(wanted, kind)


def _grounded(cuboid: Cuboid, points: NDArray[np.float64]) -> Cuboid:
    near = points[np.hypot(*(points[:, :2] - cuboid.center[:2]).T) <= _GROUND_REACH]
    ground = estimate_ground(near, cuboid.center) if len(near) else None
    if ground is None or not ground.n_cells:
        raise ArgumentError("no ground is seen around the box")
    bottom = float(cuboid.center[2]) - cuboid.size[2] / 2
    return moved(cuboid, (0.0, 0.0, ground.height_at(cuboid.center) - bottom))
