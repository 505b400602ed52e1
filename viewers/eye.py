"""The eye of the 3D view: where it stands, and the ray through a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry import Cuboid, Transform
from viewers.session import Session
from viewers.state import View

FIELD_OF_VIEW_DEG = 60.0  # upright
# How far the eye stands from what it looks at, metres: from a box in its lengths, from the vehicle outright.
_LENGTHS_AWAY, _VEHICLE_AWAY = 3.0, 25.0
_AHEAD_OF_VEHICLE = np.array([10.0, 0.0, 0.0])


def drawn_from_labels(session: Session) -> Transform:
    """Everything is drawn where the vehicle is, or was: metres of a map would not fit the screen's float32."""
    anchor = session.looks.anchor_ns
    return session.frame_from_ego(session.timestamp_ns if anchor is None else anchor).inverse()


def drawn_from_ego(session: Session) -> Transform:
    """Where the ego frame of this instant lies in what is drawn."""
    return drawn_from_labels(session) @ session.frame_from_ego(session.timestamp_ns)


def target_of(session: Session) -> Cuboid | None:
    """The box to look at, in the drawn frame: the selected one; None for the road ahead."""
    chosen = session.box_here(session.selected[-1]) if session.selected else None
    return None if chosen is None else moved_into(chosen, drawn_from_labels(session), frame="drawn")


def stand(view: View, target: Cuboid | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What to look at and where the eye stands, (3,) each, in the drawn frame.

    Parameters
    ----------
    view : from which side
    target : the box to look at, in the drawn frame; None for the road ahead of the vehicle
    """
    direction = np.array(view.value) / float(np.linalg.norm(view.value))
    if target is None:
        return _AHEAD_OF_VEHICLE, _AHEAD_OF_VEHICLE + _VEHICLE_AWAY * direction
    pose = target.frame_from_cuboid
    return pose.translation, pose.apply(_LENGTHS_AWAY * max(target.size) * direction)


def ray_through(
    pixel: tuple[float, float], size: tuple[float, float], view_matrix: ArrayLike, projection_matrix: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Origin and direction (3,) of the ray through a pixel, in the drawn frame.

    Parameters
    ----------
    pixel : (u, v) from the upper left corner of the view
    size : (width, height) of the view in pixels
    view_matrix : (4, 4), eye from drawn frame, as OpenGL has it: x right, y up, looking along -z
    projection_matrix : (4, 4), clip from eye, a perspective
    """
    view, projection = np.asarray(view_matrix, np.float64), np.asarray(projection_matrix, np.float64)
    x = 2 * (pixel[0] + 0.5) / size[0] - 1
    y = 1 - 2 * (pixel[1] + 0.5) / size[1]
    along = np.array([(x + projection[0, 2]) / projection[0, 0], (y + projection[1, 2]) / projection[1, 1], -1.0])
    # float32 matrices are a rotation only nearly: the inverse is taken as it is.
    drawn_from_eye = np.asarray(np.linalg.inv(view), np.float64)
    return drawn_from_eye[:3, 3], drawn_from_eye[:3, :3] @ along


def moved_into(cuboid: Cuboid, target_from_frame: Transform, *, frame: str) -> Cuboid:
    """Express a box in another frame."""
    return Cuboid(frame_from_cuboid=target_from_frame @ cuboid.frame_from_cuboid, size=cuboid.size, frame=frame)
